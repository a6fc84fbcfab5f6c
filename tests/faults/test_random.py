"""Any sequence of faults, at any kind of call: the promises that hold for all of them."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings, strategies as st

from emailapi import Client, EmailAPIError, Outcome, Retry

from .calls import CALLS, came_of
from .modes import BATCH_MODES, FIRST_ONLY, MODES, SEARCH_MODES, THEN_CLOSE, THEN_RESET
from .service import Service

FAULTS = [*MODES.values(), FIRST_ONLY, THEN_CLOSE, THEN_RESET, None]
DEADLINE = 0.25


def fault(call):
    """Return a strategy of the faults that a call can meet."""
    batch = len(call.tags) > 1
    return st.sampled_from([*FAULTS, *BATCH_MODES] if batch else [mode for mode in FAULTS if mode is not FIRST_ONLY])


@st.composite
def sequences(draw):
    """Draw a call, what befalls its requests, and what befalls its searches."""
    call = draw(st.sampled_from(CALLS))
    requests = draw(st.lists(fault(call), max_size=4))
    searches = draw(st.lists(st.sampled_from([*SEARCH_MODES, None]), max_size=3))
    return call, requests, searches


def check(item: object, times: int, most: int, ids: list[str]) -> None:
    """Hold what the caller is told against how often it was done."""
    assert times <= most
    if isinstance(item, EmailAPIError):
        assert item.outcome in (Outcome.NOT_SENT, Outcome.UNKNOWN)
        assert item.may_have_been_sent is (item.outcome is Outcome.UNKNOWN)
        assert item.outcome is Outcome.UNKNOWN or times == 0
    elif ids:
        assert item.message_id in ids
    else:
        assert times >= 1


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    case=sequences(),
    on_unknown=st.sampled_from(["raise", "resend"]),
    reconcile=st.booleans(),
    lag=st.sampled_from([0.0, 0.05, 9.0]),
)
def test_any_sequence_of_faults_sends_an_email_at_most_once(case, on_unknown, reconcile, lag):
    """Nothing is done twice unasked, nothing that was done is denied, and nothing is claimed that was not."""
    call, requests, searches = case
    elsewhere = Service()
    service = Service(requests, searches, lag=lag, elsewhere=elsewhere)
    options = {"timeout": 0.1, "deadline": DEADLINE, "retry": Retry(attempts=3, initial=0.01, maximum=0.02)}
    with Client("t0ken", base_url=service.url, on_unknown=on_unknown, reconcile=reconcile, **options) as client:
        try:
            came = came_of(call, client)
        finally:
            service.close()
            elsewhere.close()
    assert came.seconds < DEADLINE + 10  # a service drips for longer
    assert not elsewhere.connections
    for at, item in enumerate(came.items):
        if call.kind == "read":
            assert not getattr(item, "may_have_been_sent", False)
            continue
        emails = [one for one in service.accepted if call.tags and one.tag == call.tags[at]]
        times = len(emails) if call.tags else len(service.done)
        most = {"email": 2 if on_unknown == "resend" and reconcile else 1, "write": 3}.get(call.kind, 1)
        check(item, times, most, [one.id for one in emails] if call.kind == "email" else [])
        assert len({one.metadata.get("emailapi-key") for one in emails}) <= 1
