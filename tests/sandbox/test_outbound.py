"""Sending, by one and by many."""

from __future__ import annotations

import re
import threading
import uuid

import pytest

BASE64 = {"Name": "a.txt", "Content": "aGVsbG8=", "ContentType": "text/plain"}


def test_the_response_to_an_accepted_email_has_five_keys(api):
    response = api.send(To='"Doe, Jane" <jane@example.com>, joe@example.com')
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/json")
    body = response.json()
    assert list(body) == ["To", "SubmittedAt", "MessageID", "ErrorCode", "Message"]
    assert body["To"] == '"Doe, Jane" <jane@example.com>, joe@example.com'
    assert (body["ErrorCode"], body["Message"]) == (0, "OK")
    assert str(uuid.UUID(body["MessageID"])) == body["MessageID"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}-0[45]:00", body["SubmittedAt"])


def test_an_email_with_only_cc_or_bcc_is_accepted(api):
    response = api.send(To=None, Bcc="b@example.com")
    assert response.status_code == 200
    assert "To" not in response.json()


@pytest.mark.parametrize("body", ["[]", '"mail"', "1", "null", "true"])
def test_a_body_must_be_an_object(api, rejected, body):
    """A single send takes a JSON object and nothing else."""
    response = api.request("POST", "/email", data=body, headers={"Content-Type": "application/json"})
    rejected(response, 422, 403, "object")


def test_unknown_fields_are_ignored(api):
    """A field that the service does not know is passed over."""
    assert api.send(Colour="red", Extra={"deep": [[[1]]]}).status_code == 200


def test_null_counts_as_absent(api):
    """Clients that write out whole objects send null for what is not set."""
    optional = ("Cc", "Bcc", "HtmlBody", "ReplyTo", "Tag", "Headers", "TrackOpens", "TrackLinks", "Metadata")
    email = {**api.email(), **dict.fromkeys((*optional, "Attachments", "MessageStream"))}
    assert api.post("/email", email).status_code == 200


def test_results_of_a_batch_are_in_its_order(api):
    items = [
        api.email(Subject="0"),
        api.email(From="nobody"),
        api.email(Subject="2"),
        api.email(TextBody=None),
        5,
        None,
        [],
    ]
    response = api.post("/email/batch", items)
    assert response.status_code == 200
    assert [item["ErrorCode"] for item in response.json()] == [0, 300, 0, 300, 403, 403, 403]
    assert all(set(item) == {"ErrorCode", "Message"} for item in response.json() if item["ErrorCode"])
    subjects = [api.details(item["MessageID"])["Subject"] for item in response.json() if not item["ErrorCode"]]
    assert subjects == ["0", "2"]


@pytest.mark.costly
def test_a_batch_has_1_to_500_messages(api, rejected):
    rejected(api.post("/email/batch", []), 422, 403, "empty")
    rejected(api.post("/email/batch", [api.email()] * 501), 422, 410, "501")
    rejected(api.post("/email/batch", {"Messages": [api.email()]}), 422, 403, "array")
    assert api.found()["TotalCount"] == 0
    response = api.post("/email/batch", [api.email(Metadata={"k": "v"})] * 500)
    assert len({item["MessageID"] for item in response.json()}) == 500
    assert api.found(metadata_k="v", count=500)["TotalCount"] == 500


@pytest.mark.exhaustive
@pytest.mark.slow
def test_the_size_of_a_request_is_limited(api, rejected):
    """A request is at most 10 MB for one email and 50 MB for a batch, in units of a million."""
    rejected(api.send(TextBody="x", Padding="x" * 10_000_000), 413, 300, "10 MB")
    assert api.send(TextBody="x", Padding="x" * 9_900_000).status_code == 200
    rejected(api.post("/email/batch", [api.email(Padding="x" * 50_000_000)]), 413, 300, "50 MB")


@pytest.mark.costly
def test_the_size_of_each_email_of_a_batch_is_limited(api):
    content = "A" * 5_200_000
    heavy = api.email(Attachments=[{**BASE64, "Content": content}, {**BASE64, "Content": content}])
    response = api.post("/email/batch", [heavy, api.email()]).json()
    assert [item["ErrorCode"] for item in response] == [300, 0]
    assert "10 MB" in response[0]["Message"]


def test_an_email_needs_a_stream_of_its_server_that_can_send(api, rejected):
    assert api.send(MessageStream="broadcast").status_code == 200
    assert api.send(MessageStream="").status_code == 200
    rejected(api.send(MessageStream="newsletter"), 422, 1235, "newsletter")
    rejected(api.send(MessageStream="inbound"), 422, 1236, "inbound")
    rejected(api.send(MessageStream=7), 422, 403, "MessageStream")
    items = api.post("/email/batch", [api.email(MessageStream="newsletter"), api.email()]).json()
    assert [item["ErrorCode"] for item in items] == [1235, 0]


def test_the_test_token_validates_and_stores_nothing(sandbox, open_api, rejected):
    api = open_api(sandbox, "postmark_api_test")
    response = api.send().json()
    assert (response["ErrorCode"], response["Message"]) == (0, "Test job accepted")
    assert len(response["MessageID"]) == 36
    rejected(api.send(From="nobody"), 422, 300, "From")
    rejected(api.send(MessageStream="inbound"), 422, 1236)
    items = api.post("/email/batch", [api.email(), api.email(To="nobody")]).json()
    assert [item["ErrorCode"] for item in items] == [0, 300]
    rejected(api.get("/messages/outbound", count=1, offset=0), 401, 10)
    rejected(api.get("/stats/outbound"), 401, 10)
    assert open_api(sandbox).found()["TotalCount"] == 0


def test_suppressed_recipients_are_rejected_or_omitted(api, rejected):
    """A hard bounce suppresses its address on that stream: alone it is rejected, among others it is left out."""
    dead, other = "HardBounce@bounce-testing.postmarkapp.com", "badaddress@bounce-testing.postmarkapp.com"
    api.accepted(To=f"{dead}, {other}")
    both = f"Found inactive addresses: {dead.lower()}, {other}. Inactive recipients"
    rejected(api.send(To=f"{dead}, {other}"), 422, 406, both)
    response = api.send(To=f"{dead}, alive@example.com", Cc=other).json()
    assert response["ErrorCode"] == 0
    assert response["Message"] == (
        f"Message OK, but will not deliver to these inactive addresses: {dead.lower()}, {other}. Inactive recipients"
        " are ones that have generated a hard bounce, a spam complaint, or a manual suppression."
    )
    events = api.details(response["MessageID"])["MessageEvents"]
    assert [event["Recipient"] for event in events] == ["alive@example.com"]
    assert api.send(To=dead, MessageStream="broadcast").status_code == 200


def test_a_bounce_within_a_batch_suppresses_later_emails(api):
    email = api.email(To="hardbounce@bounce-testing.postmarkapp.com")
    response = api.post("/email/batch", [email, email, api.email()]).json()
    assert [item["ErrorCode"] for item in response] == [0, 406, 0]


@pytest.mark.costly
def test_many_threads_can_send_at_once(api, sandbox, open_api):
    ids: list[str] = []

    def work() -> None:
        client = open_api(sandbox)
        for _ in range(10):
            ids.append(client.accepted())
            ids.extend(item["MessageID"] for item in client.post("/email/batch", [client.email()] * 5).json())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ids)) == 4 * 10 * 6
    assert api.found()["TotalCount"] == 4 * 10 * 6


def test_a_batch_that_fails_while_it_is_stored_was_not_sent(api, monkeypatch, caplog):
    from emailapi.sandbox.tables import tallies

    def fail(*_: object) -> None:
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(tallies, "add", fail)
    response = api.post("/email/batch", [api.email()] * 3)
    assert (response.status_code, response.json()["ErrorCode"]) == (503, 100)
    assert "disk on fire" not in response.text
    assert "disk on fire" in caplog.text
    monkeypatch.undo()
    assert api.found()["TotalCount"] == 0
    assert api.send().status_code == 200
