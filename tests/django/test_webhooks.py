"""The view of webhooks."""

from __future__ import annotations

import asyncio
import base64
import json
from contextlib import contextmanager

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import AsyncClient, Client, RequestFactory
from django.urls import include, path, reverse

from emailapi.django import inbound, tracking
from emailapi.django.views import webhook
from emailapi.webhooks import BounceEvent, InboundEvent, MemorySeenStore, StopRetries
from emailapi.webhooks.payloads import bounce, delivery

urlpatterns = [path("hooks/", include("emailapi.django.urls"))]
LOGIN = "Basic " + base64.b64encode(b"u:p").decode()


@contextmanager
def receiving(signal, receiver):
    signal.connect(receiver)
    try:
        yield
    finally:
        signal.disconnect(receiver)


@pytest.fixture
def hooks(setting):
    """Give `hooks(**config)`: the URLs of webhooks with these credentials."""

    def configure(**config) -> None:
        setting(ROOT_URLCONF=__name__, EMAILAPI={"WEBHOOK": {"basic": [("u", "p")], **config}})

    configure()
    return configure


def post(payload, *, path="/hooks/", login=LOGIN, **options):
    headers = {"Authorization": login} if login else {}
    body = payload if isinstance(payload, (bytes, str)) else json.dumps(payload)
    return Client(enforce_csrf_checks=True).post(
        path, body, **{"content_type": "application/json", "headers": headers, **options}
    )


def test_an_event_is_sent_as_the_signal_tracking(hooks):
    seen = []
    with receiving(tracking, lambda sender, event, **kwargs: seen.append((sender, event))):
        receiver = lambda **kwargs: None  # noqa: E731
        with receiving(inbound, receiver):
            assert post(bounce(email="ada@example.com")).status_code == 200
    ((sender, event),) = seen
    assert sender is BounceEvent
    assert event.recipient == "ada@example.com"


@pytest.mark.parametrize("name", ["webhook", "inbound"])
def test_an_inbound_email_is_sent_as_the_signal_inbound(hooks, name):
    seen = []
    with receiving(inbound, receiver := lambda sender, event, **kwargs: seen.append(sender)):
        body = {"FromFull": {"Email": "a@x.org"}, "To": "b@x.org", "MessageID": "7", "Subject": "Hi", "TextBody": "x"}
        assert post(body, path=reverse(f"emailapi:{name}")).status_code == 200
    assert seen == [InboundEvent]
    assert receiver


@pytest.mark.parametrize("login", [None, "Basic dTp4"])
def test_credentials_are_checked(hooks, login):
    assert post(bounce(email="a@x.org"), login=login).status_code == 401


def test_only_post_is_allowed(hooks):
    response = Client().get("/hooks/", headers={"Authorization": LOGIN})
    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_an_invalid_content_type_or_body_is_rejected(hooks):
    assert post("x", content_type="text/plain").status_code == 415
    assert post("[]").status_code == 400


def test_a_large_body_is_received_whatever_django_allows(hooks, setting):
    setting(DATA_UPLOAD_MAX_MEMORY_SIZE=1000)
    payload = {**bounce(email="a@x.org"), "Padding": "x" * 3_000_000}
    assert post(payload).status_code == 200


def test_a_body_over_our_limit_is_rejected(hooks):
    request = RequestFactory().post("/hooks/", b"{}", content_type="application/json", headers={"Authorization": LOGIN})
    request.META["CONTENT_LENGTH"] = str(36_000_000)
    assert webhook(request).status_code == 413


def test_a_receiver_that_raises_gives_500(hooks):
    def fail(**kwargs):
        raise ZeroDivisionError

    with receiving(tracking, fail):
        assert post(bounce(email="a@x.org")).status_code == 500


def test_stop_retries_is_403(hooks):
    def stop(**kwargs):
        raise StopRetries

    with receiving(tracking, stop):
        assert post(bounce(email="a@x.org")).status_code == 403


@pytest.mark.parametrize(
    "seen", ["cache", "db", "emailapi.webhooks.MemorySeenStore", MemorySeenStore, MemorySeenStore()]
)
def test_a_repeated_event_is_handled_once(hooks, seen):
    call_command("migrate", verbosity=0)
    cache.clear()
    hooks(seen=seen)
    handled = []
    payload = delivery(recipient="ada@example.com")
    with receiving(tracking, receiver := lambda event, **kwargs: handled.append(event)):
        assert [post(payload).status_code for _ in range(2)] == [200, 200]
    assert len(handled) == 1
    assert receiver


def test_atomic_requests_roll_back_the_changes_of_a_receiver_that_raises(hooks, monkeypatch):
    from django.db import connection

    from emailapi.django.seen.models import SeenKey

    call_command("migrate", verbosity=0)
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)

    def fail(**kwargs):
        SeenKey.objects.create(key="of the receiver", expires=0)
        raise ZeroDivisionError

    with receiving(tracking, fail):
        assert post(bounce(email="a@x.org")).status_code == 500
    assert not SeenKey.objects.filter(key="of the receiver").exists()


def test_the_view_requires_no_django_login():
    assert webhook.login_required is False
    assert webhook.csrf_exempt is True


@pytest.mark.parametrize("config", [{}, {"basic": []}, {"basci": [("u", "p")]}, {"basic": [("u", "")]}])
def test_missing_or_wrong_credentials_are_named(setting, config):
    setting(ROOT_URLCONF=__name__, EMAILAPI={"WEBHOOK": config})
    with pytest.raises(ImproperlyConfigured, match=r"EMAILAPI\['WEBHOOK'\]"):
        post(bounce(email="a@x.org"))


def test_a_store_in_the_database_without_its_application_is_named(hooks, setting):
    hooks(seen="db")
    setting(INSTALLED_APPS=["emailapi.django"])
    with pytest.raises(ImproperlyConfigured, match="emailapi.django.seen.*INSTALLED_APPS"):
        post(bounce(email="a@x.org"))


@pytest.mark.parametrize("size", [1000, 3_000_000])
def test_the_view_works_under_asgi(hooks, size):
    seen = []

    def receiver(event, **kwargs):
        seen.append(event.recipient)

    async def request():
        return await AsyncClient().post(
            "/hooks/",
            json.dumps({**bounce(email="ada@example.com"), "Padding": "x" * size}),
            content_type="application/json",
            headers={"Authorization": LOGIN},
        )

    with receiving(tracking, receiver):
        assert asyncio.run(request()).status_code == 200
    assert seen == ["ada@example.com"]


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_a_receiver_that_raises_does_not_commit_the_event(hooks, kind):
    hooks(seen=MemorySeenStore())
    called = []

    def fail(**kwargs):
        called.append(kind)
        raise ZeroDivisionError

    async def fail_later(**kwargs):
        fail()

    with receiving(tracking, fail if kind == "plain" else fail_later):
        payload = bounce(email="a@x.org")
        assert [post(payload).status_code for _ in range(2)] == [500, 500]
    assert called == [kind] * 2


def test_a_store_that_cannot_be_imported_is_named(hooks):
    hooks(seen="no.such.Store")
    with pytest.raises(ImproperlyConfigured, match="seen cannot be imported"):
        post(bounce(email="a@x.org"))


@pytest.mark.parametrize("length", ["9" * 5000, "many", "-5"], ids=["huge", "text", "negative"])
def test_an_invalid_content_length_gives_a_response(hooks, length):
    request = RequestFactory().post("/hooks/", b"{}", "application/json", headers={"Authorization": LOGIN})
    request.META["CONTENT_LENGTH"] = length
    assert webhook(request).status_code == (413 if length.isdecimal() else 200)


def test_the_response_to_head_has_no_body(hooks):
    response = webhook(RequestFactory().head("/hooks/"))
    assert (response.status_code, response.content) == (405, b"")
