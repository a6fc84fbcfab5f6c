"""Records are immutable, and their errors say how to get a changed copy."""

from __future__ import annotations

import attrs
import pytest

import emailapi
from emailapi import Email, Retry, SendResult
from emailapi.models import bounces, messages
from emailapi.webhooks import events, inbound, receiving

PUBLIC = {name: getattr(emailapi, name) for name in emailapi.__all__}
FOUND = {
    kind.__name__: kind
    for kind in [
        *PUBLIC.values(),
        *(one for module in (bounces, messages, events, inbound, receiving) for one in vars(module).values()),
    ]
    if isinstance(kind, type) and attrs.has(kind) and kind.__module__.startswith("emailapi.")
}


def test_the_sweep_finds_the_records():
    assert len(FOUND) > 70


@pytest.mark.parametrize("name", sorted(FOUND))
def test_every_record_says_how_to_get_a_changed_copy(name):
    kind = FOUND[name]
    record = object.__new__(kind)
    field = attrs.fields(kind)[0].name
    copy = (
        f"email.replace({field}=...)" if hasattr(kind, "replace") else f"attrs.evolve(record, {field.lstrip('_')}=...)"
    )
    for change in (lambda: setattr(record, field, None), lambda: delattr(record, field)):
        with pytest.raises(attrs.exceptions.FrozenInstanceError) as caught:
            change()
        assert str(caught.value) == f"{name} is immutable: use {copy}, which returns a changed copy"
        assert caught.value.args == (str(caught.value),)


def test_a_change_of_a_field_that_does_not_exist_names_the_field_that_does():
    with pytest.raises(AttributeError, match=r"'Email' object has no attribute 'body'; did you mean 'text_body'\?"):
        Email().body = "x"
    with pytest.raises(AttributeError, match="'Retry' object has no attribute 'zzz'; it is immutable"):
        Retry().zzz = 1


def test_the_advice_works():
    assert Email(subject="a").replace(subject="b").subject == "b"
    assert attrs.evolve(SendResult(message_id="a"), message_id="b").message_id == "b"
