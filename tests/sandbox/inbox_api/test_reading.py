"""Looking at emails, and deleting them."""

from __future__ import annotations

import base64
import email
from datetime import datetime

import pytest
import requests

LINKS = '<a href="https://shop.example/r?a=1&amp;b=2">Reset it</a> <a href="mailto:a@b.example">w</a>'
HTML = f"<p>Your code is 482913. {LINKS}"


def _file(name, content=b"hello", content_type="text/plain", **more):
    return {"Name": name, "Content": base64.b64encode(content).decode(), "ContentType": content_type, **more}


@pytest.fixture
def message(api):
    """Send an email that has everything, and give its id."""
    return api.accepted(
        From="Shop <shop@example.com>",
        To="Dana <dana@example.com>, b@example.com",
        Cc="c@example.com",
        Bcc="d@example.com",
        ReplyTo="help@example.com",
        Subject="Reset your password",
        HtmlBody=HTML,
        Tag="reset",
        Metadata={"user": "7"},
        Headers=[{"Name": "X-Order", "Value": "77"}],
        TrackOpens=True,
        TrackLinks="HtmlAndText",
        Attachments=[_file("a.txt"), _file("l.png", b"p", "image/png", ContentID="cid:logo")],
    )


def test_an_email_has_the_fields_of_the_python_api(inbox, message, sandbox):
    found = inbox.get(f"/messages/{message}")
    (captured,) = sandbox.messages()
    assert found["sender"] == {"email": "shop@example.com", "name": "Shop"}
    assert found["to"] == [{"email": "dana@example.com", "name": "Dana"}, {"email": "b@example.com", "name": None}]
    assert [found[name][0]["email"] for name in ("cc", "bcc", "reply_to")] == [
        f"{name}@example.com" for name in ("c", "d", "help")
    ]
    for name in ("message_id", "message_stream", "subject", "tag", "metadata", "text_body", "html_body", "track_links"):
        assert found[name] == getattr(captured, name)
    assert datetime.fromisoformat(found["received_at"]) == captured.received_at
    assert found["links"] == [{"url": "https://shop.example/r?a=1&b=2", "text": "Reset it"}]
    assert found["mailto_links"] == [{"url": "mailto:a@b.example", "text": "w"}]
    assert (found["codes"], found["code"]) == (["482913"], "482913")
    assert found["headers"] == [{"name": "X-Order", "value": "77"}]
    assert [event["type"] for event in found["events"]] == ["Delivered"] * 4
    assert (found["state"], found["track_opens"]) == ("delivered", True)
    assert found["attachments"] == [
        {"number": 0, "name": "a.txt", "content_type": "text/plain", "content_id": None, "size": 5},
        {"number": 1, "name": "l.png", "content_type": "image/png", "content_id": "logo", "size": 1},
    ]


def test_each_event_has_its_cause(inbox, api, sandbox):
    message = api.accepted(HtmlBody=HTML, TrackOpens=True, TrackLinks="HtmlOnly")
    sandbox.events.open(message)
    requests.get(sandbox.messages()[0].as_received().link("Reset"), allow_redirects=False, timeout=60)
    made = inbox.post(f"/messages/{message}/events", type="bounce")["events"]
    assert [event["cause"] for event in made] == ["call"]
    found = [(event["type"], event["cause"]) for event in inbox.get(f"/messages/{message}")["events"]]
    assert found[:4] == [("Delivered", None), ("Opened", "call"), ("LinkClicked", "link"), ("Bounced", "call")]
    bounced = inbox.get(f"/messages/{api.accepted(To='a@bounce-testing.postmarkapp.com')}")
    assert [event["cause"] for event in bounced["events"]] == ["address"]


def test_a_code_is_null_unless_there_is_exactly_one(inbox, api):
    two = inbox.get(f"/messages/{api.accepted(TextBody='Your code is 482913 or your PIN: 7731')}")
    assert (len(two["codes"]), two["code"]) == (2, None)
    none = inbox.get(f"/messages/{api.accepted(TextBody='Hello')}")
    assert (none["codes"], none["code"], none["html_body"]) == ([], None, None)


def test_an_email_is_shown_as_a_recipient_gets_it(inbox, message, sandbox):
    """The links lead to the sandbox, and can be followed."""
    for path in ("", "/html"):
        assert sandbox.url not in inbox.request("GET", f"/messages/{message}{path}").text
    html = inbox.request("GET", f"/messages/{message}/html", params={"recipient": "b@example.com"}).text
    assert f"{sandbox.url}/o/" in html
    found = inbox.get(f"/messages/{message}", recipient="B@example.com")
    requests.get(found["links"][0]["url"], allow_redirects=False, timeout=60)
    clicks = [event for event in inbox.get(f"/messages/{message}")["events"] if event["type"] == "LinkClicked"]
    assert [event["recipient"] for event in clicks] == ["b@example.com"]
    assert inbox.rejected("GET", f"/messages/{message}", params={"recipient": "x@example.com"})[0] == "recipient"


def test_the_raw_message_is_returned(inbox, message):
    response = inbox.request("GET", f"/messages/{message}/raw")
    parsed = email.message_from_bytes(response.content)
    assert (parsed["Subject"], parsed["Bcc"]) == ("Reset your password", None)


def test_an_html_body_is_isolated(inbox, message, api):
    """Neither its scripts nor a file may run where the pages of the sandbox do."""
    response = inbox.request("GET", f"/messages/{message}/html")
    assert (response.text, response.headers["X-Content-Type-Options"]) == (HTML, "nosniff")
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    text_only = api.accepted()
    assert "no HTML body" in inbox.rejected("GET", f"/messages/{text_only}/html", 404)[1]


@pytest.mark.parametrize(
    "name, content_type, sent, plain",
    [
        ("a.txt", "text/plain; charset=utf-8", "text/plain", "a.txt"),
        ("x.html", "text/html", "application/octet-stream", "x.html"),
        ("x.svg", "image/svg+xml", "application/octet-stream", "x.svg"),
        ('../../etc/pass"wd', "text/csv", "text/csv", "pass_wd"),
        ("..\\\u202efdp.txt", "application/pdf", "application/pdf", "fdp.txt"),
        ("Grüße.pdf", "application/pdf", "application/pdf", "Gr__e.pdf"),
    ],
)
def test_an_attachment_is_downloaded_under_a_harmless_name_and_type(inbox, api, name, content_type, sent, plain):
    message = api.accepted(Attachments=[_file(name, b"\0\xff", content_type)])
    response = inbox.request("GET", f"/messages/{message}/attachments/0")
    assert response.content == b"\0\xff"
    assert response.headers["Content-Type"].partition(";")[0] == sent
    assert response.headers["Content-Disposition"].startswith(f'attachment; filename="{plain}"; ')
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    inbox.rejected("GET", f"/messages/{message}/attachments/1", 404)


def _subjects(response):
    return [each["subject"] for each in response["messages"]]


@pytest.mark.costly
def test_emails_are_listed_page_by_page_while_others_arrive(inbox, api):
    """The streams are joined by time."""
    for number in range(7):
        api.accepted(Subject=str(number), MessageStream="broadcast" if number % 3 else "outbound")
    page = inbox.get("/messages", limit=3)
    assert _subjects(page) == ["6", "5", "4"]
    api.accepted(Subject="new")
    page = inbox.get("/messages", limit=3, before=page["before"])
    assert _subjects(page) == ["3", "2", "1"]
    page = inbox.get("/messages", limit=3, before=page["before"])
    assert (_subjects(page), page["before"]) == (["0"], None)
    assert inbox.get("/messages", limit=8)["before"] is None


def test_pages_of_emails_of_one_instant_are_complete(inbox, api, sandbox):
    sandbox.clock.freeze()
    for stream in ("outbound", "broadcast"):
        api.post("/email/batch", [api.email(Subject=f"{stream} {number}", MessageStream=stream) for number in range(4)])
    found, before = [], {}
    while before is not None:
        page = inbox.get("/messages", limit=3, **before)
        found += _subjects(page)
        before = page["before"] and {"before": page["before"]}
    assert len(found) == len({*found}) == 8


def test_a_query_narrows_the_list(inbox, api):
    for tag in ("a", "b", "a"):
        api.accepted(Tag=tag, Subject=f"of {tag}")
    page = inbox.get("/messages", q="tag:a", limit=1)
    assert (_subjects(page), page["unknown"]) == (["of a"], [])
    assert _subjects(inbox.get("/messages", q="tag:a", before=page["before"])) == ["of a"]
    assert inbox.get("/messages", q="tga:a of")["unknown"] == ["tga:"]


@pytest.mark.parametrize(
    "name, value",
    [("limit", "0"), ("limit", "201"), ("limit", "x"), ("limit", "-1"), ("limit", "²"), ("limit", "9" * 99)],
)
def test_an_invalid_limit_is_rejected(inbox, name, value):
    assert inbox.rejected("GET", "/messages", params={name: value})[0] == name


def test_an_unknown_message_is_not_found(inbox):
    for message in ("x", "../..", "00000000-0000-0000-0000-000000000000"):
        response = requests.get(f"{inbox.url}/messages/{message}", headers=inbox.headers, timeout=60)
        assert response.status_code == 404
    inbox.rejected("GET", "/messages", 404, params={"before": "x"})


def test_emails_are_deleted_by_a_query(inbox, api):
    kept = api.accepted(Tag="a")
    api.post("/email/batch", [api.email(Tag="b", Subject=str(number)) for number in range(3)])
    assert inbox.delete("/messages", q="tag:b") == {"deleted": 3}
    assert [each["message_id"] for each in inbox.get("/messages")["messages"]] == [kept]
    assert api.get("/stats/outbound/sends").json()["Sent"] == 4
    assert inbox.delete("/messages") == {"deleted": 1}
    assert inbox.delete("/messages") == {"deleted": 0}
    assert inbox.get("/messages", q="subject:1")["messages"] == []


@pytest.mark.parametrize("query", ["tga:a", "-", "***", "is:nothing", "tag:a larger:many"])
def test_an_invalid_query_deletes_nothing(inbox, api, query):
    """It may find more than was meant."""
    api.accepted(Tag="a")
    assert inbox.rejected("DELETE", "/messages", params={"q": query})[0] == "q"
    assert len(inbox.get("/messages")["messages"]) == 1
