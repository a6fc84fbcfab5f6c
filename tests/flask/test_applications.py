"""Several applications, factories, named accounts, contexts and threads."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest

from emailapi import Client, ConfigurationError, MemoryTransport
from emailapi.flask import Mail, Message


def hello() -> Message:
    return Message("Hi", ["ada@example.com"], "Hello")


def factory(make_app, mail: Mail, name: str, **config):
    app = make_app(name, TESTING=True, MAIL_DEFAULT_SENDER=f"{name}@example.com", **config)
    mail.init_app(app)
    return app


def test_one_extension_serves_all_applications_of_a_factory(make_app):
    mail = Mail()
    apps = [factory(make_app, mail, name) for name in ("one", "two")]
    for app in apps:
        with app.app_context():
            mail.send(hello())
            assert mail.state is app.extensions["mail"]
            assert [message.sender for message in mail.outbox] == [f"{app.name}@example.com"]


def test_without_a_context_the_only_application_sends(make_app):
    """So a thread or a Celery worker needs none."""
    mail = Mail()
    app = factory(make_app, mail, "one")
    threading.Thread(target=mail.send, args=(hello(),)).start()
    while not mail.outbox:
        pass
    assert mail.state is app.extensions["mail"]


def test_without_a_context_several_applications_are_an_error(make_app):
    mail = Mail()
    apps = [factory(make_app, mail, name) for name in ("one", "two")]
    with pytest.raises(RuntimeError, match="several applications use this Mail: send within `with app.app_context"):
        mail.send(hello())
    del apps


def test_without_an_application_there_is_an_error(make_app):
    with pytest.raises(RuntimeError, match="No application was configured with this Mail: call mail.init_app"):
        Mail().send(hello())


def test_an_application_without_init_app_is_an_error(make_app):
    mail = Mail()
    factory(make_app, mail, "one")
    with make_app("other").app_context(), pytest.raises(RuntimeError, match="current application was not configured"):
        mail.send(hello())


def test_a_bound_extension_sends_by_its_application_in_the_context_of_another(app, mail, make_app):
    with make_app("other").app_context():
        mail.send(hello())
    assert len(mail.outbox) == 1


def test_the_active_application_takes_precedence_over_the_bound_one(app, mail, make_app):
    other = factory(make_app, mail, "other")
    with other.app_context():
        mail.send(hello())
        assert len(mail.outbox) == 1
    assert mail.outbox == []


def test_a_second_extension_of_one_application_is_the_same_account(app, mail):
    other = Mail()
    with app.app_context():
        other.send(hello())
    assert len(mail.outbox) == 1


def test_the_end_of_a_context_closes_no_connection(app, make_app):
    transport = MemoryTransport()
    app = make_app()
    mail = Mail(app, transport=transport)
    for _ in range(2):
        with app.test_request_context():
            mail.send(hello())
    with app.app_context():
        mail.send(hello())
    assert len(transport.sent) == 3


def test_a_given_transport_is_not_closed(make_app):
    transport = MemoryTransport()
    app = make_app()
    mail = Mail(app, transport=transport)
    assert mail.client.transport is transport
    app.extensions["emailapi"].close()
    mail.send(hello())
    assert len(transport.sent) == 1


def test_templates_are_kept_in_memory(make_app):
    mail = Mail(make_app(MAIL_TRANSPORT="memory"))
    mail.send(Message(recipients=["ada@example.com"], template_alias="welcome"))
    assert mail.transport.sent[0].template_alias == "welcome"


def test_a_client_in_memory_sends(make_app):
    with Client.in_memory() as client:
        Mail(make_app(), client=client).send(hello())
        assert client.transport.sent[0].subject == "Hi"


@pytest.mark.costly
def test_the_extension_does_not_keep_applications_alive(make_app):
    from flask import Flask

    mail = Mail()
    app = Flask("short-lived")
    mail.init_app(app)
    gone = weakref.ref(app)
    del app
    gc.collect()
    assert gone() is None


def test_named_accounts_have_keys_of_their_own(make_app):
    app = make_app(
        TESTING=True,
        MAIL_SERVER="mail.example.com",
        MAIL_BILLING_SERVER="billing.example.com",
        MAIL_BILLING_DEFAULT_SENDER="billing@example.com",
        EMAILAPI_BILLING_SERVER_TOKEN="a-token",
    )
    mail, billing = Mail(app), Mail(app, name="billing")
    assert (mail.server, billing.server) == ("mail.example.com", "billing.example.com")
    assert isinstance(billing.client, Client)
    assert mail.transport.hostname == "mail.example.com"
    mail.send(hello())
    billing.send(hello())
    assert [mail.outbox[0].sender, billing.outbox[0].sender] == ["shop@example.com", "billing@example.com"]
    assert (len(mail.outbox), len(billing.outbox)) == (1, 1)
    assert set(app.extensions["emailapi"]) == {None, "billing"}
    assert app.extensions["mail"] is mail.state


def test_a_named_account_does_not_use_the_token_or_server_of_another(make_app, monkeypatch):
    monkeypatch.setenv("POSTMARK_SERVER_TOKEN", "t")
    app = make_app(EMAILAPI_SERVER_TOKEN="t", MAIL_SERVER="mail.example.com", DEFAULT_MAIL_SENDER="x@example.com")
    billing = Mail(app, name="billing")
    assert (billing.server, billing.default_sender) == ("127.0.0.1", None)
    assert billing.transport.hostname == "127.0.0.1"
    app = make_app(MAIL_BILLING_TRANSPORT="api")
    with pytest.raises(ConfigurationError, match="no token: set EMAILAPI_BILLING_SERVER_TOKEN"):
        _ = Mail(app, name="billing").client


def test_suppression_applies_to_named_accounts(make_app):
    app = make_app(MAIL_SUPPRESS_SEND=True, MAIL_OTHER_SUPPRESS_SEND=False)
    assert Mail(app, name="billing").suppress is True
    assert Mail(app, name="other").suppress is False


def test_errors_of_named_accounts_name_their_keys(make_app):
    with pytest.raises(ConfigurationError, match="MAIL_BILLING_PORT must be an integer"):
        Mail(make_app(MAIL_BILLING_PORT="x"), name="billing")


def test_settings_changed_before_the_first_email_apply(by_smtp, listen, make_app):
    server = listen()
    mail = Mail(make_app())
    mail.server, mail.port = "127.0.0.1", server.port
    mail.send(hello())
    assert len(server.envelopes) == 1


def test_a_second_init_app_reads_the_configuration_again(app, mail):
    app.config["MAIL_DEFAULT_SENDER"] = "new@example.com"
    mail.init_app(app)
    mail.send(hello())
    assert mail.outbox[0].sender == "new@example.com"


def test_the_transport_is_created_once_for_all_threads(make_app):
    made = []

    def make() -> MemoryTransport:
        made.append(MemoryTransport())
        return made[-1]

    mail = Mail(make_app(MAIL_TRANSPORT=make))
    threads = [threading.Thread(target=mail.send, args=(hello(),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mail.transport.sent) == 8
