"""The blueprint that receives webhooks."""

from __future__ import annotations

import json
import logging

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from emailapi import InvalidArgument
from emailapi.flask import WebhookBlueprint, event_received, webhook_blueprint
from emailapi.webhooks import (
    BaseEvent,
    BounceEvent,
    DeliveryEvent,
    InboundEvent,
    MemorySeenStore,
    StopRetries,
    UnknownEvent,
    Verifier,
)

from ..webhooks.samples import BOUNCE, DELIVERY, INBOUND

LOGIN = ("user", "secret")


@pytest.fixture
def hooks() -> WebhookBlueprint:
    return webhook_blueprint(Verifier(basic=LOGIN), seen=MemorySeenStore())


@pytest.fixture
def client(app: Flask, hooks: WebhookBlueprint) -> FlaskClient:
    app.register_blueprint(hooks)
    return app.test_client()


def post(client: FlaskClient, payload: object = BOUNCE, path: str = "/hooks", auth=LOGIN, **options):
    return client.post(path, json=payload, auth=auth, **options)


@pytest.mark.parametrize("path", ["/hooks", "/hooks/"])
def test_handlers_receive_events_of_their_class(client, hooks, path):
    bounces, others, all_of_them = [], [], []
    hooks.on(BounceEvent)(bounces.append)
    hooks.on(DeliveryEvent, UnknownEvent)(others.append)
    hooks.on()(all_of_them.append)
    for payload in (BOUNCE, DELIVERY, {"RecordType": "New", "MessageID": "7"}):
        assert post(client, payload, path).status_code == 200
    assert [type(event) for event in bounces] == [BounceEvent]
    assert [type(event) for event in others] == [DeliveryEvent, UnknownEvent]
    assert [type(event) for event in all_of_them] == [BounceEvent, DeliveryEvent, UnknownEvent]


def test_the_decorator_returns_the_handler(hooks):
    @hooks.on(BounceEvent)
    def bounced(event: BounceEvent) -> str:
        return event.recipient

    assert bounced(BounceEvent(recipient="a@example.com")) == "a@example.com"


@pytest.mark.parametrize("wrong", [int, "bounce", Flask, object], ids=str)
def test_only_classes_of_events_can_be_handled(hooks, wrong):
    """Another class, as the record `emailapi.Bounce`, would never come."""
    with pytest.raises(InvalidArgument, match=r"kinds must be classes of events \(BaseEvent, BounceEvent"):
        hooks.on(wrong)


def test_base_event_selects_every_event(client, hooks):
    seen = []
    hooks.on(BaseEvent)(seen.append)
    post(client)
    assert len(seen) == 1


@pytest.mark.parametrize("auth", [None, ("user", "wrong"), ("other", "secret")], ids=["none", "password", "user"])
def test_credentials_are_checked_before_the_body_is_read(app, client, hooks, auth):
    hooks.on()(lambda event: pytest.fail("handled"))
    response = post(client, auth=auth)
    assert (response.status_code, response.headers["WWW-Authenticate"][:5]) == (401, "Basic")


def test_methods_other_than_post_are_405(client):
    assert client.get("/hooks", auth=LOGIN).status_code == 405


@pytest.mark.parametrize(
    "options, status",
    [
        ({"data": b"{", "content_type": "application/json"}, 400),
        ({"data": b"[]", "content_type": "application/json"}, 400),
        ({"data": b"{}", "content_type": "text/plain"}, 415),
        ({"data": b"", "content_type": "application/json"}, 400),
    ],
    ids=str,
)
def test_a_body_that_is_not_an_event_is_rejected(client, options, status):
    assert client.post("/hooks", auth=LOGIN, **options).status_code == status


def test_a_repeated_event_is_handled_once(client, hooks):
    seen = []
    hooks.on()(seen.append)
    assert [post(client).status_code for _ in range(3)] == [200] * 3
    assert len(seen) == 1


def test_a_failing_handler_gives_500(client, hooks, caplog):
    attempts = []

    @hooks.on(BounceEvent)
    def fails_once(event: BounceEvent) -> None:
        attempts.append(event)
        if len(attempts) == 1:
            raise LookupError("no such user")

    with caplog.at_level(logging.ERROR, "emailapi"):
        assert [post(client).status_code for _ in range(3)] == [500, 200, 200]
    assert len(attempts) == 2
    assert "BounceEvent" in caplog.text
    assert "john@example.com" not in caplog.text


def test_stop_retries_is_403(client, hooks):
    @hooks.on()
    def stop(event: BaseEvent) -> None:
        raise StopRetries

    assert post(client).status_code == 403


def test_the_signal_has_application_and_event(app, client):
    heard = []

    def listener(sender: Flask, event: BaseEvent) -> None:
        heard.append((sender, type(event)))

    with event_received.connected_to(listener, sender=app):
        post(client)
    assert heard == [(app, BounceEvent)]


def test_handlers_run_in_the_context_of_the_request(client, hooks):
    paths = []
    hooks.on()(lambda event: paths.append(request.path))
    post(client)
    assert paths == ["/hooks"]


def test_the_body_limit_of_the_application_does_not_apply(app, hooks):
    """Emails of 35 MB come in, and most applications allow less."""
    app.config["MAX_CONTENT_LENGTH"] = 1000
    app.register_blueprint(hooks)
    app.post("/other")(lambda: request.get_data()[:1])
    seen = []
    hooks.on(InboundEvent)(seen.append)
    large = {**INBOUND, "TextBody": "x" * 2_000_000}
    client = app.test_client()
    assert post(client, large).status_code == 200
    assert len(seen[0].text_body) == 2_000_000
    assert post(client, large, "/other").status_code == 413


@pytest.mark.costly
def test_a_body_over_35_mb_is_413(client):
    too_large = b'{"a": "' + b"x" * 35_000_001 + b'"}'
    response = client.post("/hooks", auth=LOGIN, data=too_large, content_type="application/json")
    assert response.status_code == 413


def test_url_prefix_and_name_can_be_changed(app):
    first = webhook_blueprint(Verifier(headers={"X-Secret": "s"}), url_prefix="/a")
    second = webhook_blueprint(Verifier.insecure(), url_prefix="/b", name="second")
    seen = []
    second.on()(seen.append)
    app.register_blueprint(first)
    app.register_blueprint(second)
    client = app.test_client()
    assert client.post("/a", json=BOUNCE).status_code == 401
    assert client.post("/a", json=BOUNCE, headers={"X-Secret": "s"}).status_code == 200
    assert client.post("/b", json=json.loads(json.dumps(BOUNCE))).status_code == 200
    assert (first.name, second.name, len(seen)) == ("emailapi", "second", 1)


def test_a_body_that_a_before_request_function_has_read_is_parsed(app, client, hooks):
    seen = []
    hooks.on()(seen.append)
    app.before_request(lambda: request.get_json() and None)
    assert post(client).status_code == 200
    assert len(seen) == 1


def test_coroutine_functions_can_receive_events(client, hooks):
    pytest.importorskip("asgiref")
    handled, heard = [], []

    @hooks.on()
    async def handler(event: BaseEvent) -> None:
        handled.append(event)

    async def receiver(app: Flask, event: BaseEvent) -> None:
        heard.append(event)

    with event_received.connected_to(receiver):
        assert post(client).status_code == 200
    assert len(handled) == len(heard) == 1


def test_a_generator_as_handler_is_an_error(client, hooks, caplog):
    """A call would not run its body, and each event would be lost."""

    @hooks.on()
    def handler(event: BaseEvent):
        yield event

    assert post(client).status_code == 500
    assert "the handler must be a plain function" in caplog.text
