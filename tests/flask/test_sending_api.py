"""Sending by the API, against the sandbox."""

from __future__ import annotations

import json
import threading

import pytest
import responses

from emailapi import (
    Client,
    ConfigurationError,
    DeliveryUnknown,
    InactiveRecipient,
    InvalidEmail,
    MemoryTransport,
    NotFound,
    SendResult,
)
from emailapi.flask import Mail, Message, email_dispatched


def test_an_email_is_sent(api, sandbox, message):
    mail = Mail(api())
    result = mail.send(message)
    assert isinstance(result, SendResult)
    assert result.via == "api"
    details = mail.client.messages.get(result.message_id)
    assert (details.subject, details.text_body, details.sender) == ("Hi", "Hello", "shop@example.com")


def test_all_fields_are_sent(api):
    mail = Mail(api())
    message = Message("Hi", ["ada@example.com"], "Hello", "<p>Hello</p>", tag="welcome", metadata={"user": 7})
    message.attach("a.txt", data="x")
    details = mail.client.messages.get(mail.send(message).message_id)
    assert (details.tag, details.metadata["user"], details.attachments) == ("welcome", "7", ("a.txt",))


def test_the_connection_is_reused_across_requests_and_contexts(api, sandbox, message):
    """A context ends with each request, and the pool must not."""
    app = api()
    mail = Mail(app)

    @app.post("/")
    def send() -> str:
        return mail.send(message).message_id

    ids = {app.test_client().post("/").text for _ in range(3)}
    client = mail.client
    with app.app_context():
        ids.add(mail.send(message).message_id)
    assert mail.client is client
    assert len(ids) == 4


def test_closing_the_extension_closes_the_connections(api, message):
    app = api()
    mail = Mail(app)
    mail.send(message)
    closed = mail.client
    app.extensions["emailapi"].close()
    with pytest.raises(ConfigurationError):
        closed.messages.list()
    assert mail.send(message).via == "api"
    assert mail.client is not closed


def test_a_given_client_is_not_closed(api, sandbox, message):
    with Client(sandbox.token, base_url=sandbox.url) as client:
        app = api()
        Mail(app, client=client).send(message)
        app.extensions["emailapi"].close()
        assert client.messages.list().total_count == 1


def test_threads_share_one_client(api, message):
    mail = Mail(api())
    clients, results = set(), []

    def send() -> None:
        clients.add(mail.client)
        results.append(mail.send(Message("Hi", ["ada@example.com"], "x")).message_id)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(clients), len(set(results))) == (1, 8)


def test_the_message_stream_comes_from_the_configuration(api):
    mail = Mail(api(EMAILAPI_MESSAGE_STREAM="broadcast"))
    found = mail.send(Message("Hi", ["ada@example.com"], "x"))
    assert mail.client.messages.get(found.message_id).message_stream == "broadcast"


@pytest.mark.parametrize(
    "fields, name",
    [
        ({"alts": {"calendar": "x"}}, "alts"),
        ({"mail_options": ["RET=HDRS"]}, "mail_options"),
        ({"rcpt_options": ["NOTIFY=NEVER"]}, "rcpt_options"),
    ],
    ids=str,
)
def test_a_field_that_the_api_does_not_support_is_rejected_by_name(api, sandbox, fields, name):
    mail = Mail(api())
    with pytest.raises(InvalidEmail, match="supported by SMTP only") as caught:
        mail.send(Message("Hi", ["ada@example.com"], "x", **fields))
    assert caught.value.field == name
    assert mail.client.messages.list().total_count == 0


def test_the_api_rejects_envelope_from(api, message):
    mail = Mail(api())
    with mail.connect() as connection, pytest.raises(InvalidEmail, match="envelope_from is supported by SMTP only"):
        connection.send(message, envelope_from="bounces@example.com")


def test_sendmail_requires_smtp(api):
    with Mail(api()).connect() as connection, pytest.raises(ConfigurationError, match="sendmail requires"):
        connection.host.sendmail("a@example.com", ["b@example.com"], b"Subject: x\r\n\r\nx")


ACCEPTED = {"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a", "To": "ada@example.com"}


@pytest.fixture
def service():
    """Replace the service: the sandbox renders no templates."""
    with responses.RequestsMock() as service:
        yield service


def templates(make_app) -> Mail:
    return Mail(make_app(EMAILAPI_SERVER_TOKEN="t", EMAILAPI_BASE_URL="https://api.example.com"))


def test_a_template_email_is_sent(make_app, service):
    service.post("https://api.example.com/email/withTemplate", json=ACCEPTED)
    message = Message(recipients=["ada@example.com"], template_alias="welcome", template_model={"name": "Ada"})
    assert templates(make_app).send(message).message_id == "b7bc2f4a"
    sent = json.loads(service.calls[0].request.body)
    assert (sent["TemplateAlias"], sent["TemplateModel"], sent["To"]) == ("welcome", {"name": "Ada"}, "ada@example.com")


def test_an_unknown_template_is_the_error_of_the_service(make_app, service):
    unknown = {"ErrorCode": 1101, "Message": "The Template's 'TemplateId' or 'Alias' associated is not valid."}
    service.post("https://api.example.com/email/withTemplate", json=unknown, status=422)
    with pytest.raises(NotFound):
        templates(make_app).send(Message(recipients=["ada@example.com"], template_alias="no-such"))


def test_send_many_sends_templates_in_a_batch_of_their_own(make_app, service, message):
    service.post("https://api.example.com/email/batchWithTemplates", json=[ACCEPTED, ACCEPTED])
    service.post("https://api.example.com/email", json={**ACCEPTED, "MessageID": "alone"})
    template = Message(recipients=["ada@example.com"], template_alias="welcome")
    result = templates(make_app).send_many([template, message, template])
    assert [item.message_id for item in result] == ["b7bc2f4a", "alone", "b7bc2f4a"]


def test_a_rejected_email_is_not_recorded_and_sends_no_signal(api):
    mail = Mail(api(TESTING=True, MAIL_SUPPRESS_SEND=False))
    bounced = "hardbounce@bounce-testing.postmarkapp.com"
    mail.send(Message("Hi", [bounced], "x"))
    mail.outbox.clear()
    heard = []
    with (
        email_dispatched.connected_to(lambda app, message: heard.append(message)),
        mail.record_messages() as outbox,
        pytest.raises(InactiveRecipient),
    ):
        mail.send(Message("Hi", [bounced], "x"))
    assert heard == outbox == mail.outbox == []


def test_the_signal_fires_after_success_with_application_and_message(api, message):
    app = api()
    mail = Mail(app)
    heard = []

    def listener(app: object, message: Message) -> None:
        heard.append((app, message, mail.client.messages.list().total_count))

    with email_dispatched.connected_to(listener):
        mail.send(message)
    assert heard == [(app, message, 1)]


def test_send_many_sends_a_batch(api):
    mail = Mail(api())
    messages = [Message(f"Hi {number}", ["ada@example.com"], "x") for number in range(3)]
    messages.insert(1, Message("No one", [], "x"))
    messages.insert(2, Message("Hi", ["nobody"], "x"))
    result = mail.send_many(messages)
    assert [isinstance(item, SendResult) for item in result] == [True, False, False, True, True]
    assert [error.index for error in result.failed] == [1, 2]
    subjects = [mail.client.messages.get(item.message_id).subject for item in result.accepted]
    assert subjects == ["Hi 0", "Hi 1", "Hi 2"]


def test_send_many_returns_the_error_of_a_single_email(make_app, service, message):
    unknown = {"ErrorCode": 1101, "Message": "The Template's 'TemplateId' or 'Alias' associated is not valid."}
    service.post("https://api.example.com/email/withTemplate", json=unknown, status=422)
    service.post("https://api.example.com/email", json=ACCEPTED)
    template = Message(recipients=["ada@example.com"], template_alias="no-such")
    result = templates(make_app).send_many([template, message])
    assert isinstance(result[0], NotFound)
    assert result[1].message_id == "b7bc2f4a"


@pytest.mark.parametrize("count", [0, 1])
def test_send_many_accepts_no_or_one_message(api, count):
    mail = Mail(api())
    assert len(mail.send_many([Message("Hi", ["ada@example.com"], "x")] * count).accepted) == count


def test_send_many_sends_a_signal_for_each_email(api):
    heard = []
    messages = [Message("Hi", [f"{name}@example.com"], "x") for name in "abc"]
    with email_dispatched.connected_to(lambda app, message: heard.append(message)):
        Mail(api()).send_many(messages)
    assert heard == messages


def test_the_fallback_sends_if_the_api_cannot_be_reached(make_app, message):
    fallback = MemoryTransport()
    app = make_app(EMAILAPI_SERVER_TOKEN="t", EMAILAPI_BASE_URL="http://127.0.0.1:9", MAIL_FALLBACK=fallback)
    assert Mail(app).send(message).via == "memory"
    assert len(fallback.sent) == 1


def test_the_fallback_omits_the_fields_of_fallback_ignore(listen, make_app):
    server = listen()
    app = make_app(
        EMAILAPI_SERVER_TOKEN="t",
        EMAILAPI_BASE_URL="http://127.0.0.1:9",
        MAIL_FALLBACK={"hostname": "127.0.0.1", "port": server.port},
        MAIL_FALLBACK_IGNORE="tag, metadata",
    )
    mail = Mail(app)
    assert mail.send(Message("Hi", ["ada@example.com"], "x", tag="t", metadata={"n": 1})).via == "smtp"
    assert len(server.envelopes) == 1


def test_fallback_smtp_uses_the_smtp_keys(listen, make_app, message):
    server = listen()
    app = make_app(
        EMAILAPI_SERVER_TOKEN="t",
        EMAILAPI_BASE_URL="http://127.0.0.1:9",
        MAIL_FALLBACK="smtp",
        MAIL_SERVER="127.0.0.1",
        MAIL_PORT=server.port,
    )
    assert Mail(app).send(message).via == "smtp"


def test_the_api_cannot_be_its_own_fallback(make_app):
    app = make_app(EMAILAPI_SERVER_TOKEN="t", MAIL_FALLBACK="api")
    with pytest.raises(ConfigurationError, match="MAIL_FALLBACK must be a transport other than the API"):
        _ = Mail(app).client


@pytest.mark.usefixtures("clock")
def test_an_email_of_unknown_outcome_is_not_recorded_as_sent(make_app, script, message):
    server = script(lambda talk: (talk.reader.readline(), talk.cut()))
    app = make_app(
        TESTING=True,
        MAIL_SUPPRESS_SEND=False,
        EMAILAPI_SERVER_TOKEN="t",
        EMAILAPI_BASE_URL=f"http://127.0.0.1:{server.port}",
    )
    mail = Mail(app)
    with pytest.raises(DeliveryUnknown):
        mail.send(message)
    assert mail.outbox == []
