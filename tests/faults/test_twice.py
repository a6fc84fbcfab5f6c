"""Sending again on purpose: `on_unknown="resend"`, and `check_first` for jobs that run again."""

from __future__ import annotations

import pytest

from emailapi import DeliveryUnknown, EmailAPIError, InvalidArgument, SendResult

from .calls import EMAIL_CALLS, came_of, is_unknown, new_email, template
from .modes import FIRST_ONLY, MODES, THEN_RESET, Mode, keyed, listing, respond_with

LOST, UNDONE, REJECTED = MODES["reset"], MODES["reset-not-done"], MODES["422"]
NEVER = 10_000_000.0


def keys(service) -> list[str]:
    return [one.metadata["emailapi-key"] for one in service.accepted]


@pytest.mark.parametrize("call", EMAIL_CALLS, ids=lambda call: call.name)
@pytest.mark.usefixtures("clock")
def test_a_lost_email_that_no_search_finds_is_resent_once(call, serve, connect):
    """A lost email that no search knows is sent once more, by the same key, with time left for it."""
    service = serve(LOST, lag=NEVER)
    came = came_of(call, connect(service, on_unknown="resend"))
    for tag, item in zip(call.tags, came.items, strict=True):
        assert isinstance(item, SendResult)
        assert not item.reconciled
        assert service.times(tag) == 2
        assert item.message_id == [one.id for one in service.accepted if one.tag == tag][1]
    assert len(set(keys(service))) == len(call.tags)
    assert came.seconds == 10


@pytest.mark.parametrize("call", [EMAIL_CALLS[0], EMAIL_CALLS[2]], ids=lambda call: call.name)
@pytest.mark.parametrize(
    "again", [LOST, UNDONE, REJECTED, MODES["429"], MODES["drip-body"]], ids=lambda mode: mode.name
)
def test_an_email_is_never_resent_twice(again, call, serve, connect, clock):
    service = serve(LOST, again, again, again, lag=NEVER, clock=clock)
    came = came_of(call, connect(service, on_unknown="resend"))
    assert all(is_unknown(item) for item in came.items)
    assert all(service.times(tag) == (2 if again.accepts else 1) for tag in call.tags)


@pytest.mark.parametrize("call", EMAIL_CALLS, ids=lambda call: call.name)
@pytest.mark.usefixtures("clock")
def test_a_lost_resend_is_looked_up(call, serve, connect):
    service = serve(UNDONE, LOST)
    came = came_of(call, connect(service, on_unknown="resend"))
    assert all(isinstance(item, SendResult) and item.reconciled for item in came.items)
    assert all(service.times(tag) == 1 for tag in call.tags)


@pytest.mark.usefixtures("clock")
def test_found_emails_are_not_resent(serve, connect):
    """Of a batch that was accepted in part, only the emails that no search knows are sent again."""
    service = serve(FIRST_ONLY)
    first, second = connect(service, on_unknown="resend").outbound.send_batch([new_email("a"), new_email("b")])
    assert (first.reconciled, second.reconciled) == (True, False)
    assert [one.tag for one in service.accepted] == ["a", "b"]


UNANSWERED = [
    Mode("500", "lost", respond_with(b"", 500)),
    Mode("401", "rejected", respond_with({"ErrorCode": 10}, 401)),
    Mode("unreadable", "odd", respond_with({"Messages": None})),
    Mode("unreadable-row", "odd", listing({"MessageID": [1]})),
]


@pytest.mark.parametrize("mode", UNANSWERED, ids=lambda mode: mode.name)
@pytest.mark.parametrize("call", [EMAIL_CALLS[0], EMAIL_CALLS[2]], ids=lambda call: call.name)
@pytest.mark.usefixtures("clock")
def test_an_email_is_not_resent_if_the_search_gets_no_response(mode, call, serve, connect):
    service = serve(LOST, searching=[mode] * 99)
    came = came_of(call, connect(service, on_unknown="resend"))
    assert all(is_unknown(item) for item in came.items)
    assert all(service.times(tag) == 1 for tag in call.tags)


@pytest.mark.usefixtures("clock")
def test_an_email_without_a_key_is_not_resent(serve, connect):
    for more, options in (({"metadata": {f"n{at}": "x" for at in range(10)}}, {}), ({}, {"reconcile": False})):
        service = serve(LOST)
        with pytest.raises(DeliveryUnknown):
            connect(service, on_unknown="resend", **options).outbound.send(new_email("a", **more))
        assert len(service.accepted) == 1


@pytest.mark.usefixtures("clock")
def test_a_closed_client_does_not_resend(serve, connect):
    """A client that is closed before it sends an email again still says that it may have been sent."""
    service = serve(LOST, lag=NEVER)
    client = connect(service, on_unknown="resend")
    close = Mode("closing", "fine", lambda exchange: client.close() or listing()(exchange))
    service.searching[:] = [close]
    with pytest.raises(DeliveryUnknown):
        client.outbound.send(new_email("a"))
    assert len(service.accepted) == 1


def test_check_first_does_not_send_an_email_that_was_sent_before(serve, connect):
    service = serve()
    client = connect(service)
    sent = client.outbound.send(new_email("a"), idempotency_key="job-1", check_first=True)
    again = client.outbound.send(new_email("a"), idempotency_key="job-1", check_first=True)
    assert (sent.reconciled, again.reconciled) == (False, True)
    assert again.message_id == sent.message_id
    both = client.outbound.send_batch(
        [new_email("a", idempotency_key="job-1"), new_email("b", idempotency_key="job-2")], check_first=True
    )
    assert [item.reconciled for item in both] == [True, False]
    assert [one.tag for one in service.accepted] == ["a", "b"]


def test_an_email_of_a_template_is_checked_first(serve, connect):
    service = serve()
    client = connect(service)
    one, two = (template(tag).replace(idempotency_key=f"job-{tag}") for tag in "ab")
    first, again = (client.outbound.send_template(one, check_first=True) for _ in range(2))
    assert (first.reconciled, again.reconciled) == (False, True)
    assert again.message_id == first.message_id
    both = client.outbound.send_template_batch([one, two], check_first=True)
    assert [item.reconciled for item in both] == [True, False]
    assert [email.tag for email in service.accepted] == ["a", "b"]


def test_an_email_of_a_template_has_no_key_to_check_by(serve, connect):
    service = serve()
    with pytest.raises(InvalidArgument, match="check_first"):
        connect(service).outbound.send_template(template("a"), check_first=True)
    with pytest.raises(InvalidArgument, match="check_first"):
        connect(service).outbound.send_template_batch([template("a")], check_first=True)
    assert not service.seen


@pytest.mark.parametrize("mode", UNANSWERED, ids=lambda mode: mode.name)
def test_check_first_does_not_send_if_the_check_fails(mode, serve, connect):
    """With `check_first` an email that cannot be looked for is not sent."""
    service = serve(searching=[mode] * 99)
    client = connect(service)
    with pytest.raises(EmailAPIError) as caught:
        client.outbound.send(new_email("a"), idempotency_key="job-1", check_first=True)
    assert not caught.value.may_have_been_sent
    (item,) = client.outbound.send_batch([new_email("a", idempotency_key="job-1")], check_first=True)
    assert isinstance(item, EmailAPIError)
    assert not service.accepted


def test_check_first_compares_the_exact_key(serve, connect):
    wrong = [keyed(lambda key: f"{key}0"), keyed(lambda key: key, MessageStream="another")]
    service = serve(searching=[Mode("wrong", "fine", act) for act in wrong])
    client = connect(service)
    for _ in wrong:
        assert not client.outbound.send(new_email("a"), idempotency_key="job-1", check_first=True).reconciled
    assert len(service.accepted) == 2


def test_check_first_rejects_an_email_without_a_key(serve, connect):
    """Without a key, the next run could not find the email."""
    service = serve()
    full = new_email("a", idempotency_key="job-1", metadata={f"n{at}": "x" for at in range(10)})
    with pytest.raises(InvalidArgument):
        connect(service).outbound.send(new_email("a"), check_first=True)
    with pytest.raises(InvalidArgument):
        connect(service).outbound.send(full, check_first=True)
    with pytest.raises(InvalidArgument):
        connect(service, reconcile=False).outbound.send(new_email("a"), idempotency_key="job-1", check_first=True)
    (item,) = connect(service).outbound.send_batch([full], check_first=True)
    assert isinstance(item, InvalidArgument)
    assert not service.seen


def test_an_email_lost_after_a_check_is_looked_up(serve, connect):
    service = serve(LOST)
    assert connect(service).outbound.send(new_email("a"), idempotency_key="job-1", check_first=True).reconciled
    assert service.script == []
    service.script[:] = [THEN_RESET]
    assert connect(service).outbound.send(new_email("a"), idempotency_key="job-1", check_first=True).reconciled
    assert len(service.accepted) == 1
