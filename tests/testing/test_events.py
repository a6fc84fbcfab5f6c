"""Webhook events for tests, and delivering them to an application."""

from __future__ import annotations

import sys
from importlib.util import find_spec

import httpx
import pytest
import requests
from flask import Flask, request

from emailapi import Attachment, Client
from emailapi.flask import webhook_blueprint
from emailapi.sandbox import Sandbox
from emailapi.testing import events
from emailapi.testing.events import (
    bounce,
    click,
    complaint,
    delivery,
    inbound,
    open,  # noqa: A004
    post,
    subscription_change,
)
from emailapi.webhooks import BounceEvent, Event, Verifier, payloads, wsgi_app

BUILDERS = [delivery, bounce, complaint, open, click, subscription_change]


@pytest.fixture
def handled() -> list[Event]:
    return []


@pytest.fixture
def application(handled):
    return wsgi_app(Verifier(basic=[("u", "pä")], headers={"X-Secret": ["s"]}), handled.append)


@pytest.fixture
def app(handled):
    app = Flask("shop")
    hooks = webhook_blueprint(Verifier(basic=[("u", "pä")]))
    hooks.on(BounceEvent)(handled.append)
    app.register_blueprint(hooks)

    @app.post("/echo")
    def echo() -> dict[str, object]:
        return {
            "json": request.get_json(),
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "query": request.query_string.decode(),
            "path": request.path,
        }

    return app


@pytest.mark.parametrize("build", BUILDERS, ids=lambda build: build.__name__)
def test_each_builder_takes_an_address_and_a_result(build):
    with Sandbox() as sandbox, Client(sandbox.token, base_url=sandbox.url) as client:
        result = client.outbound.send(
            {"sender": "a@example.com", "to": "ada@example.com", "subject": "s", "text_body": "t"}
        )
    recipient = "Recipient" if "Recipient" in build(result) else "Email"
    assert (build(result)["MessageID"], build(result)[recipient]) == (result.message_id, "ada@example.com")
    assert build("id-1", email="b@example.com", tag="welcome")["MessageID"] == "id-1"
    assert build(email="b@example.com", tag="welcome")["Tag"] == "welcome"
    assert build()[recipient] == "user@example.com"
    with pytest.raises(TypeError):
        build(colour="red")


def test_the_builders_are_those_of_the_webhooks():
    for name in payloads.__all__:
        assert getattr(events, name) is getattr(payloads, name)
    assert inbound("Hi", [Attachment(name="a.txt", content=b"A")])["Attachments"][0]["Content"] == "QQ=="


def test_posting_by_flasks_test_client(app, handled):
    event = bounce(email="ada@example.com", type="HardBounce")
    client = app.test_client()
    assert post(event, client=client, url="/hooks/", basic=("u", "pä")).status_code == 200
    assert post(event, client=client, url="/hooks/", basic=("u", "wrong")).status_code == 401
    assert post(event, client=client, url="/hooks/").status_code == 401
    assert [found.recipient for found in handled] == ["ada@example.com"]


def test_posting_by_httpx(app):
    with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://test") as client:
        response = post(open(tag="ü"), client=client, url="/echo?a=b", basic=("u", "p"), headers={"X-Secret": "s"})
    found = response.json()
    assert (found["json"]["Tag"], found["query"]) == ("ü", "a=b")
    assert found["headers"]["authorization"] == "Basic dTpw"
    assert (found["headers"]["x-secret"], found["headers"]["content-type"]) == ("s", "application/json")


def test_posting_by_requests():
    with Sandbox() as sandbox, requests.Session() as client:
        response = post(delivery(), client=client, url=f"{sandbox.url}/nothing")
    assert response.request.headers["Content-Type"] == "application/json"
    assert response.status_code == 404


def test_posting_to_a_wsgi_application(application, app, handled):
    headers = {"X-Secret": "s"}
    response = post(click(email="ada@example.com"), client=application, url="/", basic=("u", "pä"), headers=headers)
    assert (response.status_code, handled[0].recipient) == (200, "ada@example.com")
    assert post(click(), client=application, url="/", headers={"X-Secret": "x"}).status_code == 401
    echoed = post(open(), client=app, url="https://shop.example:8443/echo?a=b")
    assert (echoed.status_code, echoed.json()["query"], echoed.json()["path"]) == (200, "a=b", "/echo")
    assert echoed.json()["headers"]["host"] == "shop.example:8443"
    assert echoed.headers["Content-Type"] == "application/json"
    assert '"path"' in echoed.text


DJANGO = """
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import path
import django
from emailapi.testing.events import bounce, post

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"])
django.setup()
urlpatterns = [path("hooks/", lambda found: HttpResponse(found.headers["Authorization"].encode() + found.body))]
response = post(bounce(tag="tagged"), client=Client(), url="/hooks/", basic=("u", "p"))
print(response.status_code, response.content.decode())
"""


@pytest.mark.costly
def test_posting_by_djangos_test_client(needs, start):
    """In a process of its own: settings are for a whole process."""
    needs("django", find_spec("django"), "Django is not installed")
    output, errors = start(sys.executable, "-c", DJANGO).communicate()
    assert output.startswith("200 Basic dTpw{"), errors
    assert '"Tag":"tagged"' in output


def test_a_body_is_posted_unchanged(application):
    auth = {"client": application, "url": "/", "basic": ("u", "pä"), "headers": {"X-Secret": "s"}}
    assert post("no JSON", **auth).status_code == 400
    assert post(b'{"RecordType": "Later"}', **auth).status_code == 200


def test_a_client_that_cannot_post_is_a_type_error():
    async def application(scope, receive, send):
        """Send no response."""

    class Application:
        async def __call__(self, scope, receive, send):
            """Send no response."""

        def post(self, path):
            """Route, as an application of FastAPI."""

    for client in (application, Application(), httpx.AsyncClient()):
        with pytest.raises(TypeError, match="not the asynchronous"):
            post(bounce(), client=client, url="/")
    with pytest.raises(TypeError, match="client must be a test client of Flask"):
        post(bounce(), client=7, url="/")
