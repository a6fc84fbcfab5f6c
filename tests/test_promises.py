"""
Promises that other libraries break, about responses: a test for each.

test_promises_of_delivery.py has those about connections.
"""

from __future__ import annotations

import copy
import inspect
import json
import pickle
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone

import pytest
import responses

import emailapi
from emailapi import Attachment, BatchFailed, BatchResult, Client, Email, EmailAPIError, InvalidEmail, Outcome, Retry
from emailapi.sandbox import Sandbox

from .clock import Clock

HOST = "https://api.postmarkapp.com"
TOKEN = "5ecret-t0ken"
EMAIL = Email(sender="us@example.com", to="you@example.com", subject="Hello", text_body="Hi")
ACCEPTED = {"MessageID": "0a129aee-e1cd-480d-b08d-4f48548ff48d"}


@pytest.fixture
def service() -> Iterator[responses.RequestsMock]:
    """Stand in for the service, with whatever response a test wants."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        yield mocked


@pytest.fixture
def client(clock: Clock) -> Iterator[Client]:
    """Give a client of the service's own address."""
    with Client(TOKEN, retry=Retry(attempts=2, initial=0.01)) as made:
        yield made


def failure(client: Client) -> EmailAPIError:
    """Return the error that sending an email meets."""
    with pytest.raises(EmailAPIError) as caught:
        client.outbound.send(EMAIL)
    return caught.value


def messages(*rows: dict[str, object]) -> dict[str, object]:
    """Return a page of the activity."""
    return {"TotalCount": len(rows), "Messages": list(rows)}


def test_unknown_has_a_type_of_its_own(service, client):
    """A send whose response says nothing is `DeliveryUnknown`, which no other failure is."""
    service.post(f"{HOST}/email", status=500)
    error = failure(client)
    assert type(error) is emailapi.DeliveryUnknown
    assert (error.outcome, error.may_have_been_sent, error.retryable) == (Outcome.UNKNOWN, True, False)


@pytest.mark.parametrize(
    "response, expected",
    [
        ({"status": 422, "json": {"ErrorCode": 99999, "Message": "new"}}, emailapi.InvalidRequest),
        ({"status": 429, "body": "slow down"}, emailapi.RateLimited),
        ({"status": 502, "body": "<html>Bad gateway</html>"}, emailapi.DeliveryUnknown),
        ({"status": 401, "body": ""}, emailapi.Unauthorized),
        ({"status": 413, "body": "<html>too large</html>"}, emailapi.InvalidRequest),
        ({"status": 200, "body": "<html>hello</html>"}, emailapi.DeliveryUnknown),
    ],
)
def test_unexpected_responses_raise_typed_errors(service, client, response, expected):
    service.post(f"{HOST}/email", **response)
    with client.with_options(timeout=1) as quick:
        assert type(failure(quick)) is expected


@pytest.mark.parametrize("more", [{}, {"ErrorCode": 0}, {"To": None, "Brand": "new", "SubmittedAt": "some day"}])
def test_a_response_of_success_is_never_an_error(service, client, more):
    service.post(f"{HOST}/email", json={**ACCEPTED, **more})
    assert client.outbound.send(EMAIL).message_id == ACCEPTED["MessageID"]


def test_unknown_values_and_unreadable_rows_do_not_lose_a_page(service, client):
    rows = messages({"MessageID": "1", "Status": "Teleported"}, {"MessageID": "2"}, {"MessageID": ["3"]})
    service.get(f"{HOST}/messages/outbound", json=rows)
    page = client.messages.list()
    assert [(message.message_id, message.status) for message in page] == [("1", "Teleported"), ("2", "")]
    assert len(page.unreadable) == 1


def test_an_invalid_batch_item_does_not_affect_the_others(service, client):
    items = [{**ACCEPTED, "ErrorCode": 0}, {"ErrorCode": 300, "Message": "no"}, {"ErrorCode": 0}]
    service.post(f"{HOST}/email/batch", json=items)
    result = client.outbound.send_batch([EMAIL] * 3)
    assert [item.outcome for item in result][:2] == [Outcome.ACCEPTED, Outcome.NOT_SENT]
    assert isinstance(result[2], emailapi.DeliveryUnknown)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(service, client, status):
    """A response that points to another host carries nothing there."""
    service.post(f"{HOST}/email", status=status, headers={"Location": "https://elsewhere.example/email"})
    elsewhere = service.post("https://elsewhere.example/email", json=ACCEPTED)
    assert failure(client).outcome is Outcome.NOT_SENT
    assert elsewhere.call_count == 0


def _errors() -> list[EmailAPIError]:
    made: list[EmailAPIError] = []
    for name in emailapi.__all__:
        kind = getattr(emailapi, name)
        if not (inspect.isclass(kind) and issubclass(kind, EmailAPIError)) or kind is BatchFailed:
            continue
        more = {"field": "to"} if kind is InvalidEmail else {}
        made.append(kind("what is wrong", method="POST", path="/email", attempts=2, status=422, code=300, **more))
    return [*made, BatchFailed(BatchResult((made[0],)))]


@pytest.mark.parametrize("error", _errors(), ids=lambda error: type(error).__name__)
def test_every_error_pickles_whole(error):
    """Every exception comes back from pickle, and from a copy, with all it knows."""
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert (type(again), vars(again), str(again)) == (type(error), vars(error), str(error))


def test_the_token_is_in_no_repr_log_or_error(service, client, caplog):
    caplog.set_level("DEBUG")
    service.post(f"{HOST}/email", status=500)
    error = failure(client)
    seen = [repr(client), repr(client.outbound), repr(error), str(error), repr(vars(error)), caplog.text]
    assert TOKEN not in "".join(seen)


def test_a_timeout_applies_by_default():
    """A client that was told nothing waits for seconds, not for ever."""
    with Client(TOKEN) as client:
        assert all(0 < seconds <= 60 for seconds in client._options.timeout)


def test_a_misspelt_field_is_an_error():
    """`txt_body=` is rejected, as an argument and in a mapping, and not an empty email."""
    with pytest.raises(TypeError, match="txt_body"):
        Email(txt_body="Hi")  # type: ignore[call-arg]
    with Client(TOKEN) as client, pytest.raises(InvalidEmail, match="did you mean 'text_body'"):
        client.outbound.send({"to": "you@example.com", "txt_body": "Hi"})


BAD = {
    "a line feed in the subject": {"subject": "a\nBcc: x@y.z"},
    "a line feed in a header": {"headers": {"X-A": "a\r\nBcc: x@y.z"}},
    "no body": {"text_body": None},
    "51 recipients": {"to": [f"u{number}@example.com" for number in range(51)]},
    "over 10 MB": {"attachments": [{"name": "a.bin", "content": b"x" * 8_000_000}]},
    "a forbidden extension": {"attachments": [{"name": "a.exe", "content": b"x"}]},
    "11 pairs of metadata": {"metadata": {str(number): "x" for number in range(11)}},
    "a long value of metadata": {"metadata": {"a": "x" * 81}},
}


@pytest.mark.parametrize("fields", BAD.values(), ids=BAD.keys())
def test_an_invalid_email_is_rejected_before_a_byte_is_sent(service, client, fields):
    email = {"sender": "us@example.com", "to": "you@example.com", "text_body": "Hi", **fields}
    with pytest.raises(InvalidEmail) as caught:
        client.outbound.send(email)
    assert caught.value.field in {*fields, "text_body"}
    assert len(service.calls) == 0


def test_invalid_base64_is_rejected():
    with pytest.raises(InvalidEmail, match="'a.txt'"):
        Attachment.from_base64("a.txt", "not base64!")


def test_a_date_keeps_its_instant(service, client):
    """An aware datetime is sent as Eastern time, the zone the service reads; a naive one is rejected."""
    service.get(f"{HOST}/messages/outbound", json=messages())
    zone = timezone(timedelta(hours=2))
    client.messages.list(from_date=datetime(2026, 7, 1, 12, tzinfo=zone), to_date=date(2026, 7, 2))
    sent = service.calls[0].request.params
    assert (sent["fromdate"], sent["todate"]) == ("2026-07-01T06:00:00", "2026-07-02")
    with pytest.raises(emailapi.InvalidArgument, match=r"to_date.*datetime\.now\(timezone\.utc\)"):
        client.messages.list(to_date=datetime(2026, 7, 2, 12))


def test_filters_are_spelt_as_the_service_spells_them(service, client):
    """The filters of opens and clicks go out with underscores; a misspelt one is rejected by name."""
    names = ("client_name", "client_company", "client_family", "os_name", "os_family", "os_company")
    for kind, call in (("Opens", client.messages.opens), ("Clicks", client.messages.clicks)):
        service.get(f"{HOST}/messages/outbound/{kind.lower()}", json={"TotalCount": 0, kind: []})
        call(**dict.fromkeys(names, "x"))
        assert {name for name in service.calls[-1].request.params if "_" in name} == set(names)
        with pytest.raises(emailapi.InvalidArgument, match="clientName"):
            call(clientName="x")


def test_an_iterator_fetches_page_by_page():
    """Walking through a listing asks for a page when the one before is used up, not before."""
    with Sandbox() as sandbox, Client(sandbox.token, base_url=sandbox.url) as client:
        client.outbound.send_batch([EMAIL] * 5)
        asked: list[str] = []
        fetch = client.messages._fetch
        client.messages._fetch = lambda path, pairs: asked.append(json.dumps(pairs)) or fetch(path, pairs)
        walk = client.messages.list(count=2).iter_all()
        counts = [(len(asked), next(walk).subject) for _ in range(5)]
    assert [count for count, _ in counts] == [1, 1, 1, 2, 2]
    assert len(asked) == 3
