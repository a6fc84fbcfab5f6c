"""Several messages in one call: their results, also after an error of the program."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from emailapi import InvalidEmail, Unauthorized
from emailapi.django import close_all, post_send

from ..transports.smtp.listener import Listener


def message(subject: str = "Hi", **fields) -> EmailMessage:
    return EmailMessage(subject, "Hello", **{"to": ["ada@example.com"], **fields})


def template(*to: str, **attributes) -> EmailMessage:
    made = EmailMessage(to=list(to))
    for name, value in {"template_id": 7, **attributes}.items():
        setattr(made, name, value)
    return made


def connection():
    return mail.mailers.default if hasattr(mail, "mailers") else mail.get_connection()


class Broken(EmailMessage):
    """Cannot be written."""

    def message(self, **options):
        raise ZeroDivisionError


def test_after_a_programming_error_messages_have_their_known_results(closing, configure):
    server = closing.enter_context(Listener())
    configure(transport="smtp", transport_options={"hostname": "127.0.0.1", "port": server.port})
    sent, broken = message("1"), Broken("2", "Hello", to=["ada@example.com"])
    told = []

    def after(result, **kwargs):
        told.append(result)

    post_send.connect(after)
    try:
        with pytest.raises(ZeroDivisionError):
            connection().send_messages([sent, broken])
    finally:
        post_send.disconnect(after)
    assert sent.emailapi_status["ada@example.com"] == "sent"
    assert told == [sent.emailapi_result]
    assert (broken.emailapi_result, dict(broken.emailapi_status)) == (None, {})


def test_a_failed_bulk_request_raises_one_error(configure, sandbox):
    configure(server_token="wrong", base_url=sandbox.url, use_bulk=True)
    one = template("a@x.org", "b@x.org", "c@x.org", merge_data={})
    with pytest.raises(Unauthorized, match="/email/bulk") as caught:
        one.send()
    assert caught.value.exceptions == (one.emailapi_result,)
    assert not any(note.startswith("also:") for note in caught.value.__notes__)
    assert [*one.emailapi_status.values()] == ["rejected"] * 3


def test_an_error_has_the_index_of_its_message(api):
    api()
    many = [f"a{number}@example.com" for number in range(60)]
    messages = [EmailMessage("0", "Hello"), message("1", to=["no address"]), message("2"), message("3", to=many)]
    with pytest.raises(InvalidEmail) as caught:
        connection().send_messages(messages)
    assert [error.index for error in caught.value.exceptions] == [1, 3]
    assert str(messages[1].emailapi_result).startswith("email at index 1: to[0]: 'no address'")
    assert str(messages[3].emailapi_result).startswith("email at index 3: 60 recipients")
    assert messages[2].emailapi_status["ada@example.com"] == "sent"


def test_an_error_of_a_single_message_has_no_index(outbox):
    outbox()
    with pytest.raises(InvalidEmail) as caught:
        message(to=["no address"]).send()
    assert caught.value.index is None


def test_the_same_message_twice_is_sent_twice(outbox):
    sent = outbox()
    one = message()
    assert connection().send_messages([one, one]) == 2
    assert len(sent) == 2
    assert one.emailapi_result.message_id


def test_a_backend_can_send_after_close_all(api):
    api()
    kept = connection()
    assert kept.send_messages([message()]) == 1
    close_all()
    assert kept.send_messages([message()]) == 1


def test_an_x_original_to_header_of_the_message_is_replaced_in_any_case(outbox):
    sent = outbox(redirect_to="staging@example.com")
    message(headers={"x-original-to": "somebody@x.org"}).send()
    assert [(header.name, header.value) for header in sent[0].headers] == [("X-Original-To", "ada@example.com")]
