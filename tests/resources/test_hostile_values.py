"""Every filter and every argument of every call, given hostile values."""

from __future__ import annotations

import decimal
import inspect
import re
import uuid
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import get_type_hints

import pytest
import responses
from babel.support import LazyProxy
from markupsafe import Markup

from emailapi import EmailAPIError, InvalidArgument, OpenTrigger, SubscriptionManagement, Triggers

from .test_every_call import BY_STREAM, CALLS, of


class Sent(StrEnum):
    """A member of no enumeration of ours."""

    SENT = "Sent"


def itself():
    found = []
    found.append(found)
    return found


HOSTILE = {
    "surrogate": "\ud800",
    "control": "a\r\nb\0",
    "long": "x" * 2_001,
    "longer": "x" * 1_000_000,
    "bidi": "\u202e",
    "Markup": Markup("Sent"),
    "foreign member": Sent.SENT,
    "bytes": b"x",
    "bytearray": bytearray(b"x"),
    "huge": 10**5_000,
    "negative": -1,
    "nan": float("nan"),
    "infinite": float("inf"),
    "Decimal": decimal.Decimal("1.1"),
    "UUID": uuid.UUID(int=7),
    "lazy": LazyProxy(lambda: "Sent"),
    "naive": datetime(2026, 1, 1),
    "min": datetime.min.replace(tzinfo=UTC),
    "max": datetime.max.replace(tzinfo=UTC),
    "timedelta": timedelta(1),
    "list": ["a"],
    "tuple": ("a", "\ud800"),
    "set": {"a"},
    "generator": (one for one in "ab"),
    "dict": {},
    "surrogate key": {"\ud800": "x"},
    "surrogate value": {"a": "\ud800"},
    "two keys": {"a": "b", "c": "d"},
    "number key": {1: "x"},
    "number value": {"a": 1},
    "None value": {"a": None},
    "nested": {"a": {"b": "c"}},
    "mapping": MappingProxyType({"a": {1}}),
    "itself": itself(),
    "class": Enum,
    "object": object(),
    "record": OpenTrigger(enabled=b"x"),
}


def keywords():
    """Yield each call that takes filters or arguments by name, with each of their names."""
    for name, call in CALLS.items():
        for parameter in inspect.signature(call).parameters.values():
            if parameter.kind is parameter.VAR_KEYWORD:
                hint = inspect.get_annotations(call)[parameter.name].removeprefix("Unpack[").removesuffix("]")
                module = inspect.getmodule(call)
                for field in get_type_hints(getattr(module, hint)):
                    yield name, field, getattr(module, hint)


KEYWORDS = list(keywords())
GIVEN = {"client.templates.edit": (1,), "client.streams.edit": ("x",), "client.webhooks.edit": (1,)}
GIVEN |= {"account.servers.edit": (1,), "account.domains.edit": (1,), "account.signatures.edit": (1,)}


def test_filters_and_arguments_are_tested():
    names = {name for name, *_ in KEYWORDS}
    assert {"client.messages.list", "client.stats.sends", "client.webhooks.create", "client.server.edit"} <= names
    assert len(KEYWORDS) > 150
    assert not set(GIVEN) - names


@pytest.mark.parametrize("name, field, kind", KEYWORDS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_value_is_rejected_by_name_or_sent(service, name, field, kind):
    """Whatever is given, it is rejected here, naming the filter or argument, or it makes a request that can be read."""
    any_path = re.compile(".*")
    for method in (responses.GET, responses.POST, responses.PUT, responses.PATCH):
        service._mock.add(method, any_path, body=b"[]")
    call = of(service, name)
    positional = GIVEN.get(name, ("stream",) if name in BY_STREAM else ())
    needed = {
        other: 7 if other.endswith("_id") else True if "perform" in other else "x" for other in kind.__required_keys__
    }
    if "message_stream_type" in needed:
        needed["message_stream_type"] = "Broadcasts"
    for value in HOSTILE.values():
        before = len(service.calls)
        with pytest.raises(EmailAPIError) as caught:
            call(*positional, **{**needed, field: value})
        if isinstance(caught.value, InvalidArgument):
            assert caught.value.argument == field
            assert field in caught.value.message
            assert caught.value.message.isprintable()
        # Otherwise the request was made, and the response above is none.
        assert len(service.calls) == before + (not isinstance(caught.value, InvalidArgument))


TEXTS = [(name, field) for name, field, kind in KEYWORDS if get_type_hints(kind)[field] is str and "list" in name]


@pytest.mark.parametrize("value", ["\ud800", "x\udfff", "x" * 2_001])
@pytest.mark.parametrize("name, field", TEXTS)
def test_a_filter_value_that_a_url_cannot_contain_is_rejected(service, name, field, value):
    positional = ("stream",) if name in BY_STREAM else ()
    with pytest.raises(InvalidArgument, match=f"filter '{field}'") as caught:
        of(service, name)(*positional, **{field: value})
    assert caught.value.argument == field
    assert not service.calls


ENUMS = [
    (name, field)
    for name, field, kind in KEYWORDS
    for hint in [get_type_hints(kind)[field]]
    if any(isinstance(option, type) and issubclass(option, Enum) for option in getattr(hint, "__args__", ()))
]


def test_enumerations_are_tested():
    assert len(ENUMS) > 15


@pytest.mark.parametrize("value", ["nonsense", "", 5, None.__class__])
@pytest.mark.parametrize("name, field", ENUMS)
def test_an_enumeration_accepts_only_its_values(service, name, field, value):
    """A typing error is found before a request, and the sentence lists the values that there are."""
    positional = GIVEN.get(name, ("stream",) if name in BY_STREAM else ())
    given = {"name": "x", "id": "x", "url": "x"} if name.endswith("create") else {}
    known = {other for call, other, _ in KEYWORDS if call == name}
    with pytest.raises(InvalidArgument, match=r"must be one of \w+, ") as caught:
        of(service, name)(
            *positional, **{other: one for other, one in given.items() if other in known}, **{field: value}
        )
    assert caught.value.argument == field
    assert not service.calls


@pytest.mark.parametrize(
    "call, argument, says",
    [
        (
            lambda client: client.templates.validate(subject="x", test_render_model={"items": [{"x": b"y"}]}),
            "test_render_model",
            "test_render_model.items[0].x cannot be written as JSON: got bytes",
        ),
        (
            lambda client: client.webhooks.create(url="https://e.com", http_headers=[{"name": "a"}, {"name": {1}}]),
            "http_headers",
            "http_headers[1].name cannot be written as JSON: got set",
        ),
        (
            lambda client: client.webhooks.edit(1, triggers=Triggers(open=OpenTrigger(enabled=float("nan")))),
            "triggers",
            "triggers.open.enabled must be True or False, got nan",
        ),
        (
            lambda client: client.streams.edit(
                "x", subscription_management_configuration=SubscriptionManagement(unsubscribe_handling_type="Nobody")
            ),
            "subscription_management_configuration",
            "subscription_management_configuration.unsubscribe_handling_type must be one of None, Postmark, Custom",
        ),
        (
            lambda client: client.templates.create(name="x", subject=b"y"),
            "subject",
            "subject cannot be written as JSON",
        ),
        (lambda client: client.server.edit(name="\ud800"), "name", "name must not contain a lone surrogate"),
        (lambda client: client.server.edit(track_opens="yes"), "track_opens", "track_opens must be True or False"),
        (lambda client: client.server.edit(name=5), "name", "name must be text, got int"),
        (
            lambda client: client.server.edit(inbound_spam_threshold="five"),
            "inbound_spam_threshold",
            "inbound_spam_threshold must be a whole number, got 'five'",
        ),
        (
            lambda client: client.templates.validate(subject="x", test_render_model=[1]),
            "test_render_model",
            "test_render_model must be a mapping, got list",
        ),
        (
            lambda client: client.webhooks.edit(1, http_headers={"X-Secret": "x"}),
            "http_headers",
            "http_headers must be a list of HttpHeader, got dict",
        ),
        (
            lambda client: client.webhooks.edit(1, http_auth=("hooks", "secret")),
            "http_auth",
            "http_auth: expected HttpAuth or a mapping, got tuple",
        ),
        (
            lambda client: client.webhooks.edit(1, triggers=Triggers(bounce=True)),
            "triggers",
            "triggers.bounce: expected ContentTrigger or a mapping, got bool",
        ),
        (
            lambda client: client.webhooks.edit(1, triggers={"bounces": {"enabled": True}}),
            "triggers",
            "triggers: unknown field 'bounces'; did you mean 'bounce'?",
        ),
        (lambda client: client.inbound_rules.create(5), "rule", "rule must be text, got int"),
    ],
)
def test_a_wrong_value_inside_an_argument_is_named_by_its_path(service, call, argument, says):
    with pytest.raises(InvalidArgument) as caught:
        call(service.client)
    assert says in caught.value.message
    assert caught.value.argument == argument
    assert not service.calls


def test_an_enumeration_accepts_any_case(service):
    service.respond("PUT", "/server", {})
    service.client.server.edit(color="purple", track_links="htmlonly")
    assert service.bodies == [{"Color": "Purple", "TrackLinks": "HtmlOnly"}]
