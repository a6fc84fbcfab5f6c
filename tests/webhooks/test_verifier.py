"""Credentials of webhook requests."""

from __future__ import annotations

import base64
import hmac
import ipaddress
import pickle
import traceback

import pytest

from emailapi import ConfigurationError
from emailapi.webhooks import Verifier, verifier as module


def basic(user: str, password: str, *, scheme: str = "Basic", encoding: str = "utf-8") -> dict[str, str]:
    token = base64.b64encode(f"{user}:{password}".encode(encoding)).decode()
    return {"Authorization": f"{scheme} {token}"}


ONE = Verifier(basic=("user", "secret"))


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC", " Basic", "Basic "])
def test_basic_auth_matches_in_any_case_of_the_scheme(scheme):
    assert ONE.check(basic("user", "secret", scheme=scheme))


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
def test_header_names_are_case_insensitive(name):
    (value,) = basic("user", "secret").values()
    assert ONE.check({name: value})
    assert ONE.check([(name, value)])
    assert ONE.check([(name.encode(), value.encode())])
    assert ONE.check({name: [value]})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        None,
        basic("user", "wrong"),
        basic("wrong", "secret"),
        basic("user", "secret "),
        basic("USER", "secret"),
        basic("", ""),
        basic("user", "secret", scheme="Bearer"),
        {"Authorization": ""},
        {"Authorization": "Basic"},
        {"Authorization": "Basic ***"},
        {"Authorization": "Basic dXNlcjpzZWNyZXQ!"},
        {"Authorization": "user:secret"},
        {"Authorization": "Basic user:secret"},
        {"X-Authorization": basic("user", "secret")["Authorization"]},
    ],
    ids=repr,
)
def test_anything_else_does_not_match(headers):
    assert not ONE.check(headers)


def test_base64_without_its_padding_matches():
    assert ONE.check({"Authorization": basic("user", "secret")["Authorization"].rstrip("=")})


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_user_names_that_are_not_ascii_match_in_utf_8_and_latin_1(encoding):
    assert Verifier(basic=("jürgen", "gehéim")).check(basic("jürgen", "gehéim", encoding=encoding))


def test_a_password_may_have_colons_and_any_character():
    assert Verifier(basic=("user", "a:b:ї")).check(basic("user", "a:b:ї"))


def test_one_of_several_logins_must_match():
    """The new one and the old one, while they are changed."""
    rotating = Verifier(basic=[("user", "new"), ("user", "old")])
    assert rotating.check(basic("user", "new"))
    assert rotating.check(basic("user", "old"))
    assert not rotating.check(basic("user", "older"))


def test_one_of_several_values_of_a_header_must_match():
    rotating = Verifier(headers={"X-Secret": ["new", "old"]})
    assert rotating.check({"x-secret": "new"})
    assert rotating.check({"X-SECRET": "old"})
    assert not rotating.check({"X-Secret": "other"})
    assert not rotating.check({"X-Secret": ""})
    assert not rotating.check({})
    assert not rotating.check({"X-Secret": "new,old"})


@pytest.mark.parametrize("seen", ["schlüssel", "schlüssel".encode().decode("latin-1")])
def test_a_secret_that_is_not_ascii_matches_however_the_server_decoded_it(seen):
    assert Verifier(headers={"X-Secret": "schlüssel"}).check({"X-Secret": seen})


def test_every_header_must_match():
    both = Verifier(headers={"X-A": "1", "X-B": "2"})
    assert both.check({"X-A": "1", "X-B": "2"})
    assert not both.check({"X-A": "1"})
    assert not both.check({"X-A": "1", "X-B": "1"})


def test_every_kind_that_is_given_must_match():
    both = Verifier(basic=("user", "secret"), headers={"X-Secret": "s"}, networks="10.0.0.0/8")
    headers = {**basic("user", "secret"), "X-Secret": "s"}
    assert both.check(headers, "10.1.2.3")
    assert not both.check(headers, "11.1.2.3")
    assert not both.check(headers)
    assert not both.check({"X-Secret": "s"}, "10.1.2.3")
    assert not both.check(basic("user", "secret"), "10.1.2.3")


@pytest.mark.parametrize(
    "address, inside",
    [
        ("10.1.2.3", True),
        ("10.1.2.3:4711", True),
        ("::ffff:10.1.2.3", True),
        ("[::ffff:10.1.2.3]:4711", True),
        ("2001:db8::7", True),
        ("[2001:db8::7]:443", True),
        ("192.0.2.9", True),
        ("192.0.2.8", False),
        ("2001:db9::7", False),
        ("fe80::1%eth0", False),
        ("", False),
        ("unix:", False),
        ("unknown", False),
        (None, False),
    ],
)
def test_networks_match_the_client_address(address, inside):
    networks = ["10.0.0.0/8", "2001:db8::/32", "192.0.2.9", ipaddress.ip_network("198.51.100.0/24")]
    assert Verifier(networks=networks).check({}, address) is inside


@pytest.mark.parametrize(
    "proxies, chain, inside",
    [
        (0, "10.0.0.1", False),
        (1, "10.0.0.1", True),
        (1, "10.0.0.1, 203.0.113.1", False),
        (1, "203.0.113.1, 10.0.0.1", True),
        (2, "10.0.0.1, 203.0.113.1", True),
        (2, "10.0.0.9, 203.0.113.2, 203.0.113.1", False),
        (2, "10.0.0.1", False),
        (1, "", False),
        (1, "10.0.0.1:5000", True),
    ],
)
def test_x_forwarded_for_is_trusted_only_for_own_proxies(proxies, chain, inside):
    """Anybody can send an X-Forwarded-For: each proxy adds an address behind what was there."""
    checked = Verifier(networks="10.0.0.0/8", trust_proxies=proxies)
    assert checked.check({"X-Forwarded-For": chain}, "203.0.113.77") is inside


def test_several_x_forwarded_for_headers_are_one_list():
    checked = Verifier(networks="10.0.0.0/8", trust_proxies=1)
    assert checked.check([("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-For", "10.0.0.1")])
    assert not checked.check([("X-Forwarded-For", "10.0.0.1"), ("X-Forwarded-For", "203.0.113.1")])


def test_without_proxies_the_peer_address_is_used():
    assert Verifier(networks="10.0.0.0/8").check({"X-Forwarded-For": "203.0.113.1"}, "10.0.0.1")


@pytest.mark.parametrize(
    "options, words",
    [
        ({}, "a Verifier requires .* Verifier.insecure"),
        ({"basic": []}, "a Verifier requires"),
        ({"headers": {}}, "a Verifier requires"),
        ({"trust_proxies": 1}, "a Verifier requires"),
        ({"basic": ("user", "")}, "empty user name or password"),
        ({"basic": ("", "secret")}, "empty user name or password"),
        ({"basic": [("user", "secret"), ("user", "")]}, "empty user name or password"),
        ({"basic": ("user", None)}, "must be a pair"),
        ({"basic": "user:secret"}, "must be a pair"),
        ({"basic": {"user": "secret"}}, "must be a pair"),
        ({"basic": [("user", "secret", "x")]}, "must be a pair"),
        ({"basic": ("us:er", "secret")}, "must not contain a colon"),
        ({"headers": {"X-Secret": ""}}, r"headers\['X-Secret'\] has an empty value"),
        ({"headers": {"X-Secret": " "}}, r"headers\['X-Secret'\] has an empty value"),
        ({"headers": {"X-Secret": ["new", ""]}}, r"headers\['X-Secret'\] has an empty value"),
        ({"headers": "X-Secret"}, "headers must be a mapping of names to values, got str"),
        ({"headers": {7: "x"}}, "headers must have names of HTTP headers as keys, got 7"),
        ({"headers": {"X Secret": "x"}}, "headers must have names of HTTP headers as keys, got 'X Secret'"),
        ({"networks": 7}, "networks must be addresses or networks"),
        ({"basic": 7}, "basic must be a pair"),
        ({"headers": {"X-Secret": []}}, r"headers\['X-Secret'\] must be a string"),
        ({"headers": {"X-Secret": None}}, r"headers\['X-Secret'\] must be a string"),
        ({"networks": "10.0.0.0/99"}, "networks must be addresses or networks, .*10.0.0.0/99"),
        ({"networks": ["example.com"]}, "networks must be addresses or networks, .*example.com"),
        ({"networks": "10.0.0.0/8", "trust_proxies": -1}, "trust_proxies must be an integer of at least 0, got -1"),
        ({"networks": "10.0.0.0/8", "trust_proxies": True}, "trust_proxies .* got True"),
    ],
    ids=repr,
)
def test_a_verifier_that_matches_every_request_or_none_is_an_error(options, words):
    with pytest.raises(ConfigurationError, match=words) as caught:
        Verifier(**options)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"networks": "10.0.0.0/99"},
        {"trust_proxies": -1},
        {"headers": "s3cret"},
        {"headers": b"s3cret"},
        {"headers": {"X-Other": "s3cret", "X Secret": "s3cret"}},
        {"headers": {"X-Secret": [b"s3cret"]}},
        {"basic": [("user", "s3cret"), ("user", "")]},
        {"basic": ("us:er", "s3cret")},
        {"basic": b"user:s3cret"},
        {"basic": {"user": "s3cret"}},
        {"basic": [("user", "s3cret"), ("user",)]},
    ],
    ids=repr,
)
def test_no_frame_of_an_invalid_argument_shows_a_secret(wrong):
    with pytest.raises(ConfigurationError) as caught:
        Verifier(**{"basic": ("user", "s3cret"), "headers": {"X-Secret": ["s3cret"]}, **wrong})
    called = caught.value.__traceback__.tb_next
    shown = repr([frame.f_locals for frame, _ in traceback.walk_tb(called)])
    assert "s3cret" not in str(caught.value) + shown


def test_insecure_accepts_every_request():
    assert Verifier.insecure().check({})
    assert Verifier.insecure().check({}, "203.0.113.1")
    assert repr(Verifier.insecure()) == "Verifier.insecure()"


def test_no_repr_shows_a_secret():
    made = Verifier(basic=("user", "s3cret"), headers={"X-Secret": "s3cret"}, networks="10.0.0.0/8", trust_proxies=1)
    assert repr(made) == "Verifier(basic=..., headers={'X-Secret': ...}, networks=['10.0.0.0/8'], trust_proxies=1)"
    assert "s3cret" not in repr(vars(made))
    assert "user" not in repr(vars(made))


def test_a_verifier_pickles():
    assert pickle.loads(pickle.dumps(ONE)).check(basic("user", "secret"))


def comparisons(monkeypatch, checked: Verifier, headers: dict[str, str]) -> tuple[bool, list[tuple[bytes, bytes]]]:
    """Return what `check` returns, and each pair of values that it compared."""
    compared = []

    def compare(first: bytes, second: bytes) -> bool:
        compared.append((first, second))
        return hmac.compare_digest(first, second)

    monkeypatch.setattr(module, "hmac", type("hmac", (), {"compare_digest": staticmethod(compare)}))
    return checked.check(headers), compared


@pytest.mark.parametrize("password", ["new", "middle", "old", "wrong", "wrong" * 1000, ""])
def test_all_credentials_are_compared_whichever_matches(monkeypatch, password):
    """In constant time: no comparison depends on the one before it, and all values have the length of a digest."""
    rotating = Verifier(basic=[("u", "new"), ("u", "middle"), ("u", "old")])
    matches, compared = comparisons(monkeypatch, rotating, basic("u", password))
    assert matches is (password in ("new", "middle", "old"))
    assert len(compared) == 3
    assert {len(value) for pair in compared for value in pair} == {32}


def test_headers_are_compared_also_when_basic_auth_is_wrong(monkeypatch):
    both = Verifier(basic=("u", "p"), headers={"X-A": "1", "X-B": "2"})
    _, compared = comparisons(monkeypatch, both, {**basic("x", "y"), "X-A": "3", "X-B": "4"})
    assert len(compared) == 3


@pytest.mark.parametrize("address", ["10.1.1.1", "::ffff:10.1.1.1"])
def test_a_network_of_mapped_addresses_matches_ipv4_addresses(address):
    assert Verifier(networks="::ffff:10.0.0.0/104").check({}, address)
    assert not Verifier(networks="::ffff:10.0.0.0/120").check({}, address)


def test_headers_can_come_from_an_iterator():
    """Each kind of credentials reads all of them."""
    verifier = Verifier(basic=("u", "p"), headers={"X-Secret": "s"})
    given = [("X-Secret", "s"), ("Authorization", "Basic dTpw")]
    assert verifier.check(iter(given))
    assert verifier.check(pair for pair in reversed(given))


@pytest.mark.parametrize("address", [ipaddress.ip_address("10.0.0.1"), "10.0.0.1:5", "::ffff:10.0.0.1"], ids=str)
def test_the_client_address_can_have_several_forms(address):
    assert Verifier(networks="10.0.0.0/8").check({}, address)


@pytest.mark.parametrize("address", [5, b"10.0.0.1", ("10.0.0.1", 5), "unix:", "10.0.0.1\0"], ids=repr)
def test_an_invalid_client_address_is_in_no_network(address):
    assert not Verifier(networks="10.0.0.0/8").check({}, address)
