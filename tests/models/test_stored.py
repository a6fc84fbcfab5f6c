"""Emails as dictionaries of JSON values, and changed copies."""

from __future__ import annotations

import copy
import json

import attrs
import pytest
from hypothesis import given, strategies as st

from emailapi import Address, Attachment, BulkEmail, BulkMessage, Email, InvalidEmail, TemplateEmail, TrackLinks

TEXT = st.text(max_size=20)
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).filter(lambda text: "=?" not in text)
BODY = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
WORD = st.from_regex(r"[a-z][a-z0-9-]{0,15}", fullmatch=True)
EMAIL = st.builds("{}@{}.example".format, WORD, WORD | st.sampled_from(["bücher", "日本語"])) | st.just(
    '"a b"@x.example'
)
ADDRESS = st.builds(Address, EMAIL, st.none() | LINE)
ADDRESSES = st.lists(ADDRESS, max_size=3)
FLAG = st.none() | st.booleans()
HEADERS = st.lists(st.tuples(WORD.map("X-{}".format), LINE), max_size=3)
NAME = LINE.filter(lambda name: name.strip(" .") and not set(name) & set("/\\")).map(lambda name: name + ".txt")
CONTROLS = [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
ATTACHMENT = st.builds(
    Attachment,
    name=NAME.filter(lambda name: not set(name) & set(CONTROLS)),
    content=st.binary(max_size=50),
    content_type=st.none() | st.just("text/csv; charset=utf-8"),
    content_id=st.none() | WORD,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats(allow_nan=False, allow_infinity=False) | BODY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(BODY, inner, max_size=3),
    max_leaves=8,
)
MODEL = st.dictionaries(BODY, JSON, max_size=4)
METADATA = st.dictionaries(LINE, LINE, max_size=3)
BASE = {
    "sender": st.none() | ADDRESS,
    "reply_to": ADDRESSES,
    "tag": st.none() | LINE,
    "headers": HEADERS,
    "track_opens": FLAG,
    "track_links": st.none() | st.sampled_from(TrackLinks),
    "metadata": METADATA,
    "attachments": st.lists(ATTACHMENT, max_size=2),
    "message_stream": st.none() | LINE,
    "idempotency_key": st.none() | LINE.filter(bool),
}
RECIPIENTS = {"to": ADDRESSES, "cc": ADDRESSES, "bcc": ADDRESSES}
CONTENT = {"subject": LINE, "text_body": st.none() | BODY, "html_body": st.none() | BODY}
TEMPLATE = {"template_id": st.none() | st.integers(), "template_alias": st.none() | WORD, "inline_css": FLAG}
MESSAGE = st.builds(BulkMessage, **RECIPIENTS, template_model=MODEL, metadata=METADATA, headers=HEADERS)
ANY = st.one_of(
    st.builds(Email, **BASE, **RECIPIENTS, **CONTENT),
    st.builds(TemplateEmail, **BASE, **RECIPIENTS, **TEMPLATE, template_model=MODEL),
    st.builds(BulkEmail, **BASE, **CONTENT, **TEMPLATE, messages=st.lists(MESSAGE, max_size=2)),
    MESSAGE,
)


@pytest.mark.costly
@given(ANY)
def test_an_email_survives_json(email):
    data = json.loads(json.dumps(email.to_dict(), allow_nan=False))
    back = type(email).from_dict(data)
    assert back == email
    assert back.to_dict() == email.to_dict()


@pytest.mark.parametrize("kind", [Email, TemplateEmail, BulkEmail, BulkMessage])
def test_the_strategy_draws_every_field(kind):
    drawn = {**BASE, **RECIPIENTS, **CONTENT, **TEMPLATE, "template_model": MODEL, "messages": MESSAGE}
    assert {field.name for field in attrs.fields(kind)} <= set(drawn)


def test_to_dict_omits_defaults_and_has_readable_values():
    """Names of fields, defaults left out, addresses and attachments as objects: this is what stands in queues."""
    email = Email(
        sender="Jürgen <j@bücher.example>",
        to=["a@example.com", Address("b@example.com", "Doe, Jane")],
        subject="Hi",
        text_body="",
        headers={"X-A": "b"},
        track_opens=False,
        track_links="HtmlOnly",
        metadata={"user": "7"},
        attachments=Attachment(name="a.pdf", content=b"%PDF", content_id="a"),
        idempotency_key="k",
    )
    assert email.to_dict() == {
        "sender": {"email": "j@bücher.example", "name": "Jürgen"},
        "to": [{"email": "a@example.com"}, {"email": "b@example.com", "name": "Doe, Jane"}],
        "subject": "Hi",
        "text_body": "",
        "headers": [{"name": "X-A", "value": "b"}],
        "track_opens": False,
        "track_links": "HtmlOnly",
        "metadata": {"user": "7"},
        "attachments": [{"name": "a.pdf", "content": "JVBERg==", "content_type": "application/pdf", "content_id": "a"}],
        "idempotency_key": "k",
    }


def plain(value):
    """Whether a value is made of the types that JSON has, and of no subclass of them."""
    if type(value) is dict:
        return all(type(key) is str and plain(item) for key, item in value.items())
    if type(value) is list:
        return all(map(plain, value))
    return value is None or type(value) in (str, int, float, bool)


@pytest.mark.costly
@given(ANY)
def test_a_dictionary_has_json_values_only(email):
    assert plain(email.to_dict())


def test_a_dictionary_is_a_copy():
    email = TemplateEmail(template_id=1, template_model={"items": [1]}, metadata={"a": "b"})
    data = email.to_dict()
    before = copy.deepcopy(data)
    data["template_model"]["items"].append(2)
    data["metadata"]["c"] = "d"
    assert email.to_dict() == before


def test_from_dict_accepts_handwritten_values():
    """A dictionary written by hand may spell addresses and headers as an email's arguments do."""
    data = {"to": "Jane <j@example.com>", "cc": None, "headers": {"X-A": "b"}, "subject": None}
    assert Email.from_dict(data) == Email(to="Jane <j@example.com>", headers={"X-A": "b"})


@pytest.mark.parametrize(
    "kind, data, field, says",
    [
        (Email, {"subjet": "x"}, "subjet", "unknown field 'subjet'; did you mean 'subject'?"),
        (Email, {"version": 1}, "version", "unknown field 'version'"),
        (Email, {1: "x"}, "1", "unknown field '1'"),
        (Email, {"to": [{"address": "a@x"}]}, "to", "to[0]: unknown field 'address'"),
        (Email, {"to": [{"name": "a"}]}, "to", "to[0]: email is missing"),
        (Email, {"sender": {"email": "a@"}}, "sender", "sender: 'a@' is not a valid email address"),
        (Email, {"headers": [{"name": "X-A"}]}, "headers", "headers[0]: value is missing"),
        (Email, {"attachments": [{"name": "a"}]}, "attachments", "attachments[0]: content must be base64 text"),
        (Email, {"attachments": [{"name": "a", "content": "?"}]}, "attachments", "is not valid base64"),
        (Email, {"attachments": [{"content": "YQ=="}]}, "attachments", "attachments[0]: name is missing"),
        (Email, {"attachments": [{"name": "a", "content": "YQ==", "size": 1}]}, "attachments", "unknown field 'size'"),
        (Email, {"attachments": ["YQ=="]}, "attachments", "attachments[0]: expected Attachment or a mapping"),
        (Email, {"text_body": 5}, "text_body", "text_body must be text"),
        (Email, [], "data", "data must be a mapping, got list"),
        (Email, None, "data", "data must be a mapping, got NoneType"),
        (TemplateEmail, {"template_id": 1}, "template_model", "template_model is missing"),
        (BulkEmail, {"messages": [{}, {"too": "x"}]}, "messages", "messages[1]: unknown field 'too'"),
        (BulkMessage, {"subject": "x"}, "subject", "unknown field 'subject'"),
    ],
)
def test_a_wrong_key_or_value_of_a_dictionary_is_named(kind, data, field, says):
    with pytest.raises(InvalidEmail) as caught:
        kind.from_dict(data)
    assert says in caught.value.message
    assert caught.value.field == field


def test_replace_returns_a_changed_copy():
    email = Email(to="a@example.com", subject="Hi")
    changed = email.replace(to="b@example.com", tag="t")
    assert changed == Email(to="b@example.com", subject="Hi", tag="t")
    assert email == Email(to="a@example.com", subject="Hi")
    assert BulkMessage(to="a@example.com").replace(to="b@example.com") == BulkMessage(to="b@example.com")


def test_replace_validates_like_a_new_email():
    with pytest.raises(InvalidEmail, match="to: 'x' is not a valid email address"):
        Email(to="a@example.com").replace(to="x")


@pytest.mark.parametrize("name, hint", [("subjet", "did you mean 'subject'?"), ("zzz", "known: sender, reply_to")])
def test_replace_rejects_an_unknown_field(name, hint):
    with pytest.raises(TypeError, match=f"unknown field '{name}'") as caught:
        Email().replace(**{name: "x"})
    assert hint in str(caught.value)
