"""The search language of `sandbox.messages`."""

from __future__ import annotations

import random
import string

import pytest

from emailapi import Attachment, Email, InvalidArgument

EMAILS = {
    "reset": Email(
        to="Ada Lovelace <ada@example.com>",
        subject="Reset your password",
        html_body='<p>Grüße aus <b>Köln</b> <a href="https://shop.example/r">here</a></p>',
        tag="Account",
        track_opens=True,
        metadata={"user": "7"},
    ),
    "code": Email(to="eve@example.com", cc="ada@example.com", text_body="Your code is 482913", subject="Welcome, Eve"),
    "bill": Email(
        to="bob@example.org",
        subject="Invoice 42",
        text_body="See the file " + "x" * 3000,
        attachments=[Attachment(name="invoice-42.pdf", content=b"%PDF", content_type="application/pdf")],
        headers={"X-Order": "A 77"},
    ),
    "lost": Email(to="softbounce@bounce-testing.postmarkapp.com", subject="Reset now", text_body="reset", tag="x"),
    "news": Email(
        sender="news@example.net",
        to="ada@example.com",
        subject="News",
        text_body="Nothing",
        html_body='<img src="cid:logo">',
        message_stream="broadcast",
        attachments=[Attachment(name="l.png", content=b"p", content_type="image/png", content_id="logo")],
    ),
}


@pytest.fixture
def found(client, sandbox):
    """Send the emails, and give the keys of those that a query finds."""
    by_id = {client.outbound.send(email).message_id: key for key, email in EMAILS.items()}
    return lambda query: {by_id[message.message_id] for message in sandbox.messages(query)}


QUERIES = {
    "": {*EMAILS},
    "reset": {"reset", "lost"},
    "RESET Password": {"reset"},
    '"your password"': {"reset"},
    '"password your"': set(),
    "reset -password": {"lost"},
    "-reset": {"code", "bill", "news"},
    "pass*": {"reset"},
    "p*": set(),
    "koln": {"reset"},
    "grusse": set(),
    "invoice OR welcome": {"bill", "code"},
    "reset lost OR password": {"reset"},
    "is:bounced OR tag:account": {"lost", "reset"},
    "is:bounced OR koln": {"lost", "reset"},
    "-is:bounced OR -reset": {*EMAILS} - {"lost"},
    "to:ada@example.com": {"reset", "code", "news"},
    "to:ADA": {"reset", "code", "news"},
    "to:lovelace": {"reset"},
    "from:news@example.net": {"news"},
    "from:shop": {*EMAILS} - {"news"},
    "-from:shop@example.com": {"news"},
    "subject:reset": {"reset", "lost"},
    'subject:"reset now"': {"lost"},
    "body:code": {"code"},
    "tag:ACCOUNT": {"reset"},
    "-tag:account -tag:x": {"code", "bill", "news"},
    "file:invoice": {"bill"},
    "file:invoice-42.pdf": {"bill"},
    "via:api": {*EMAILS},
    "via:smtp": set(),
    "stream:broadcast": {"news"},
    "-stream:broadcast reset": {"reset", "lost"},
    "header:X-Order": {"bill"},
    'header:x-order="A 77"': {"bill"},
    "header:x-order=B": set(),
    "metadata:user=7": {"reset"},
    "metadata:user": {"reset"},
    "metadata:user=8": set(),
    "is:delivered": {"reset", "code", "bill", "news"},
    "-is:delivered": {"lost"},
    "reset -is:delivered": {"lost"},
    "is:softbounce": {"lost"},
    "is:opened": set(),
    "has:attachment": {"bill"},
    "has:inline": {"news"},
    "has:html": {"reset", "news"},
    "has:text -has:html": {"code", "bill", "lost"},
    "has:link": {"reset"},
    "has:code": {"code"},
    "larger:3kb": {"bill"},
    "smaller:3KB has:text": {"code", "lost", "news"},
    "after:1h": {*EMAILS},
    "before:1h": set(),
    "before:2001-01-01": set(),
    "after:2001-01-01T10:00": {*EMAILS},
    "-after:1d": set(),
    "to:ada@example.com is:delivered -has:html code": {"code"},
}


@pytest.mark.parametrize("query", QUERIES, ids=[query or "all" for query in QUERIES])
def test_a_query_finds_matching_emails(found, query):
    assert found(query) == QUERIES[query]


def test_an_id_finds_its_message(client, sandbox):
    sent = client.outbound.send(EMAILS["code"])
    (message,) = sandbox.messages(f"id:{sent.message_id.upper()}")
    assert message.message_id == sent.message_id


@pytest.mark.parametrize(
    "query",
    ['"unbalanced', '"', "-", "--", ":", "to:", "-to:", "OR", "OR OR", "a OR", "OR a", "*", "a*b", "NEAR(a b)", "^a"]
    + ["a AND", "NOT a", "a NOT b", "(", "subject:", 'subject:"', "subject:***", "is:", "is:nothing", "https://a.example/x"]
    + ["nothing:x", "larger:", "larger:many", "after:yesterday", "after:25:99", "after:999999w", "\0", "'", ";"]
    + ["\ud800", "tag:\ud800", "{a}"]
    + ["{subject} : a", "a + b", "header:", "header:=", "metadata:=", "id:x", "k:x", "words MATCH 'a'", "日本語", "🎉"],
)  # fmt: skip
def test_unusual_queries_raise_no_error(client, sandbox, query):
    client.outbound.send(EMAILS["code"])
    for text in (query, f"-{query}", f"code {query}", f"{query} OR is:delivered", f"is:delivered {query}"):
        assert isinstance(sandbox.messages(text), list)


@pytest.mark.costly
def test_random_queries_raise_no_error(client, sandbox):
    client.outbound.send(EMAILS["code"])
    chance = random.Random(7)
    pieces = ["to:", "is:bounced", '"', "-", "OR", " ", "*", ":", "(", "a", "reset", "\t", *string.punctuation]
    for _ in range(300):
        sandbox.messages("".join(chance.choices(pieces, k=12)))


def test_later_events_are_found_at_once(client, sandbox):
    sent = client.outbound.send(EMAILS["reset"])
    assert sandbox.messages("is:delivered")
    assert not sandbox.messages("is:opened OR is:unsubscribed")
    sandbox.events.open(sent)
    assert sandbox.messages("is:opened is:delivered")
    sandbox.events.complain(sent)
    assert sandbox.messages("is:complained is:spamcomplaint")
    sandbox.events.bounce(sent, "SoftBounce")
    assert sandbox.messages("is:bounced is:softbounce -is:hardbounce")


def test_messages_are_listed_newest_first_over_all_streams(client, sandbox):
    for number in range(6):
        stream = "broadcast" if number % 2 else "outbound"
        client.outbound.send(Email(to="a@example.com", subject=str(number), text_body="x", message_stream=stream))
    assert [message.subject for message in sandbox.messages()] == list("543210")
    assert [message.subject for message in sandbox.messages(limit=2)] == list("54")


def test_erased_messages_are_not_found(client, sandbox, account):
    sandbox.clock.freeze()
    client.outbound.send(EMAILS["reset"])
    assert sandbox.messages("koln")
    sandbox.clock.advance(days=1)
    client.outbound.send(EMAILS["code"])
    client.outbound.send(EMAILS["bill"])
    assert sandbox.messages("invoice")
    sandbox.clock.advance(days=44)
    assert [message.subject for message in sandbox.messages()] == ["Invoice 42", "Welcome, Eve"]
    account.post("/data-removals", {"RequestedBy": "a@example.com", "RequestedFor": "eve@example.com"})
    assert [message.subject for message in sandbox.messages("-nothing")] == ["Invoice 42"]
    with sandbox.store.transaction() as db:
        assert {row["flag"] for row in db.rows("SELECT flag FROM flags")} == {
            "to:bob@example.org", "has:text", "has:attachment", "is:delivered", "is:unseen", "via:api"
        }  # fmt: skip
        db.run("INSERT INTO words (words) VALUES ('integrity-check')")


@pytest.mark.parametrize(
    "query",
    [
        *(
            " ".join([term] * 100)
            for term in ("-is:bounced", "-shop", "shop", "metadata:user=7", "larger:1b", "-from:a@b.c")
        ),
        " OR ".join(["tag:account"] * 50),
        '"' + "shop " * 1_999 + '"',
        "x" * 10_000,
        '"' * 198,
        "larger:999999999999gb",
        "smaller:999999999999gb before:999999w",
    ],
    ids=range(12),
)
def test_a_long_query_is_not_an_error(found, query):
    found(query)


@pytest.mark.parametrize("query", ["a " * 101, "x" * 10_001])
def test_a_query_that_is_too_long_is_named(sandbox, query):
    with pytest.raises(InvalidArgument, match="a query has at most"):
        sandbox.messages(query)
