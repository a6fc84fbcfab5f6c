"""The repr of no public record shows a body, a file, a password or a token."""

from __future__ import annotations

import traceback

import attrs
import pytest

import emailapi
from emailapi import flask, webhooks
from emailapi.models.stats import Daily
from emailapi.sandbox import Sandbox

SECRET = "s3cret-v4lue"
HIDDEN = {
    **dict.fromkeys(("text_body", "html_body", "body", "content", "password", "raw_email", "reply_text"), SECRET),
    "api_tokens": (SECRET,),
    "raw": {"TextBody": SECRET},
    "template_model": {"name": SECRET},
}
# The faults of a template have the names of its parts; the text that a webhook responds with is not a secret.
OTHERS = ("TemplateValidation", "WebhookResponse")
KINDS = {
    name: getattr(module, name)
    for module in (emailapi, webhooks)
    for name in module.__all__
    if attrs.has(getattr(module, name)) and name not in OTHERS
}


def names(kind):
    return {field.name for field in attrs.fields(kind)}


def test_the_sweep_finds_the_hidden_fields():
    assert set().union(*map(names, KINDS.values())) >= set(HIDDEN)


@pytest.mark.parametrize("name", sorted(name for name, kind in KINDS.items() if not issubclass(kind, Daily)))
def test_no_repr_shows_a_secret(name):
    record = object.__new__(KINDS[name])
    for field in names(KINDS[name]):
        secret = SECRET.encode() if (name, field) == ("Attachment", "content") else HIDDEN.get(field, "shown")
        object.__setattr__(record, field, secret)
    assert SECRET not in repr(record)


UNFINISHED = {
    "attachment": lambda: emailapi.Attachment(name="", content=b""),
    "bulk": lambda: emailapi.BulkEmail(messages=5),
    "email": lambda: emailapi.Email(to=5),
    "flask attachment": flask.Attachment,
    "header": lambda: emailapi.Header("a b", "c"),
    "fallback": lambda: emailapi.Client("token", fallback=5),
    "lmtp": lambda: emailapi.LMTPTransport("localhost", port=0),
    "redis": lambda: webhooks.RedisSeenStore(),
    "sandbox": lambda: Sandbox(data=5),
    "ses": lambda: emailapi.SESTransport(client=5),
    "smtp": lambda: emailapi.SMTPTransport("localhost", port=0),
    "verifier": lambda: webhooks.Verifier(headers={"a b": "x"}),
    "sqlite": lambda: webhooks.SQLiteSeenStore(5),
}


@pytest.mark.parametrize("name", UNFINISHED)
def test_an_object_whose_constructor_failed_has_a_repr_for_tracebacks_with_local_variables(name):
    with pytest.raises((emailapi.EmailAPIError, TypeError, ValueError)) as raised:
        UNFINISHED[name]()
    frames = [frame for frame, _ in traceback.walk_tb(raised.value.__traceback__)]
    assert "not created" in "".join(repr(value) for frame in frames for value in frame.f_locals.values())
