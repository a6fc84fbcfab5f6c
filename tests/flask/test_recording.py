"""Emails that an application sends, as its tests see them."""

from __future__ import annotations

import contextvars
import threading

import pytest
from flask import copy_current_request_context, g

from emailapi import InvalidEmail
from emailapi.flask import Mail, Message, email_dispatched


def hello(name: str = "ada") -> Message:
    return Message(f"Hi {name}", [f"{name}@example.com"], "Hello")


def subjects(messages: list[Message]) -> list[str]:
    return [message.subject for message in messages]


def run(*functions) -> None:
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_testing_is_read_when_sending(make_app, late):
    """With Flask-Mail, an application that is set to testing after `init_app` sends real email."""
    app = make_app(TESTING=not late, MAIL_SERVER="smtp.invalid")
    mail = Mail(app)
    app.testing = True
    assert mail.send(hello()).via == "memory"
    app.testing = False
    assert mail.suppress is False


def test_suppression_may_change_inside_a_connection(by_smtp, listen):
    server = listen()
    mail = Mail(by_smtp(server, TESTING=True))
    with mail.connect() as connection:
        connection.send(hello("a"))
        mail.suppress = False
        connection.send(hello("b"))
    assert [envelope.rcpt_tos for envelope in server.envelopes] == [["b@example.com"]]
    assert subjects(mail.outbox) == ["Hi a", "Hi b"]


def test_suppression_set_in_the_configuration_after_init_app(make_app):
    app = make_app(MAIL_SERVER="smtp.invalid")
    mail = Mail(app)
    app.config["MAIL_SUPPRESS_SEND"] = "true"
    assert mail.send(hello()).via == "memory"
    assert mail.outbox == []  # nothing is kept in production: it would only grow


def test_an_explicit_false_sends_while_testing(by_smtp, listen):
    server = listen()
    mail = Mail(by_smtp(server, TESTING=True, MAIL_SUPPRESS_SEND=False))
    assert mail.send(hello()).via == "smtp"
    assert subjects(mail.outbox) == ["Hi ada"]


def test_a_suppressed_email_is_validated(mail):
    with pytest.raises(InvalidEmail, match="is not a valid email address"):
        mail.send(Message("Hi", ["nobody"], "x"))
    with pytest.raises(InvalidEmail, match="the message has no content: set body or html"):
        mail.send(Message("Hi", ["ada@example.com"]))
    with pytest.raises(InvalidEmail, match="comes from the template"):
        mail.send(Message("Hi", ["ada@example.com"], template_alias="welcome"))
    assert mail.outbox == []


def test_a_suppressed_template_email_is_recorded(mail):
    result = mail.send(Message(recipients=["ada@example.com"], template_alias="welcome", template_model={"n": 1}))
    assert (result.via, result.to) == ("memory", "ada@example.com")
    assert mail.outbox[0].template_model == {"n": 1}


def test_suppressed_emails_have_results(mail):
    first, second = mail.send(hello()), mail.send(Message("Hi", ["a@example.com"], "x", idempotency_key="k"))
    assert first.message_id != second.message_id
    assert (second.idempotency_key, first.submitted_at.tzinfo is not None) == ("k", True)


def test_fields_of_other_transports_are_accepted_while_suppressed(mail):
    """In tests there is often no token, and so no API."""
    mail.send(Message("Hi", ["ada@example.com"], "x", tag="welcome", alts={"calendar": "x"}))
    assert mail.outbox[0].tag == "welcome"


def test_the_outbox_has_copies(mail):
    message = Message(
        "Hi", ["ada@example.com"], "Hello", metadata={"user": {"id": "7"}["id"]}, extra_headers={"X-A": "b"}
    )
    data = bytearray(b"x")
    message.attach("a.txt", data=data, headers={"Content-ID": "<a>"})
    with mail.record_messages() as outbox:
        mail.send(message)
    message.subject, message.body, message.html = "changed", "changed", "changed"
    message.add_recipient("b@example.com")
    message.attachments[0].filename = "changed"
    message.attachments[0].headers["X-A"] = "changed"
    data[:] = b"changed"
    message.extra_headers["X-A"] = "changed"
    message.metadata["n"] = "changed"
    for kept in (outbox[0], mail.outbox[0]):
        assert (kept.subject, kept.body, kept.html, kept.recipients) == ("Hi", "Hello", None, ["ada@example.com"])
        assert (kept.extra_headers, kept.metadata) == ({"X-A": "b"}, {"user": "7"})
        (file,) = kept.attachments
        assert (file.filename, file.headers, file.data) == ("a.txt", {"Content-ID": "<a>"}, b"x")


def test_the_signal_has_the_message_itself(app, mail):
    heard = []
    message = hello()
    with email_dispatched.connected_to(lambda app, message: heard.append((app, message)), sender=app):
        mail.send(message)
    assert heard == [(app, message)]
    assert message.date


def test_g_outbox_has_the_emails_of_its_context(app, mail):
    with app.app_context():
        mail.send(hello())
        assert subjects(g.outbox) == ["Hi ada"]
    with app.app_context():
        assert "outbox" not in g
        g.outbox = "mine"
        mail.send(hello())
        assert g.outbox == "mine"
    assert len(mail.outbox) == 2


def test_g_of_another_application_is_unchanged(app, make_app):
    mine = Mail(app)
    with make_app("other").app_context():
        mine.send(hello())
        assert "outbox" not in g


def test_recording_starts_and_stops(mail):
    mail.send(hello("before"))
    with mail.record_messages() as outbox:
        mail.send(hello("inside"))
    mail.send(hello("after"))
    assert subjects(outbox) == ["Hi inside"]


def test_recordings_can_be_nested(mail):
    with mail.record_messages() as outer:
        mail.send(hello("a"))
        with mail.record_messages() as inner:
            mail.send(hello("b"))
        mail.send(hello("c"))
    assert (subjects(outer), subjects(inner)) == (["Hi a", "Hi b", "Hi c"], ["Hi b"])


def test_recording_ends_with_an_exception(mail):
    with pytest.raises(LookupError), mail.record_messages() as outbox:
        raise LookupError
    mail.send(hello())
    assert outbox == []


def test_a_fixture_may_record_in_another_context(mail):
    """As fixtures of asynchronous tests do: they end in another context than they began in."""
    recording = mail.record_messages()
    outbox = contextvars.copy_context().run(recording.__enter__)
    recording.__exit__(None, None, None)
    mail.send(hello())
    assert outbox == []


def test_recording_collects_no_emails_of_another_application(make_app):
    """Flask-Mail's does."""
    first, second = Mail(make_app("one", TESTING=True)), Mail(make_app("two", TESTING=True))
    with first.record_messages() as outbox:
        first.send(hello("one"))
        second.send(hello("two"))
    assert subjects(outbox) == ["Hi one"]


def test_the_outbox_is_cleared_and_never_replaced(app, mail):
    """It is cleared and never replaced: who has it sees what comes later."""
    outbox = mail.outbox
    mail.send(hello())
    mail.outbox = []
    assert outbox == []
    mail.init_app(app)
    mail.send(hello())
    assert subjects(outbox) == ["Hi ada"]


def test_recording_continues_after_a_second_init_app(app, mail):
    with mail.record_messages() as outbox:
        mail.init_app(app)
        mail.send(hello())
    assert subjects(outbox) == ["Hi ada"]


def test_a_request_of_the_test_client_is_recorded(app, mail):
    @app.post("/")
    def view() -> str:
        mail.send(hello())
        return ""

    with mail.record_messages() as outbox:
        app.test_client().post("/")
    assert subjects(outbox) == ["Hi ada"]


def test_recordings_of_two_threads_are_separate(mail):
    """Each thread has the emails that it sends, and none of the other's."""
    found = {}
    together = threading.Barrier(2)

    def record(name: str) -> None:
        with mail.record_messages() as outbox:
            together.wait(10)
            for _ in range(5):
                mail.send(hello(name))
            together.wait(10)
        found[name] = subjects(outbox)

    run(lambda: record("a"), lambda: record("b"))
    assert found == {"a": ["Hi a"] * 5, "b": ["Hi b"] * 5}


def test_a_thread_of_the_code_under_test_is_recorded(app, mail):
    """The usual way to send in the background: a thread with an application context of its own."""

    def send() -> None:
        with app.app_context():
            mail.send(hello())

    with mail.record_messages() as outbox:
        run(send)
    assert subjects(outbox) == ["Hi ada"]


def test_a_thread_with_the_request_context_belongs_to_the_recording_of_its_request(app, mail):
    """Of two tests at once, each has the emails of the threads that its own requests start."""

    @app.post("/<name>")
    def view(name: str) -> str:
        @copy_current_request_context
        def send() -> None:
            mail.send(hello(name))

        run(send)
        return ""

    found = {}
    together = threading.Barrier(2)

    def record(name: str) -> None:
        with mail.record_messages() as outbox:
            together.wait(10)
            app.test_client().post(f"/{name}")
            together.wait(10)
        found[name] = subjects(outbox)

    run(lambda: record("a"), lambda: record("b"))
    assert found == {"a": ["Hi a"], "b": ["Hi b"]}


def test_a_recording_inside_a_request_includes_threads_of_the_request(app, mail):
    with app.test_request_context(), mail.record_messages() as outbox, Mail(app, name="x").record_messages() as other:

        @copy_current_request_context
        def send() -> None:
            mail.send(hello())

        run(send)
    assert (subjects(outbox), other) == (["Hi ada"], [])


def test_a_copied_context_of_an_ended_recording_is_in_no_other(mail):
    with mail.record_messages() as first:
        context = contextvars.copy_context()
    with mail.record_messages() as second:
        run(lambda: context.run(mail.send, hello()))
    assert first == second == []


def test_emails_are_recorded_without_testing(by_smtp, listen):
    mail = Mail(by_smtp(listen()))
    with mail.record_messages() as outbox:
        mail.send(hello())
    assert (subjects(outbox), mail.outbox) == (["Hi ada"], [])
