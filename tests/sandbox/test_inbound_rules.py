"""Senders whose inbound email is blocked."""

from __future__ import annotations

import pytest

from emailapi.sandbox.tables import servers

PATH = "/triggers/inboundrules"


def listed(api, **query):
    response = api.get(PATH, **{"count": 50, "offset": 0, **query}).json()
    return [rule["Rule"] for rule in response["InboundRules"]], response["TotalCount"]


def test_rules_are_created_listed_and_deleted(api, rejected):
    first = api.post(PATH, {"Rule": "Spam@example.com"}).json()
    assert first == {"ID": first["ID"], "Rule": "Spam@example.com"}
    second = api.post(PATH, {"Rule": "example.org"}).json()
    assert listed(api) == (["example.org", "Spam@example.com"], 2)
    assert listed(api, count=1, offset=1) == (["Spam@example.com"], 2)
    response = api.request("DELETE", f"{PATH}/{first['ID']}")
    assert response.json() == {"ErrorCode": 0, "Message": "Rule Spam@example.com removed."}
    assert listed(api) == (["example.org"], 1)
    rejected(api.request("DELETE", f"{PATH}/{first['ID']}"), 422, 812)
    assert api.post(PATH, {"Rule": "a@b.example"}).json()["ID"] > second["ID"]


@pytest.mark.parametrize(
    "rule", ["a@example.com", "example.com", "sub.example.co.uk", "xn--bcher-kva.example", " x.io "]
)
def test_a_rule_is_an_address_or_a_domain(api, rule):
    assert api.post(PATH, {"Rule": rule}).json()["Rule"] == rule.strip()


@pytest.mark.parametrize(
    "body, code, text",
    [
        ({}, 809, "no fields of a rule"),
        ({"Rule": None}, 809, "'Rule'"),
        ({"Rule": " "}, 809, "'Rule'"),
        ({"Other": "a@b.example"}, 809, "'Rule'"),
        (["a@b.example"], 403, "an object"),
        ({"Rule": 5}, 403, "'Rule' must be a string"),
        ({"Rule": "localhost"}, 813, "'localhost'"),
        ({"Rule": "*.example.com"}, 813, "neither"),
        ({"Rule": "-a.example"}, 813, "neither"),
        ({"Rule": "1.2.3.4"}, 813, "neither"),
        ({"Rule": "two words.example"}, 813, "neither"),
        ({"Rule": "@example.com"}, 813, "neither"),
        ({"Rule": "a@b@c.example"}, 813, "neither"),
        ({"Rule": "a@b.example, c@d.example"}, 813, "neither"),
        ({"Rule": "Joe <a@b.example>"}, 813, "neither"),
        ({"Rule": "a@b.example\n"}, 813, "line breaks"),
    ],
)
def test_an_invalid_rule_is_rejected_by_its_code(api, rejected, body, code, text):
    rejected(api.post(PATH, body), 422, code, text)
    assert listed(api) == ([], 0)


def test_a_repeated_rule_is_rejected(api, rejected):
    """The same rule cannot be made twice, in any case of letters."""
    api.post(PATH, {"Rule": "a@example.com"})
    rejected(api.post(PATH, {"Rule": "A@Example.com"}), 422, 810, "already")


def test_an_invalid_page_is_code_800(api, rejected):
    rejected(api.get(PATH), 422, 800, "count")
    rejected(api.get(PATH, count=501, offset=0), 422, 800, "500")


@pytest.mark.parametrize("number", ["77", "abc", "9" * 40])
def test_an_unknown_rule_cannot_be_deleted(api, rejected, number):
    rejected(api.request("DELETE", f"{PATH}/{number}"), 422, 812, "no inbound rule")


def test_rules_of_other_servers_are_not_visible(api, sandbox, open_api, rejected):
    number = api.post(PATH, {"Rule": "a@example.com"}).json()["ID"]
    with sandbox.store.transaction() as db:
        token = servers.tokens(db, servers.create(db, "Second", 0))[0]
    other = open_api(sandbox, token)
    assert listed(other) == ([], 0)
    rejected(other.request("DELETE", f"{PATH}/{number}"), 422, 812)
    assert other.post(PATH, {"Rule": "a@example.com"}).status_code == 200
