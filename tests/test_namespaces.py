"""The namespaces of a client, and how tests of others replace them."""

from __future__ import annotations

import traceback
from unittest import mock

import pytest

from emailapi import AccountClient, Client, ConfigurationError

HOST = "https://api.example"


def test_namespaces_are_created_once_at_first_use():
    with Client("t", base_url=HOST) as client:
        assert client.messages is client.messages
        assert client.with_options(deadline=1).messages is not client.messages


@pytest.mark.parametrize(
    "kind, names",
    [
        (
            Client,
            "outbound messages inbound inbound_rules bounces templates streams suppressions webhooks stats server",
        ),
        (AccountClient, "servers domains signatures data_removals templates"),
    ],
)
def test_a_mock_made_from_a_client_class_knows_its_namespaces(kind, names):
    mocked = mock.create_autospec(kind)("t")
    for name in names.split():
        getattr(mocked, name).list.return_value = name
        assert getattr(mocked, name).list() == name
    with pytest.raises(AttributeError):
        _ = mocked.no_such_namespace


@pytest.mark.parametrize(
    "name, meant",
    [
        ("emails", "outbound"),
        ("send", "outbound.send"),
        ("send_email", "outbound.send"),
        ("bounce", "bounces"),
        ("mesages", "messages"),
    ],
)
def test_an_unknown_attribute_suggests_the_closest_one(name, meant):
    with Client("t", base_url=HOST) as client, pytest.raises(AttributeError, match=f"{name}'; did you mean '{meant}'"):
        getattr(client, name)
    assert not hasattr(Client("t", base_url=HOST), "something_else")


def test_a_namespace_can_be_replaced_in_a_test():
    with Client("t", base_url=HOST) as client:
        with mock.patch.object(client, "outbound") as outbound:
            client.outbound.send("x")
            outbound.send.assert_called_once_with("x")
        assert type(client.outbound).__name__ == "Outbound"


@pytest.mark.parametrize("option", [{"timeout": "soon"}, {"dead_line": 3}])
@pytest.mark.parametrize("kind", [Client, AccountClient])
def test_the_token_is_in_no_frame_of_an_error_of_the_constructor(kind, option):
    with pytest.raises((ConfigurationError, TypeError)) as caught:
        kind(**{"token": "".join(["hidden", "-", "token"]), **option})
    ours = caught.value.__traceback__.tb_next
    values = [value for frame, _ in traceback.walk_tb(ours) for value in frame.f_locals.values()]
    assert "hidden-token" not in repr([value for value in values if isinstance(value, (str, dict, tuple, list))])


@pytest.mark.parametrize(
    "url", ["https://us:pa55word@api.example", "https://api.example?key=pa55word", " us:pa55word@[::1"]
)
@pytest.mark.parametrize("kind", [Client, AccountClient])
@pytest.mark.parametrize("variable", [False, True])
def test_the_login_in_a_base_url_is_in_no_frame_of_its_error(monkeypatch, kind, url, variable):
    if variable:
        monkeypatch.setenv("EMAILAPI_BASE_URL", url)
    with pytest.raises(ConfigurationError, match=r"(base_url|EMAILAPI_BASE_URL) must not contain") as caught:
        kind("token", base_url=None if variable else url)
    ours = caught.value.__traceback__.tb_next
    assert "pa55word" not in str(caught.value) + repr([frame.f_locals for frame, _ in traceback.walk_tb(ours)])


@pytest.mark.parametrize("token", [b"hidden-token", ["hidden-token"], {"token": "hidden-token"}], ids=type)
@pytest.mark.parametrize("kind", [Client, AccountClient])
def test_a_token_of_another_type_is_in_no_frame_of_its_error(kind, token):
    with pytest.raises(ConfigurationError, match=f"^token must be text, got {type(token).__name__}$") as caught:
        kind(token)
    ours = caught.value.__traceback__.tb_next
    assert "hidden-token" not in repr([frame.f_locals for frame, _ in traceback.walk_tb(ours)])
