"""Payloads of jobs: JSON that restores the same email, with a key that is the same each time."""

from __future__ import annotations

import json
import pickle
from email.message import EmailMessage
from pathlib import Path

import pytest

from emailapi import Attachment, Email, InvalidArgument, InvalidEmail, TemplateEmail
from emailapi.queues import FileReference, to_payload, to_payloads

HELLO = {"to": "jane@example.com", "subject": "Hi", "text_body": "Hello"}


def restored(entry):
    return Email.from_dict(entry)


def test_a_payload_is_json_and_restores_the_email():
    email = Email(
        **HELLO,
        sender="Shop <shop@example.com>",
        metadata={"order": "7"},
        attachments=[Attachment(name="a.bin", content=b"\x00\xff")],
        idempotency_key="its own",
    )
    payload = json.loads(json.dumps(to_payload(email, key="receipt-7")))
    assert payload["v"] == 1
    assert payload["keys"] == ["receipt-7"]
    assert restored(payload["emails"][0]) == email.replace(idempotency_key=None)


def test_a_payload_shows_its_key_and_no_body():
    """Engines write the arguments of jobs into logs and descriptions."""
    payload = to_payload({**HELLO, "text_body": "secret words"}, key="receipt-7")
    for shown in (repr([payload]), f"{payload}", repr(payload["emails"])):
        assert "secret words" not in shown
    assert repr(payload) == "<1 email, key receipt-7>"
    assert pickle.loads(pickle.dumps(payload)) == payload


def test_a_message_of_the_standard_library_is_stored_as_fields():
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@example.com", "jane@example.com", "Hi"
    message.set_content("Hello\n")
    (entry,) = to_payload(message, key="k")["emails"]
    assert restored(entry).subject == "Hi"


def test_a_templated_email_keeps_its_model():
    email = TemplateEmail(to="jane@example.com", template_alias="welcome", template_model={"name": "Jane"})
    for given in (email, {"to": "jane@example.com", "template_alias": "welcome", "template_model": {"name": "Jane"}}):
        (entry,) = to_payload(given, key="k")["emails"]
        assert TemplateEmail.from_dict(entry) == email


def test_keys_are_numbered_through_all_payloads():
    payloads = list(to_payloads(({**HELLO, "tag": str(at)} for at in range(5)), key="may", max_emails=2))
    assert [payload["keys"] for payload in payloads] == [["may/0", "may/1"], ["may/2", "may/3"], ["may/4"]]
    assert [restored(one).tag for payload in payloads for one in payload["emails"]] == list("01234")


def test_a_payload_ends_before_it_is_too_large():
    large = {**HELLO, "text_body": "x" * 1000}
    payloads = list(to_payloads([large, large, HELLO, {**HELLO, "text_body": "x" * 3000}], key="k", max_bytes=2500))
    assert [payload["keys"] for payload in payloads] == [["k/0", "k/1", "k/2"], ["k/3"]]


def test_payloads_are_made_as_they_are_needed():
    taken = []

    def emails():
        for at in range(10**6):
            taken.append(at)
            yield HELLO

    payloads = to_payloads(emails(), key="k", max_emails=3)
    next(payloads)
    assert len(taken) == 4


def test_an_invalid_email_is_named_with_its_place():
    payloads = to_payloads([HELLO, HELLO, {"to": "joe@"}], key="k", max_emails=1)
    assert next(payloads)["keys"] == ["k/0"]
    with pytest.raises(InvalidEmail, match="joe@") as caught:
        list(payloads)
    assert (caught.value.index, caught.value.field) == (2, "to")


@pytest.mark.parametrize("key", ["", "x" * 81, None, 7, "a\nb"])
def test_a_key_that_the_email_cannot_carry_is_rejected(key):
    with pytest.raises(InvalidArgument, match="key"):
        to_payload(HELLO, key=key)


@pytest.mark.parametrize(
    "arguments",
    [
        {"key": "x" * 69},
        {"key": "k", "max_emails": 0},
        {"key": "k", "max_emails": 501},
        {"key": "k", "max_bytes": 50_000_001},
        {"key": "k", "max_emails": True},
    ],
)
def test_a_wrong_argument_is_named_before_anything_is_taken(arguments):
    with pytest.raises(InvalidArgument) as caught:
        to_payloads(iter([HELLO]), **arguments)
    assert caught.value.argument in {"key", "max_emails", "max_bytes"}


def test_a_single_email_is_rejected_as_a_list():
    with pytest.raises(InvalidArgument, match="iterable of emails"):
        to_payloads(HELLO, key="k")


def test_references_are_stored_without_content():
    reference = FileReference(name="terms.pdf", path="/srv/terms.pdf")
    first, second = next(to_payloads([HELLO, HELLO], key="k", references=[reference]))["emails"]
    assert first["attachments"] == second["attachments"] == [{"name": "terms.pdf", "path": "/srv/terms.pdf"}]


@pytest.mark.parametrize(
    "fields",
    [{}, {"path": "a", "url": "b"}, {"path": "a", "content_type": "no type"}, {"path": "a", "name": "x.exe\n"}],
)
def test_a_reference_is_checked_like_an_attachment(fields):
    with pytest.raises(InvalidArgument):
        FileReference(**{"name": "a.pdf", **fields})


@pytest.mark.parametrize("name", ["path", "url"])
def test_a_reference_that_json_cannot_carry_is_named(name):
    with pytest.raises(InvalidArgument, match=rf"^{name} must be a text, .* got \w*Path: use str"):
        FileReference(name="a.pdf", **{name: Path("a.pdf")})


@pytest.mark.parametrize("references", [FileReference(name="a.pdf", path="a.pdf"), "a.pdf", ["a.pdf"]])
def test_references_of_another_type_are_named(references):
    with pytest.raises(InvalidArgument, match="^references must be a list of FileReference"):
        to_payload(HELLO, key="k", references=references)
