"""Where webhooks may be posted to."""

from __future__ import annotations

import socket

import pytest

from emailapi import Client, ConfigurationError, Email
from emailapi.sandbox import Sandbox
from emailapi.sandbox.posting.targets import NotAllowed, NotFound, Targets, read_url

from .conftest import ALL

EMAIL = Email(to="ada@example.com", text_body="Hello")


@pytest.fixture
def no_lookup(monkeypatch):
    """Fail when a name is looked up."""

    def fail(*arguments, **options):
        raise AssertionError(f"{arguments} was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", fail)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com/mail",
        "http://10.0.0.7/",
        "http://169.254.169.254/latest/meta-data",
        "http://0.0.0.0:80/",
        "http://[::]/",
        "http://[::ffff:10.0.0.7]/",
        "http://2130706433/",
        "http://127.1/",
        "http://0x7f.0.0.1/",
        "http://localhost.example.com/",
        "http://127.0.0.1.example.com/",
        "http://notlocalhost/",
        "http://127.0.0.1@example.com/",
        "http://user:127.0.0.1@192.0.2.1/",
    ],
)
def test_no_request_or_lookup_leaves_this_machine(no_lookup, url):
    with pytest.raises(NotAllowed, match=r"is not this machine: name it by Sandbox\(webhook_hosts=\["):
        Targets().addresses(read_url(url))


@pytest.mark.parametrize(
    "url, addresses",
    [
        ("http://127.0.0.1:9/", {"127.0.0.1"}),
        ("http://127.8.8.8/", {"127.8.8.8"}),
        ("http://[::1]:9/", {"::1"}),
        ("http://localhost/", {"127.0.0.1", "::1"}),
        ("http://LOCALHOST./", {"127.0.0.1", "::1"}),
        ("http://shop.localhost:3000/", {"127.0.0.1", "::1"}),
    ],
)
def test_urls_of_this_machine_are_allowed(url, addresses):
    assert {*Targets().addresses(read_url(url))} <= addresses
    assert Targets().addresses(read_url(url))


def test_a_local_name_with_a_remote_address_is_not_allowed(monkeypatch):
    elsewhere = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: elsewhere)
    assert Targets().addresses(read_url("http://localhost/")) == []


@pytest.mark.parametrize("named", ["hooks.test", "HOOKS.TEST", "hooks.test."])
def test_an_allowed_host_is_posted_to(monkeypatch, named):
    there = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: there)
    targets = Targets([named])
    assert targets.addresses(read_url("http://hooks.test/x")) == ["192.0.2.1"]
    with pytest.raises(NotAllowed):
        targets.addresses(read_url("http://other.test/x"))


def test_an_allowed_address_is_posted_to():
    targets = Targets(["192.0.2.1", "2001:db8::1", "[2001:db8::2]"])
    assert targets.addresses(read_url("http://192.0.2.1/x")) == ["192.0.2.1"]
    assert targets.addresses(read_url("http://[2001:db8::1]/x")) == ["2001:db8::1"]
    assert targets.addresses(read_url("http://[2001:db8::2]/x")) == ["2001:db8::2"]


def test_a_host_name_without_an_address_is_a_failed_attempt(monkeypatch):
    def unknown(*_arguments, **_options):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotFound, match=r"the host name hooks\.test cannot be resolved"):
        Targets(["hooks.test"]).addresses(read_url("http://hooks.test/"))


@pytest.mark.parametrize("names", [[""], [5], ["a:b"], [None]])
def test_an_invalid_host_name_is_a_configuration_error(names):
    with pytest.raises(ConfigurationError, match="webhook_hosts: .* is not a valid host name"):
        Sandbox(webhook_hosts=names)


@pytest.mark.parametrize("url", ["", "ftp://127.0.0.1/", "127.0.0.1/x", "http://", "http://[::1", "http://x:0/"])
def test_an_invalid_url_is_not_posted_to(url):
    with pytest.raises(NotAllowed):
        read_url(url)


def test_credentials_in_a_url_are_used_and_not_shown():
    target = read_url("http://us%40er:p%3Aw@127.0.0.1:8000/a%20b?c=d#e")
    assert target.login == ("us@er", "p:w")
    assert target.shown == "http://127.0.0.1:8000/a%20b?c=d"
    assert "p:w" not in repr(target)


def test_events_for_a_remote_webhook_are_only_logged(client, sandbox):
    webhook = client.webhooks.create(url="https://hooks.example.com/mail?key=1", triggers=ALL)
    client.outbound.send(EMAIL)
    sandbox.clock.advance(days=1)
    (attempt,) = sandbox.webhooks.attempts(webhook=webhook.id)
    assert (attempt.status, attempt.retry_at, attempt.request_headers["Host"]) == (None, None, "hooks.example.com")
    assert attempt.hint.startswith("hooks.example.com is not this machine")


def test_a_host_is_resolved_once_and_connected_to_by_this_address(monkeypatch, receiver):
    real, lookups = socket.getaddrinfo, []

    def lookup(host, *arguments, **options):
        if host == "hooks.test":
            lookups.append(host)
            # A second look-up would be told another address (DNS rebinding).
            host = "127.0.0.1" if len(lookups) == 1 else "192.0.2.1"
        return real(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with (
        Sandbox(webhook_hosts=["hooks.test"]) as sandbox,
        Client(sandbox.token, base_url=sandbox.url, sender="a@example.com") as client,
    ):
        client.webhooks.create(url=f"http://hooks.test:{receiver.port}/x", triggers=ALL)
        client.outbound.send(EMAIL)
        sandbox.clock.wait_idle(60)
        assert sandbox.webhooks.attempts()[0].accepted
    assert lookups == ["hooks.test"]
    assert receiver.requests[0].headers["HOST"] == f"hooks.test:{receiver.port}"
