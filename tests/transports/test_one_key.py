"""One `idempotency_key` on two different emails: the second one is never taken for the first."""

from __future__ import annotations

import copy
import pickle

import attrs
import pytest

from emailapi import (
    DeliveryUnknown,
    Email,
    EmailAPIError,
    InvalidArgument,
    InvalidEmail,
    NotFound,
    RecipientResult,
    SendResult,
)

from ..faults.calls import is_not_sent, is_unknown, new_email, template
from ..faults.modes import MODES, Mode, respond_with

RESET, UNDONE = MODES["reset"], MODES["reset-not-done"]
FIRST = new_email("a", idempotency_key="k")
OTHERS = {
    "another recipient": attrs.evolve(FIRST, to="b@example.com"),
    "one recipient more": attrs.evolve(FIRST, cc="b@example.com"),
    "another subject": attrs.evolve(FIRST, subject="Order 7 is on its way"),
}
other = pytest.mark.parametrize("second", OTHERS.values(), ids=OTHERS)


def posts(service) -> int:
    return sum(seen.method == "POST" for seen in service.seen)


def rows_with(**changes) -> Mode:
    """Let a search give what was accepted, with some values changed."""
    return Mode(
        "changed",
        "fine",
        lambda exchange: respond_with({"Messages": [one.row | changes for one in exchange.service.accepted]})(exchange),
    )


@pytest.mark.usefixtures("clock")
@other
@pytest.mark.parametrize("on_unknown", ["raise", "resend"])
def test_a_lost_email_with_the_key_of_another_stays_unknown_and_is_not_resent(second, on_unknown, serve, connect):
    service = serve(None, UNDONE)
    client = connect(service, on_unknown=on_unknown)
    client.outbound.send(FIRST)
    with pytest.raises(DeliveryUnknown, match="'k' belongs to another email") as caught:
        client.outbound.send(second)
    assert is_unknown(caught.value)
    assert str(caught.value).count("belongs to another") == 1
    assert posts(service) == 2


@other
def test_of_several_messages_with_one_key_the_matching_one_is_found(second, serve, connect):
    service = serve(None, RESET, None)
    client = connect(service)
    client.outbound.send(FIRST)
    assert client.outbound.send(second).message_id == "id-2"
    assert [client.outbound.send(one, check_first=True).message_id for one in (FIRST, second)] == ["id-1", "id-2"]
    assert posts(service) == 2


@other
def test_with_check_first_a_key_of_another_email_is_invalid_and_nothing_is_sent(second, serve, connect):
    service = serve()
    client = connect(service)
    client.outbound.send(FIRST)
    with pytest.raises(InvalidEmail, match="idempotency_key 'k' belongs to another email") as caught:
        client.outbound.send(second, check_first=True)
    assert caught.value.field == "idempotency_key"
    assert is_not_sent(caught.value)
    assert not caught.value.retryable
    for call in (client.outbound.send_batch, client.outbound.send_many):
        before, wrong = call([new_email("c", idempotency_key="c"), second], check_first=True)
        assert isinstance(before, SendResult)
        assert (type(wrong), wrong.field, wrong.index) == (InvalidEmail, "idempotency_key", 1)
    assert [one.tag for one in service.accepted] == ["a", "c"]


def test_a_row_of_another_email_does_not_end_the_checks_of_a_batch(serve, connect):
    """Only a search without a response keeps the emails behind it from being looked up."""
    service = serve()
    client = connect(service)
    client.outbound.send(FIRST)
    result = client.outbound.send_batch(
        [OTHERS["another subject"], new_email("c", idempotency_key="c")], check_first=True
    )
    assert [type(item) for item in result] == [InvalidEmail, SendResult]


@pytest.mark.usefixtures("clock")
def test_an_email_without_a_batch_key_is_compared_in_a_batch_too(serve, connect):
    full = {f"n{number}": "x" for number in range(9)}
    service = serve(None, UNDONE)
    client = connect(service, on_unknown="resend")
    client.outbound.send(FIRST)
    second, third = client.outbound.send_batch(
        [attrs.evolve(one, metadata=full) for one in (OTHERS["another subject"], new_email("c"))]
    )
    assert is_unknown(second)
    assert "'k' belongs to another email" in str(second)
    assert isinstance(third, SendResult)
    assert (posts(service), service.times("a"), service.times("c")) == (3, 1, 1)


def test_a_message_found_by_the_key_of_its_batch_is_not_compared(serve, connect):
    """The key of a batch is random, so that only its own emails have it."""
    service = serve(None, RESET, searching=[rows_with(Subject="*", To=[], Recipients=["*@*"])])
    client = connect(service)
    client.outbound.send(FIRST)
    result = client.outbound.send_batch([OTHERS["another subject"], new_email("c")])
    assert [item.message_id for item in result.accepted] == ["id-2", "id-3"]


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("second", [template("a"), template("b")], ids=["same recipient", "another recipient"])
def test_a_templates_subject_is_not_compared_but_its_recipients_are(second, serve, connect):
    service = serve(None, UNDONE)
    client = connect(service)
    client.outbound.send(FIRST)
    if second.to == FIRST.to:
        assert client.outbound.send_template(attrs.evolve(second, idempotency_key="k")).message_id == "id-1"
    else:
        with pytest.raises(DeliveryUnknown, match="belongs to another email"):
            client.outbound.send_template(attrs.evolve(second, idempotency_key="k"))


MANY = Email(
    sender="s@example.com",
    to=["Jürgen Groß <J.Gross@Bücher.example>", '"a b"@example.com'],
    cc='"Doe, Jane" <jane@example.com>',
    bcc=["BOSS@example.com", "boss@EXAMPLE.com"],
    subject="  Caf\u00e9\u00a0 de\u0301ja\u0300 \u2028 vu  ",
    text_body="x",
    idempotency_key="k",
)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Subject": "CAFE\u0301 d\u00e9j\u00e0 vu"},
        {"Subject": ""},
        {"Bcc": [], "Recipients": []},
        {"To": [], "Cc": [], "Bcc": [], "Recipients": []},
        {"To": [], "Cc": [], "Bcc": []},
        {"To": [{"Email": "j.gross@bücher.example"}, {"Email": '"a b"@example.com, Jane <JANE@EXAMPLE.COM>'}]},
        {"To": [{"Email": "j.gross@xn--bcher-kva.example", "Name": "x"}, {"Email": ""}, {}]},
    ],
    ids=str,
)
@pytest.mark.usefixtures("clock")
def test_a_message_normalized_by_the_service_matches_the_email(changes, serve, connect):
    """Case, white space, composed letters, IDNA, Bcc that are not named: none of these makes another email."""
    service = serve(None, UNDONE, searching=[rows_with(**changes)] * 99)
    client = connect(service)
    client.outbound.send(MANY)
    assert client.outbound.send(MANY, check_first=True).message_id == "id-1"
    assert client.outbound.send(MANY).message_id == "id-1"


def test_a_rejection_of_some_recipients_finds_the_message_of_the_others(serve, connect):
    text = "Found inactive addresses: A@example.com.\nInactive recipients are ones that bounced."
    two = attrs.evolve(FIRST, to=["a@example.com", "c@example.com"])
    rejected = Mode("406", "lost", respond_with({"ErrorCode": 406, "Message": text}, 422))
    left = rows_with(To=[{"Email": "c@example.com"}], Recipients=["c@example.com"])
    service = serve(rejected, searching=[left])
    assert connect(service).outbound.send(two).reconciled


TWO = attrs.evolve(FIRST, to=["a@example.com", "Gone@example.com"], cc="left@example.com")
ACTIVE = {"To": [{"Email": "a@example.com"}], "Cc": [], "Recipients": ["a@example.com"]}


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    "suppressed, found", [(["gone@example.com", "left@example.com"], True), (["gone@example.com"], False)]
)
def test_a_message_may_lack_suppressed_recipients_but_no_others(suppressed, found, serve, connect):
    """Should the service name only those that it sends to, a suppression must not make another email."""
    service = serve(RESET, searching=[rows_with(**ACTIVE)] * 99)
    service.suppressed.update(suppressed)
    client = connect(service)
    if found:
        assert client.outbound.send(TWO).message_id == "id-1"
        assert client.outbound.send(TWO, check_first=True).message_id == "id-1"
    else:
        with pytest.raises(DeliveryUnknown, match="belongs to another email"):
            client.outbound.send(TWO)
        with pytest.raises(InvalidEmail, match="belongs to another email"):
            client.outbound.send(TWO, check_first=True)
    asked = [seen.target for seen in service.seen if "suppressions" in seen.target]
    assert len(asked) == 4  # each address once in each call, however often the email was searched
    assert service.times("a") == 1


@pytest.mark.costly
@pytest.mark.usefixtures("clock")
def test_unreadable_suppressions_leave_the_outcome_unknown(serve, connect):
    """Nothing is sent, nothing is sent again, and the error may be gone at the next call."""
    service = serve(
        UNDONE,
        *[MODES["500"]] * 99,
        searching=[Mode("nothing", "fine", respond_with({"Messages": []})), *[rows_with(**ACTIVE)] * 99],
    )
    service.accept({"To": "a@example.com", "Subject": "a", "Metadata": {"emailapi-key": "k"}})
    client = connect(service, on_unknown="resend")
    with pytest.raises(DeliveryUnknown) as caught:
        client.outbound.send(TWO)
    assert "another email" not in str(caught.value)
    with pytest.raises(EmailAPIError) as checked:
        client.outbound.send(TWO, check_first=True)
    assert is_not_sent(checked.value)
    assert checked.value.retryable
    assert posts(service) == 1


@pytest.mark.usefixtures("clock")
def test_find_accepts_the_error_and_does_not_find_another_email(serve, connect):
    service = serve(None, UNDONE)
    client = connect(service)
    client.outbound.send(FIRST)
    with pytest.raises(DeliveryUnknown) as caught:
        client.outbound.send(OTHERS["another recipient"])
    for error in (caught.value, copy.copy(caught.value), pickle.loads(pickle.dumps(caught.value))):
        assert error == caught.value
        assert client.outbound.find(error) is None
    assert client.outbound.find("k").message_id == "id-1"


def test_find_looks_in_the_stream_of_the_error(serve, connect, clock):
    client = connect(serve(RESET, lag=20.0))
    with pytest.raises(DeliveryUnknown) as caught:
        client.outbound.send(new_email("a", message_stream="news"))
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.message_stream, error.idempotency_key) == ("news", caught.value.idempotency_key)
    clock.advance(20.0)
    assert client.outbound.find(error).message_id == "id-1"
    assert client.outbound.find(error.idempotency_key) is None
    assert client.outbound.find(error, message_stream="outbound") is None


@pytest.mark.costly
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("options, stream", [({}, "outbound"), ({"message_stream": "news"}, "news")])
def test_every_unknown_outcome_names_its_stream(options, stream, serve, connect):
    service = serve(*[UNDONE] * 9)
    client = connect(service, **options)
    items = [*client.outbound.send_batch([new_email("a"), new_email("b", message_stream="own")])]
    items += client.outbound.send_many([new_email("c")])
    items += client.outbound.send_template_batch([template("d")])
    assert [item.message_stream for item in items] == [stream, "own", stream, stream]
    without = connect(service, reconcile=False, **options)
    (item,) = without.outbound.send_batch([new_email("a")])
    assert (item.message_stream, item.idempotency_key) == (stream, None)
    with pytest.raises(InvalidArgument, match="no key"):
        client.outbound.find(item)


@pytest.mark.parametrize("options, stream", [({}, "broadcast"), ({"message_stream": "news"}, "news")])
def test_the_error_of_a_bulk_request_names_the_stream_that_the_service_uses(options, stream, serve, connect):
    service = serve(RESET)
    client = connect(service, **options)
    bulk = {"sender": "s@example.com", "subject": "s", "text_body": "x", "messages": [{"to": "a@example.com"}]}
    with pytest.raises(DeliveryUnknown) as caught:
        client.outbound.send_bulk(bulk)
    assert caught.value.message_stream == stream
    assert client.outbound.find(caught.value).message_id == "id-1"


@pytest.mark.parametrize("given", [ValueError("k"), InvalidEmail("x", field="to"), SendResult(idempotency_key="k")])
def test_find_rejects_other_objects(given, serve, connect):
    with pytest.raises(InvalidArgument, match="idempotency_key"):
        connect(serve()).outbound.find(given)


def test_the_status_of_a_result_is_not_that_of_another_email(serve, connect):
    """A result that left by SMTP is searched by its key: a message with other recipients is another email."""
    service = serve()
    client = connect(service)
    client.outbound.send(FIRST)
    client.outbound.send(OTHERS["another recipient"])

    def result(address):
        return SendResult(via="smtp", idempotency_key="k", recipients=(RecipientResult(email=address, accepted=True),))

    assert [client.messages.status(result(f"{name}@example.com")).message_id for name in "ab"] == ["id-1", "id-2"]
    with pytest.raises(NotFound, match="recipients"):
        client.messages.status(result("c@example.com"))
