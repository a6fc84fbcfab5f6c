"""Templates are pushed from one server to another."""

from __future__ import annotations

import pytest

from emailapi.sandbox.tables import servers
from emailapi.sandbox.tables.servers import FIRST

STANDARD = {"Name": "Welcome", "Alias": "welcome", "Subject": "Hi", "TextBody": "Hello"}
LAYOUT = {"Name": "Frame", "Alias": "frame", "TemplateType": "Layout", "TextBody": "{{{@content}}}"}


@pytest.fixture
def other(sandbox, open_api):
    """The API of a second server, with its `id`."""
    with sandbox.store.transaction() as db:
        number = servers.create(db, "Second", 0)
        token = servers.tokens(db, number)[0]
    client = open_api(sandbox, token)
    client.id = number
    return client


@pytest.fixture
def push(api, sandbox, other):
    """Pushes from the first server to the second, with the account's token and these fields changed."""

    def push(**changes):
        body = {"SourceServerID": FIRST, "DestinationServerID": other.id, "PerformChanges": True, **changes}
        body = {name: value for name, value in body.items() if value is not None}
        return api.request(
            "PUT", "/templates/push", json=body, headers={"X-Postmark-Account-Token": sandbox.account_token}
        )

    return push


def aliases(api):
    """Return what is listed: alias to name."""
    found = api.get("/templates", count=500, offset=0).json()["Templates"]
    return {template["Alias"]: template["Name"] for template in found}


def test_push_copies_templates_with_an_alias(api, other, push):
    for template in (LAYOUT, {**STANDARD, "LayoutTemplate": "frame"}, {**STANDARD, "Alias": None, "Name": "Private"}):
        assert api.post("/templates", template).status_code == 200
    assert api.put("/templates/private", {"Alias": ""}).json()["Alias"] is None
    old = other.post("/templates", {**STANDARD, "Alias": "Welcome", "Name": "Old"}).json()["TemplateId"]
    response = push().json()
    layout = other.get("/templates/frame").json()["TemplateId"]
    assert response == {
        "TotalCount": 2,
        "Templates": [
            {"Action": "Create", "TemplateId": layout, "Alias": "frame", "Name": "Frame", "TemplateType": "Layout"},
            {"Action": "Edit", "TemplateId": old, "Alias": "welcome", "Name": "Welcome", "TemplateType": "Standard"},
        ],
    }
    assert aliases(other) == {"frame": "Frame", "welcome": "Welcome"}
    assert other.get("/templates/welcome").json()["LayoutTemplate"] == "frame"
    assert [row["Action"] for row in push().json()["Templates"]] == ["Edit", "Edit"]


def test_a_dry_run_changes_nothing(api, other, push):
    api.post("/templates", LAYOUT)
    api.post("/templates", STANDARD)
    old = other.post("/templates", {**STANDARD, "Name": "Old"}).json()["TemplateId"]
    response = push(PerformChanges=False, SourceServerID=str(FIRST), DestinationServerID=str(other.id)).json()
    assert [(row["Action"], row.get("TemplateId")) for row in response["Templates"]] == [
        ("Create", None),
        ("Edit", old),
    ]
    assert "TemplateId" not in response["Templates"][0]
    assert aliases(other) == {"welcome": "Old"}


def test_an_invalid_push_is_rejected(api, other, push, rejected):
    """A push needs two servers of the account, something with an alias, and a word on whether it is meant."""
    api.post("/templates", STANDARD)
    api.put("/templates/welcome", {"Alias": ""})
    rejected(push(), 422, 1124)
    rejected(push(SourceServerID=99), 422, 601, "The source server was not found.")
    rejected(push(DestinationServerID="x"), 422, 601, "The destination server was not found.")
    rejected(push(DestinationServerID=None), 422, 601, "The destination server was not found.")
    rejected(
        push(SourceServerID=1, DestinationServerID=1), 422, 601, "The source and destination servers were not found."
    )
    rejected(push(DestinationServerID=FIRST), 422, 403, "destination")
    rejected(push(PerformChanges=None), 422, 403, "PerformChanges")
    rejected(push(PerformChanges="yes"), 422, 403, "boolean")
    rejected(api.request("PUT", "/templates/push", json={}), 401, 10, "account")


def test_nothing_is_pushed_if_types_differ(api, other, push, rejected):
    api.post("/templates", {**STANDARD, "Alias": "both"})
    api.post("/templates", LAYOUT)
    other.post("/templates", {**LAYOUT, "Alias": "both"})
    for perform in (True, False):
        rejected(push(PerformChanges=perform), 422, 1125, "'both'")
    assert aliases(other) == {"both": "Frame"}


@pytest.mark.costly
def test_nothing_is_pushed_beyond_100_templates(api, other, push, rejected):
    """Nothing is pushed when the destination would have more than 100 templates."""
    for number in range(99):
        other.post("/templates", {**STANDARD, "Alias": f"t{number}"})
    api.post("/templates", LAYOUT)
    assert push(PerformChanges=False).status_code == 200
    api.post("/templates", STANDARD)
    rejected(push(), 422, 1105, "no room")
    assert len(aliases(other)) == 99
