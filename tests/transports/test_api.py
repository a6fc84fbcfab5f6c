"""An email's JSON, and how emails are put together into requests; tests/test_client.py sends them."""

from __future__ import annotations

import json

import attrs
import pytest

from emailapi.errors import InvalidEmail
from emailapi.models.address import Address
from emailapi.models.attachment import Attachment
from emailapi.models.email import Email, Header, TrackLinks
from emailapi.settings import Options
from emailapi.transports.api.payload import EMAILS, encode
from emailapi.transports.api.transport import APITransport
from emailapi.wire import dump_json, load_json, wire_names, write

PLAIN = Options(timeout=(1.0, 1.0), reconcile=False)
FILLED = Options(
    timeout=(1.0, 1.0), reconcile=False, sender=Address("default@d.com", "Default"), message_stream="broadcast"
)
EMAIL = Email(sender="a@d.com", to="b@example.com", text_body="x")

# The email of tests/requests/email.json, from plain attributes.
FULL = Email(
    sender=Address("joe@d.com", "Doe, Jr."),
    to=[Address("jane@example.com", "Doe, Jane"), "joe@example.com"],
    cc="Copy <copy@faß.de>",
    bcc=("blind@example.com", '"a b"@example.com'),
    subject="Ihre Bestellung – danke",
    text_body="Thank you\nfor your order",
    html_body='<p>Thank you</p><img src="cid:logo.png">',
    reply_to="reply@example.com, Help <help@example.com>",
    tag="invoice",
    headers=[Header("List-Unsubscribe", "<https://example.com/u?a=b>"), ("Message-ID", "<7@example.com>")],
    track_opens=True,
    track_links=TrackLinks.HTML_ONLY,
    metadata={"user_id": "7", "run": "2017-02"},
    attachments=[
        Attachment(name="terms.txt", content=b"Terms"),
        Attachment(name="logo.png", content=b"\x89PNG\r\n\x1a\n", content_id="<logo.png>"),
    ],
    message_stream="outbound",
    idempotency_key="ours-alone",
)


def encoded(email: Email, options: Options = PLAIN):
    """Return the JSON value that an email is sent as."""
    return json.loads(encode(email, options, EMAILS.check).part)


def test_every_field_is_in_the_request(requests_json):
    """The hand-written request has the wire names of all fields of an email, a header and an attachment, no others."""
    request = requests_json("email")
    assert set(request) == set(wire_names(Email).values())
    assert set(request["Headers"][0]) == set(wire_names(Header).values())
    assert set(request["Attachments"][1]) == set(wire_names(Attachment).values())


def test_an_email_with_every_field_is_encoded_as_in_the_contract(requests_json):
    assert encoded(FULL) == requests_json("email")
    assert load_json(dump_json(write(FULL))) == requests_json("email")


def test_the_json_is_compact_utf_8(requests_json):
    data = encode(FULL, PLAIN, EMAILS.check).part
    assert "Ihre Bestellung – danke".encode() in data
    assert len(data) == len(json.dumps(requests_json("email"), ensure_ascii=False, separators=(",", ":")).encode())


def test_fields_that_are_not_set_are_omitted(requests_json):
    assert encoded(Email(sender="joe@d.com", to="jane@example.com", text_body="Thank you")) == requests_json(
        "email_minimal"
    )


@pytest.mark.parametrize(
    "given, name, value",
    [
        ({"track_opens": False}, "TrackOpens", False),
        ({"text_body": "", "html_body": "<p>x</p>"}, "TextBody", ""),
        ({"tag": ""}, "Tag", ""),
        ({"track_links": "None"}, "TrackLinks", "None"),
        ({"subject": "a\u2028b\x0b\x7f"}, "Subject", "a\u2028b\x0b\x7f"),
        ({"html_body": "\0"}, "HtmlBody", "\0"),
    ],
)
def test_falsy_and_unusual_values_are_sent(given, name, value):
    assert encoded(attrs.evolve(EMAIL, **given))[name] == value


def test_the_defaults_of_the_client_are_filled_in():
    """The client's sender and stream stand in for what an email leaves out, and for nothing else."""
    filled = encoded(Email(to="b@example.com", text_body="x"), FILLED)
    assert (filled["From"], filled["MessageStream"]) == ("Default <default@d.com>", "broadcast")
    own = encoded(attrs.evolve(EMAIL, message_stream="outbound"), FILLED)
    assert (own["From"], own["MessageStream"]) == ("a@d.com", "outbound")
    assert "MessageStream" not in encoded(EMAIL)


@pytest.mark.parametrize("group", ["to", "cc", "bcc"])
def test_any_kind_of_recipient_is_enough(group):
    """An email needs one recipient, in whichever field."""
    email = attrs.evolve(EMAIL, **{"to": (), group: "c@example.com"})
    assert encoded(email)[group.capitalize()] == "c@example.com"


def test_chunks_keep_the_index_and_key_of_each_email(requests_json):
    one, two, three = ({**given} for given in BATCH)
    (payloads,), items = chunked([{**one, "idempotency_key": "k1"}, Email(**two), three])
    assert [*payloads] == [0, 1, 2]
    assert json.loads(body_of(payloads.values())) == requests_json("email_batch")
    assert items == {}
    (payloads,), _ = chunked([{**one, "idempotency_key": "k1"}, two], Options(timeout=(1.0, 1.0)))
    assert payloads[0].key == "k1"
    assert len({payload.key for payload in payloads.values()}) == 2


BATCH = [
    {"sender": "joe@d.com", "to": "first@example.com", "subject": "Hi", "text_body": "One"},
    {"sender": "joe@d.com", "to": "gone@example.com", "subject": "Hi", "text_body": "Two"},
    {"sender": "joe@d.com", "to": "third@example.com", "subject": "Hi", "html_body": "<p>Three</p>"},
]


def chunked(emails, options=PLAIN):
    """Return the emails of each request, and what is wrong with single ones by their places."""
    found = list(APITransport._create(None, options, EMAILS)._batches(emails, 500))
    items = {place: item for batch in found for place, item in batch.invalid.items()}
    return [batch.payloads for batch in found if batch.payloads], items


def body_of(payloads):
    """Return the body of a batch."""
    return EMAILS.body([*payloads])


def test_an_invalid_email_has_its_error_at_its_index():
    emails = [EMAIL, {"txt_body": "x"}, EMAIL, None, attrs.evolve(EMAIL, to=()), EMAIL, {"to": "a b@x"}]
    (payloads,), items = chunked(emails)
    assert [*payloads] == [0, 2, 5]
    wrong = {place: (item.index, item.field) for place, item in items.items()}
    assert wrong == {1: (1, "txt_body"), 3: (3, "email"), 4: (4, "to"), 6: (6, "to")}
    assert str(items[4]) == "email at index 4: no recipients: to, cc and bcc are empty"
    assert all(type(item) is InvalidEmail for item in items.values())


def test_without_a_valid_email_no_request_is_made():
    assert chunked([None, {}])[0] == []
    assert chunked([]) == ([], {})


@pytest.mark.parametrize("count, sizes", [(1, [1]), (500, [500]), (501, [500, 1]), (1000, [500, 500])])
def test_chunks_of_500(count, sizes):
    found, _ = chunked([EMAIL] * count)
    assert [len(payloads) for payloads in found] == sizes
    assert [place for payloads in found for place in payloads] == list(range(count))


def test_invalid_emails_do_not_count_for_the_chunk_size():
    """Five hundred valid emails go in one request, however many rejected ones stand between them."""
    found, items = chunked([EMAIL, None] * 500)
    assert [len(payloads) for payloads in found] == [500]
    assert len(items) == 500


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize("more, sizes", [(0, [6]), (1, [5, 1])])
def test_chunks_of_50_megabytes(more, sizes):
    """A request has at most 50,000,000 bytes, to the byte: brackets and commas are counted, too."""
    file = Attachment(name="a.dat", content=b"x" * 6_000_000)
    emails = [attrs.evolve(EMAIL, attachments=file)] * 5
    taken = len(body_of([encode(email, PLAIN, EMAILS.check) for email in emails]))
    last = attrs.evolve(EMAIL, attachments=file, text_body="t")
    room = 50_000_000 - taken - len(b",") - len(encode(last, PLAIN, EMAILS.check).part) + len(b"t")
    found, _ = chunked([*emails, attrs.evolve(last, text_body="t" * (room + more))])
    assert [len(payloads) for payloads in found] == sizes
    assert more or len(body_of(found[0].values())) == 50_000_000


def test_a_chunk_shows_no_content():
    (payloads,), _ = chunked([attrs.evolve(EMAIL, text_body="hush")])
    assert "hush" not in repr(payloads)
