"""The same promises by a `requests.Session` of the user's, as far as they can be kept without our connections."""

from __future__ import annotations

import threading

import pytest
import requests

from emailapi import DeliveryUnknown, SendResult

from .calls import EMAIL_CALLS, OTHER_CALLS, came_of, is_not_sent, is_unknown, new_email
from .modes import AGAIN, FINE, LOST, MODES, ODD, REJECTED


@pytest.fixture
def session():
    """Give a session, closed after the test."""
    with requests.Session() as session:
        yield session


# What `requests` cannot read whole it raises for, and the status is lost.
KNOWN = [mode for mode in (*FINE, *AGAIN, *REJECTED, *LOST, *ODD) if not mode.waits and mode.name != "422-cut"]


@pytest.mark.exhaustive
@pytest.mark.parametrize("call", EMAIL_CALLS, ids=lambda call: call.name)
@pytest.mark.parametrize("mode", KNOWN, ids=lambda mode: mode.name)
def test_an_email_is_accepted_at_most_once_and_its_outcome_is_reported(mode, call, serve, connect, session):
    service = serve(mode, elsewhere=serve())
    came = came_of(call, connect(service, timeout=mode.timeout, session=session))
    for tag, item in zip(call.tags, came.items, strict=True):
        assert service.times(tag) <= 1
        if mode.ends == "rejected":
            assert is_not_sent(item)
            assert service.times(tag) == 0
        else:
            assert isinstance(item, SendResult)
            assert item.message_id == next(one.id for one in service.accepted if one.tag == tag)


@pytest.mark.parametrize("call", [*EMAIL_CALLS, *OTHER_CALLS], ids=lambda call: call.name)
@pytest.mark.parametrize("name", ["reset-not-done", "timeout-not-done"])
@pytest.mark.usefixtures("clock")
def test_a_request_that_may_have_been_carried_out_is_never_reported_as_not_sent(name, call, serve, connect, session):
    service = serve(MODES[name])
    came = came_of(call, connect(service, timeout=(10.0, 0.1), deadline=1.0, session=session))
    for at, item in enumerate(came.items):
        if call.tags:
            assert is_unknown(item)
            assert not service.times(call.tags[at])
        elif call.kind == "once":
            assert is_unknown(item, key=False)


def test_one_session_can_be_used_by_many_threads(serve, connect, session):
    """A session that is shared by the threads of `send_many`, and by others, gives each email its own response."""
    service = serve(*[MODES["reset"], None, MODES["429"], None] * 3)
    client = connect(service, session=session)
    results: dict[str, str] = {}

    def work(name):
        for number in range(5):
            results[f"{name}{number}"] = client.outbound.send(new_email(f"{name}{number}")).message_id

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for number, item in enumerate(client.outbound.send_many([new_email(f"m{at}") for at in range(20)], chunk_size=2)):
        results[f"m{number}"] = item.message_id
    for thread in threads:
        thread.join()
    assert results == {one.tag: one.id for one in service.accepted}
    assert len(service.accepted) == 35


@pytest.mark.parametrize("status", [None, "200"])
def test_a_response_without_a_status_is_unknown(status, serve, connect, session):
    class Adapter(requests.adapters.BaseAdapter):
        def send(self, request, **options):
            response = requests.Response()
            response.status_code, response._content = status, b"{}"
            return response

        def close(self):
            pass

    session.mount("http://", Adapter())
    with pytest.raises(DeliveryUnknown):
        connect(serve(), session=session, reconcile=False).outbound.send(new_email("a"))
