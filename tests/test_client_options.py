"""Deadlines, retries and hooks of a client, and `with_options`, which changes them on the same pool."""

from __future__ import annotations

import threading
import time

import pytest

from emailapi import (
    AccountClient,
    Client,
    ConfigurationError,
    DeadlineExceeded,
    DeliveryUnknown,
    Hooks,
    InvalidEmail,
    RateLimited,
    Retry,
    SendResult,
)
from emailapi.settings import Options

from .faults.calls import new_email
from .faults.modes import MODES
from .faults.service import Service

WRONG = [
    *[("deadline", value) for value in (0, -1, True, "3", float("inf"), float("nan"), 10**10)],
    *[("retry", value) for value in (3, True, {"attempts": 3}, Retry)],
    *[("hooks", value) for value in (print, [print], {"on_error": print}, Hooks)],
]
WRONG_OF_A_CLIENT = [
    *[("on_unknown", value) for value in ("Resend", "ignore", True, "")],
    *[("reconcile", value) for value in (0, 1, "no", "")],
]


@pytest.fixture
def service():
    """Give a fault service."""
    service = Service()
    yield service
    service.close()


@pytest.fixture
def client(service):
    """Give a client of it that tries often and quickly."""
    with Client("t", base_url=service.url, retry=Retry(attempts=3, initial=0.01)) as client:
        yield client


@pytest.mark.parametrize("name, value", [*WRONG, *WRONG_OF_A_CLIENT])
def test_an_invalid_option_is_named(name, value):
    with pytest.raises(ConfigurationError, match=name):
        Client("t", **{name: value})
    with pytest.raises(ConfigurationError, match=name):
        Client("t").with_options(**{name: value})


@pytest.mark.parametrize("name, value", WRONG)
def test_an_invalid_option_of_an_account_client_is_named(name, value):
    """The same holds for a client of the account."""
    with pytest.raises(ConfigurationError, match=name):
        AccountClient("t", **{name: value})


def test_on_unknown_has_two_values():
    assert [Options(on_unknown=value).on_unknown for value in ("raise", "resend")] == ["raise", "resend"]


def test_with_options_changes_the_deadline(service, client):
    service.script[:] = [MODES["drip-body"]]
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        client.with_options(deadline=0.5).messages.get("1")
    assert time.monotonic() - began < 10  # the service drips for longer
    assert client.messages.get("id-1").message_id == "id-1"


@pytest.mark.usefixtures("clock")
def test_with_options_changes_the_timeout(service, client, caplog):
    service.script[:] = [MODES["timeout"]]
    assert client.with_options(timeout=(10, 0.3)).outbound.send(new_email("a")).reconciled
    assert "no response within 0.3 s" in caplog.text


def test_with_options_changes_retry(service, client):
    service.script[:] = [MODES["429"]] * 3
    with pytest.raises(RateLimited):
        client.with_options(retry=Retry(attempts=1)).outbound.send(new_email("a"))
    assert len(service.seen) == 1
    assert isinstance(client.outbound.send(new_email("a")), SendResult)


@pytest.mark.usefixtures("clock")
def test_with_options_changes_on_unknown(service, client):
    service.script[:] = [MODES["reset-not-done"]]
    result = client.with_options(on_unknown="resend").outbound.send(new_email("a"))
    assert not result.reconciled
    service.script[:] = [MODES["reset-not-done"]]
    with pytest.raises(DeliveryUnknown):
        client.outbound.send(new_email("a"))


def test_with_options_changes_reconcile(service, client):
    other = client.with_options(reconcile=False)
    other.outbound.send(new_email("a"))
    other.with_options(reconcile=True).outbound.send(new_email("a"))
    assert [len(one.metadata) for one in service.accepted] == [0, 1]


def test_with_options_changes_hooks_as_a_whole(client):
    first: list[str] = []
    second: list[str] = []
    hooked = client.with_options(hooks=Hooks(before_send=lambda event: first.append(event.path)))
    hooked.with_options(hooks=Hooks(on_response=lambda event: second.append(event.path))).messages.get("1")
    hooked.messages.get("2")
    assert (len(first), len(second)) == (1, 1)


def test_with_options_changes_the_default_sender_and_stream(service, client):
    other = client.with_options(sender="other@example.com", message_stream="news").with_options(sender=None)
    other.outbound.send({"to": "a@example.com", "text_body": "x"})
    with pytest.raises(InvalidEmail, match="sender"):
        client.outbound.send({"to": "a@example.com", "text_body": "x"})
    assert [one.stream for one in service.accepted] == ["news"]


def test_with_options_shares_the_pool(service, client):
    """Whatever is changed, the connections are the first client's, and its being closed is everyone's."""
    others = [
        client.with_options(deadline=3.0),
        client.with_options(retry=Retry(attempts=1)),
        client.with_options(on_unknown="resend", reconcile=True),
        client.with_options(hooks=Hooks(), sender="a@example.com", timeout=2, message_stream="s"),
    ]
    for each in (client, *others):
        each.outbound.send(new_email("a"))
    assert service.connections == 1
    client.close()
    for each in others:
        with pytest.raises(ConfigurationError, match="closed"):
            each.outbound.send(new_email("a"))


def test_options_of_threads_do_not_mix(service, client):
    ended: dict[int, int] = {}
    together = threading.Barrier(3)

    def work(attempts: int) -> None:
        other = client.with_options(retry=Retry(attempts=attempts, initial=0.01))
        together.wait(60)
        with pytest.raises(RateLimited) as caught:
            other.outbound.send(new_email("a"))
        ended[attempts] = caught.value.attempts

    service.script[:] = [MODES["429"]] * 9
    threads = [threading.Thread(target=work, args=(attempts,)) for attempts in (1, 3, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == {1: 1, 3: 3, 5: 5}
