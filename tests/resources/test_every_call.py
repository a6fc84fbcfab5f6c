"""Every call of every namespace: that it is there, and careful with what it is given."""

from __future__ import annotations

import inspect

import pytest

from emailapi import AccountClient, Client, InvalidArgument, InvalidResponse
from emailapi.client import Namespace

CLIENTS = {"client": Client("t"), "account": AccountClient("t")}
NAMESPACES = {
    f"{side}.{name}": getattr(client, name)
    for side, client in CLIENTS.items()
    for name, _ in inspect.getmembers(type(client), lambda value: isinstance(value, Namespace))
}
CALLS = {
    f"{name}.{verb}": getattr(namespace, verb)
    for name, namespace in NAMESPACES.items()
    for verb in dir(namespace)
    if verb[0] != "_"
}


def test_every_namespace_and_method_is_tested():
    calls = {
        "client.outbound": "send send_batch send_template send_template_batch send_bulk bulk_status list_bulk",
        "client.messages": "list get status dump opens message_opens clicks message_clicks",
        "client.inbound": "list get bypass retry",
        "client.inbound_rules": "list create delete",
        "client.bounces": "delivery_stats list get dump activate",
        "client.templates": "list get create edit delete validate",
        "client.streams": "list get create edit archive unarchive",
        "client.suppressions": "list create delete",
        "client.webhooks": "list get create edit delete verify",
        "client.stats": (
            "overview sends bounces spam tracked opens open_platforms email_clients read_times clicks "
            "browser_families click_platforms click_locations"
        ),
        "client.server": "get edit",
        "account.servers": "list get create edit delete",
        "account.domains": ("list get create edit delete verify_dkim verify_return_path verify_spf rotate_dkim"),
        "account.signatures": "list get create edit delete resend verify_spf request_new_dkim",
        "account.data_removals": "create get",
        "account.templates": "push",
    }
    assert set(NAMESPACES) == set(calls)
    assert {f"{name}.{verb}" for name, verbs in calls.items() for verb in verbs.split()} <= set(CALLS)


def test_dir_shows_each_namespace():
    for name in NAMESPACES:
        side, attribute = name.split(".")
        assert attribute in dir(CLIENTS[side])


BY_ID = [name for name, call in CALLS.items() if {"id", "id_or_alias"} & set(inspect.signature(call).parameters)]
BY_STREAM = [name for name in CALLS if name.startswith("client.suppressions.")]
LISTED = [name for name, call in CALLS.items() if "offset" in inspect.signature(call).parameters]
# What these need besides the id.
MORE = {"account.signatures.edit": {"name": "x"}}


def of(service, name):
    """Return a call of the clients that a test may use."""
    side, namespace, verb = name.split(".")
    return getattr(getattr(getattr(service, side), namespace), verb)


def test_methods_of_each_kind_are_tested():
    """The calls that the tests below look at are found by their arguments."""
    assert (len(BY_ID), len(BY_STREAM), len(LISTED)) == (40, 3, 12)


@pytest.mark.exhaustive
@pytest.mark.parametrize("id", ["", " ", "\t", ".", "..", None, True, 1.5, b"7", ["7"], "\ud800"])
@pytest.mark.parametrize("name", BY_ID)
def test_an_invalid_id_is_rejected_before_a_request(service, name, id):
    """An id that is empty, of another type, or would lead to another path is rejected before a byte leaves."""
    with pytest.raises(InvalidArgument) as caught:
        of(service, name)(id, **MORE.get(name, {}))
    assert caught.value.argument in ("id", "id_or_alias")
    assert not service.calls


@pytest.mark.parametrize("id", ["", " ", "..", None, 1.5])
@pytest.mark.parametrize("name", BY_STREAM)
def test_an_invalid_stream_is_rejected_before_a_request(service, name, id):
    arguments = () if name.endswith("list") else ("a@example.com",)
    with pytest.raises(InvalidArgument) as caught:
        of(service, name)(id, *arguments)
    assert caught.value.argument == "stream"
    assert not service.calls


@pytest.mark.parametrize("given", [{"count": 0}, {"count": 501}, {"count": "5"}, {"offset": -1}, {"offset": 9_901}])
@pytest.mark.parametrize("name", LISTED)
def test_an_invalid_range_is_rejected_before_a_request(service, name, given):
    arguments = ("7",) if "message_" in name else ()
    with pytest.raises(InvalidArgument) as caught:
        of(service, name)(*arguments, **given)
    assert caught.value.argument in given
    assert not service.calls


FILTERED = [
    name
    for name, call in CALLS.items()
    if any(parameter.name == "filters" for parameter in inspect.signature(call).parameters.values())
]


@pytest.mark.parametrize("name", FILTERED)
def test_an_unknown_filter_is_rejected_before_a_request(service, name):
    arguments = ("7",) if name in BY_STREAM else ()
    with pytest.raises(InvalidArgument, match=r"unknown filter 'zzz'; known: \w+") as caught:
        of(service, name)(*arguments, zzz="x")
    assert caught.value.argument == "zzz"
    assert not service.calls


KEYWORDS = [
    name
    for name, call in CALLS.items()
    if any(
        parameter.kind is parameter.VAR_KEYWORD and parameter.name != "filters"
        for parameter in inspect.signature(call).parameters.values()
    )
]


@pytest.mark.parametrize("name", KEYWORDS)
def test_an_unknown_argument(service, name):
    """An argument that a call does not have is a TypeError before a byte leaves."""
    arguments = ("7",) if name in BY_ID else ()
    with pytest.raises(TypeError, match="unknown argument 'zzz'; known: "):
        of(service, name)(*arguments, zzz="x")
    assert not service.calls


@pytest.mark.parametrize(
    "name, given, missing",
    [
        ("client.templates.create", {"subject": "x"}, "name"),
        ("client.streams.create", {"id": "x", "name": "x"}, "message_stream_type"),
        ("client.streams.create", {"name": "x", "message_stream_type": "Broadcasts"}, "id"),
        ("client.webhooks.create", {"message_stream": "x"}, "url"),
        ("account.servers.create", {"color": "Red"}, "name"),
        ("account.domains.create", {"return_path_domain": "x"}, "name"),
        ("account.signatures.create", {"name": "x"}, "from_email"),
        ("account.signatures.create", {"from_email": "x"}, "name"),
        ("account.signatures.edit", {"id": 7, "reply_to_email": "x"}, "name"),
        ("account.data_removals.create", {"requested_by": "x"}, "requested_for"),
        ("account.templates.push", {"source_server_id": 1, "destination_server_id": 2}, "perform_changes"),
        ("account.templates.push", {"source_server_id": 1, "perform_changes": True}, "destination_server_id"),
        ("client.templates.create", {"name": None}, "name"),
    ],
)
def test_a_missing_argument(service, name, given, missing):
    """An argument that a call needs and does not get, or gets None for, is a TypeError that names it."""
    with pytest.raises(TypeError, match=f"missing argument '{missing}'"):
        of(service, name)(**given)
    assert not service.calls


PATHS = {
    "client.messages.get": "/messages/outbound",
    "client.inbound.get": "/messages/inbound",
    "client.bounces.get": "/bounces",
    "client.templates.get": "/templates",
    "client.streams.get": "/message-streams",
    "client.webhooks.get": "/webhooks",
    "account.servers.get": "/servers",
    "account.domains.get": "/domains",
    "account.signatures.get": "/senders",
    "account.data_removals.get": "/data-removals",
}


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("value", [[], None, "text", 7])
def test_a_response_of_another_shape_is_an_invalid_response(service, name, value):
    """The error names the record and the request."""
    part = {"client.messages": "/details", "client.inbound": "/details"}.get(name.removesuffix(".get"), "")
    service.respond("GET", f"{PATHS[name]}/7{part}", value)
    with pytest.raises(InvalidResponse, match=r"^[A-Z]\w+: expected an object, got ") as caught:
        of(service, name)("7")
    assert (caught.value.method, caught.value.status, caught.value.attempts) == ("GET", 200, 1)
    assert caught.value.path == f"{PATHS[name]}/7{part}"
    assert not caught.value.may_have_been_sent
