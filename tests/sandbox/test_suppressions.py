"""Addresses that a stream does not send to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emailapi.sandbox.instants import micros
from emailapi.sandbox.tables import suppressions

HARD = "hardbounce@bounce-testing.postmarkapp.com"
PATH = "/message-streams/outbound/suppressions"


def rows(*addresses):
    return {"Suppressions": [{"EmailAddress": address} for address in addresses]}


@pytest.fixture
def change(api):
    """Creates or deletes suppressions, and gives status and message of each."""

    def change(verb, *addresses, stream="outbound"):
        response = api.post(f"/message-streams/{stream}/suppressions{verb}", rows(*addresses))
        assert response.status_code == 200, response.text
        assert set(response.json()) == {"Suppressions"}
        assert [row["EmailAddress"] for row in response.json()["Suppressions"]] == list(addresses)
        return [(row["Status"], row["Message"]) for row in response.json()["Suppressions"]]

    return change


@pytest.fixture
def dump(api):
    """Lists suppressed addresses."""

    def dump(**query):
        response = api.get(f"{PATH}/dump", **query)
        assert response.status_code == 200, response.text
        assert set(response.json()) == {"Suppressions"}
        return [row["EmailAddress"] for row in response.json()["Suppressions"]]

    return dump


@pytest.fixture
def complain(api, sandbox):
    """Suppresses an address of the stream `outbound` for a complaint, which no call makes yet."""

    def complain(address):
        with sandbox.store.transaction() as db:
            stream = db.number("SELECT key FROM streams WHERE id = 'outbound'")
            suppressions.add(db, stream, address, "SpamComplaint", "Recipient", micros(sandbox.clock.now()))

    return complain


def test_a_suppressed_address_gets_no_more_emails(api, change, rejected):
    assert change("", "A@Example.com", "b@example.com") == [("Suppressed", None)] * 2
    rejected(api.send(To="a@example.com"), 422, 406, "a@example.com")
    api.accepted(To="a@example.com", MessageStream="broadcast")
    response = api.send(To="a@example.com, c@example.com").json()
    assert "these inactive addresses: a@example.com. Inactive recipients are" in response["Message"]
    entry = api.get(f"{PATH}/dump", EmailAddress="a@example.com").json()["Suppressions"][0]
    assert set(entry) == {"EmailAddress", "SuppressionReason", "Origin", "CreatedAt"}
    assert (entry["SuppressionReason"], entry["Origin"]) == ("ManualSuppression", "Customer")


def test_a_deleted_suppression_lets_emails_through(api, change, dump):
    """An address that is taken off gets email again; one that was not suppressed counts as deleted, too."""
    change("", "a@example.com")
    assert change("/delete", "A@example.com", "b@example.com") == [("Deleted", None)] * 2
    assert dump() == []
    api.accepted(To="a@example.com")


def test_a_hard_bounce_suppresses_its_address(api, change, dump):
    api.accepted(To=HARD)
    assert change("", HARD) == [("Suppressed", None)]
    assert dump(SuppressionReason="HardBounce", Origin="Recipient") == [HARD]
    assert change("/delete", HARD) == [("Deleted", None)]
    (bounce,) = api.get("/bounces", count=1, offset=0).json()["Bounces"]
    assert bounce["Inactive"] is False
    api.accepted(To=HARD)


def test_a_suppression_of_a_complaint_cannot_be_deleted(change, complain, dump):
    complain("a@example.com")
    for verb, done in (("", "Suppressed"), ("/delete", "Deleted")):
        (failed, message), other = change(verb, "A@example.com", "b@example.com")
        assert (failed, other) == ("Failed", (done, None))
        assert "complained" in message
    assert dump() == dump(SuppressionReason="SpamComplaint") == ["a@example.com"]


@pytest.mark.parametrize("address", ["nobody", "a@x.com, b@x.com", "A <a@x.com>", "a@exa_mple.com", "@x.com", " "])
@pytest.mark.parametrize("verb", ["", "/delete"])
def test_an_invalid_address_fails_alone(change, dump, verb, address):
    (failed, message), (done, nothing) = change(verb, address, "b@example.com")
    assert (failed, nothing) == ("Failed", None)
    assert "not a valid email address" in message
    assert done != "Failed"
    assert dump() == (["b@example.com"] if verb == "" else [])


@pytest.mark.parametrize("verb", ["", "/delete"])
@pytest.mark.parametrize(
    "body, code",
    [
        (None, 1409),
        ([], 1409),
        ({}, 1409),
        ({"Suppressions": None}, 1409),
        ({"Suppressions": []}, 1409),
        ({"Suppressions": "a@example.com"}, 1409),
        (rows(*(f"u{number}@example.com" for number in range(51))), 1410),
        ({"Suppressions": [{}]}, 1411),
        (rows("a@example.com", None), 1411),
        (rows("a@example.com", ""), 1411),
        (rows("a@example.com", 5), 403),
        ({"Suppressions": ["a@example.com"]}, 403),
        (rows("a@example.com", "\ud800@example.com"), 1408),
    ],
    ids=lambda value: str(value)[:60],
)
def test_an_invalid_body_is_rejected_as_a_whole(api, dump, rejected, verb, body, code):
    response = api.request("POST", f"{PATH}{verb}", json=body) if body is not None else null(api, f"{PATH}{verb}")
    rejected(response, 422, code)
    assert dump() == []


def null(api, path):
    return api.request("POST", path, data="null", headers={"Content-Type": "application/json"})


def test_a_request_has_at_most_fifty_addresses(change, dump):
    addresses = [f"u{number}@example.com" for number in range(50)]
    assert {status for status, _ in change("", *addresses)} == {"Suppressed"}
    assert len(dump()) == 50
    assert {status for status, _ in change("/delete", *addresses)} == {"Deleted"}


@pytest.mark.parametrize("verb", ["", "/delete"])
def test_an_unknown_stream_is_code_1226(api, rejected, verb):
    rejected(api.post(f"/message-streams/nowhere/suppressions{verb}", rows("a@x.com")), 422, 1226, "nowhere")
    rejected(api.get("/message-streams/nowhere/suppressions/dump"), 422, 1226)


@pytest.mark.costly
def test_suppressions_are_filtered_in_any_case(api, change, complain, dump, pass_time):
    pass_time(timedelta(0))
    change("", "a@example.com")
    pass_time(timedelta(days=1))
    api.accepted(To=HARD)
    pass_time(timedelta(days=1))
    complain("c@example.com")
    change("", "other@example.com", stream="broadcast")
    assert dump() == ["c@example.com", HARD, "a@example.com"]
    assert dump(SuppressionReason="HardBounce") == dump(suppressionreason="hardbounce") == [HARD]
    assert (
        dump(Origin="Customer") == dump(EmailAddress="A@example.com") == dump(todate="2026-11-21") == ["a@example.com"]
    )
    assert dump(origin="recipient") == dump(fromdate="2026-11-22") == ["c@example.com", HARD]
    assert dump(fromdate="2026-11-22", todate="2026-11-22T23:59:59") == [HARD]
    assert dump(EmailAddress="a@example.com", Origin="Recipient") == dump(EmailAddress="other@example.com") == []


@pytest.mark.parametrize(
    "query, code",
    [
        ({"SuppressionReason": "Bounce"}, 1404),
        ({"Origin": "Nobody"}, 1405),
        ({"fromdate": "yesterday"}, 403),
        ({"todate": "2026-02-30"}, 403),
    ],
    ids=str,
)
def test_an_invalid_query_is_rejected_by_its_code(api, rejected, query, code):
    """A wrong filter has a code of its own, and a wrong date that of a wrong field."""
    rejected(api.get(f"{PATH}/dump", **query), 422, code, next(iter(query)))
