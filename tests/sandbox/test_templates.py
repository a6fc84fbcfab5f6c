"""Templates: what is kept, what is rejected, and what becomes of deleted ones."""

from __future__ import annotations

import pytest

STANDARD = {"Name": "Welcome", "Alias": "welcome", "Subject": "Hi {{name}}", "TextBody": "Hello {{name}}"}
LAYOUT = {"Name": "Frame", "Alias": "frame", "TemplateType": "Layout", "HtmlBody": "<b>{{{@content}}}</b>"}


@pytest.fixture
def make(api):
    """Makes a template that must be accepted, and returns the response."""

    def make(template, **changes):
        response = api.post("/templates", {**template, **changes})
        assert response.status_code == 200, response.text
        return response.json()

    return make


@pytest.fixture
def edit(api):
    """Edits a template."""
    return lambda id_or_alias, **changes: api.request("PUT", f"/templates/{id_or_alias}", json=changes)


@pytest.fixture
def listed(api):
    """Lists templates, and returns their names and how many there are."""

    def listed(**query):
        response = api.get("/templates", **{"Count": 50, "Offset": 0, **query}).json()
        return [template["Name"] for template in response["Templates"]], response["TotalCount"]

    return listed


def test_a_template_is_created_and_read(api, make):
    layout = make(LAYOUT)
    short = make(STANDARD, LayoutTemplate="frame")
    assert short == {
        "Active": True,
        "TemplateId": short["TemplateId"],
        "Name": "Welcome",
        "Alias": "welcome",
        "TemplateType": "Standard",
        "LayoutTemplate": "frame",
    }
    server = api.get(f"/templates/{layout['TemplateId']}").json()["AssociatedServerId"]
    full = {
        **short,
        "Subject": "Hi {{name}}",
        "HtmlBody": None,
        "TextBody": "Hello {{name}}",
        "AssociatedServerId": server,
    }
    assert api.get(f"/templates/{short['TemplateId']}").json() == full
    assert api.get("/templates/WELCOME/").json() == full


def test_null_counts_as_absent(api, make):
    """Clients that write out whole objects send null for what a template does not have."""
    made = make({**STANDARD, **dict.fromkeys(("Alias", "HtmlBody", "TemplateType", "LayoutTemplate"))})
    assert (made["Alias"], made["TemplateType"], made["LayoutTemplate"]) == ("welcome", "Standard", None)
    assert make(LAYOUT, Subject=None)["TemplateType"] == "Layout"


@pytest.mark.parametrize(
    "changes, code, text",
    [
        ({"Name": None}, 1120, "'Name'"),
        ({"Name": "  "}, 1120, "'Name'"),
        ({"Name": 5}, 403, "'Name' must be a string"),
        ({"Name": "a\nb"}, 1122, "'Name' must not contain"),
        ({"Name": "x" * 256}, 1121, "limit is 255"),
        ({"Subject": None}, 1120, "'Subject'"),
        ({"Subject": "x" * 2001}, 1121, "limit is 2000"),
        ({"TextBody": None}, 1120, "'HtmlBody'"),
        ({"TextBody": "", "HtmlBody": ""}, 1120, "'HtmlBody'"),
        ({"TextBody": "x" * 5_000_001}, 1121, "limit is 5000000"),
        ({"HtmlBody": "\ud800"}, 1122, "lone surrogate"),
        ({"Alias": "1st"}, 1122, "must begin with a letter"),
        ({"Alias": "no spaces"}, 1122, "must begin with a letter"),
        ({"Alias": "caf\u00e9"}, 1122, "must begin with a letter"),
        ({"Alias": "x" * 256}, 1121, "limit is 255"),
        ({"TemplateType": "All"}, 1122, "'TemplateType'"),
        ({"LayoutTemplate": "nothing"}, 1101, "no layout 'nothing'"),
        ({"HtmlBody": "{{{@content}}}"}, 1122, "only layouts"),
    ],
)
def test_an_invalid_template_is_rejected_by_its_code(api, rejected, changes, code, text):
    rejected(api.post("/templates", {**STANDARD, **changes}), 422, code, text)
    assert api.get("/templates", count=1, offset=0).json()["TotalCount"] == 0


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"Subject": "Hi"}, 1123),
        ({"LayoutTemplate": "frame"}, 1123),
        ({"HtmlBody": "<b></b>"}, 1131),
        ({"HtmlBody": "{{{@content}}}{{{ @content }}}"}, 1131),
        ({"TextBody": "no slot"}, 1131),
    ],
)
def test_a_layout_has_one_content_placeholder(api, rejected, changes, code):
    rejected(api.post("/templates", {**LAYOUT, **changes}), 422, code)


@pytest.mark.parametrize("body", [None, {}])
def test_an_empty_body_is_code_1109(api, rejected, make, edit, body):
    rejected(api.post("/templates", body or {}), 422, 1109)
    make(STANDARD)
    rejected(api.request("PUT", "/templates/welcome", data="null" if body is None else "{}", headers=JSON), 422, 1109)
    rejected(api.post("/templates", [STANDARD]), 422, 403, "an object")


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "text", ["{{a}} {{& a}} {{../../a}}", "{{#each xs}}{{.}}{{/each}}", "{{{ pm:unsubscribe }}}", "{{}} {{a", "} }} {"]
)
def test_texts_in_the_template_language(make, text):
    make(STANDARD, Subject=text, HtmlBody=text, TextBody=text)


@pytest.mark.parametrize("field", ["Subject", "HtmlBody", "TextBody"])
def test_a_text_that_cannot_be_parsed_is_rejected_with_its_errors(api, rejected, make, edit, field):
    """The first three errors are told with their places."""
    text = "x {{#if a}}{{/if}}" if field == "Subject" else "x\n {{#if a}}{{/if}}"
    place = "line 1, character 3" if field == "Subject" else "line 2, character 2"
    made = make(STANDARD)
    for response in (api.post("/templates", {**STANDARD, "Alias": "b", field: text}), edit("welcome", **{field: text})):
        rejected(response, 422, 1122, f"'{field}' cannot be parsed: {place}: 'if a' is not a valid name:")
        rejected(response, 422, 1122, f"{place}: The block 'if a' is not closed.")
    rejected(edit("welcome", **{field: "{{a b}}" * 5}), 422, 1122, "There are 2 more errors.")
    assert api.get(f"/templates/{made['TemplateId']}").json()["Subject"] == STANDARD["Subject"]


def test_aliases_are_unique(api, rejected, make, edit):
    """An alias belongs to one template of a server, in any case of letters, until that one is deleted."""
    first = make(STANDARD)["TemplateId"]
    rejected(api.post("/templates", {**STANDARD, "Alias": "Welcome"}), 422, 1122, f"in use by the template {first}")
    second = make(STANDARD, Alias="other")["TemplateId"]
    rejected(edit("other", Alias="welcome"), 422, 1122, "in use")
    assert edit("welcome", Alias="Welcome").json()["Alias"] == "Welcome"
    assert api.request("DELETE", "/templates/welcome").status_code == 200
    assert api.get("/templates/welcome").json()["Active"] is False
    assert edit(second, Alias="welcome").json()["Alias"] == "welcome"
    assert api.get("/templates/welcome").json()["TemplateId"] == second


@pytest.mark.costly
def test_an_edit_changes_only_the_given_fields(api, rejected, make, edit):
    make(LAYOUT)
    made = make(STANDARD, LayoutTemplate="frame")
    assert edit("welcome", Name="New").json() == {**made, "Name": "New"}
    changed = edit(made["TemplateId"], Subject="Bye", HtmlBody="<p>", TextBody="")
    assert changed.json()["LayoutTemplate"] == "frame"
    full = api.get("/templates/welcome").json()
    assert (full["Subject"], full["HtmlBody"], full["TextBody"]) == ("Bye", "<p>", None)
    assert edit("welcome", LayoutTemplate="").json()["LayoutTemplate"] is None
    assert edit("welcome", LayoutTemplate="frame").json()["LayoutTemplate"] == "frame"
    assert edit("welcome", LayoutTemplate=None, Name="Same").json()["LayoutTemplate"] == "frame"
    rejected(edit("welcome", HtmlBody=""), 422, 1120)
    rejected(edit("welcome", Subject=""), 422, 1120)
    rejected(edit("frame", Subject="Hi"), 422, 1123)
    rejected(edit("frame", HtmlBody="no slot"), 422, 1131)
    rejected(edit("welcome", TemplateType="Layout"), 422, 1123, "never changes")
    assert edit("welcome", TemplateType="Standard", Name="Same").status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("name", ["77", "nothing", "no%20such", "9" * 40])
def test_an_unknown_template_is_code_1101(api, rejected, method, name):
    body = {"Name": "x"} if method == "PUT" else None
    rejected(api.request(method, f"/templates/{name}", json=body), 422, 1101, "no template")


def test_a_deleted_template_is_inactive(api, rejected, make, edit, listed):
    number = make(STANDARD)["TemplateId"]
    response = api.request("DELETE", "/templates/welcome")
    assert response.json() == {"ErrorCode": 0, "Message": f"Template {number} removed."}
    assert api.get(f"/templates/{number}").json()["Active"] is False
    assert listed() == ([], 0)
    rejected(edit(number, Name="x"), 422, 1101, "deleted")
    rejected(api.request("DELETE", f"/templates/{number}"), 422, 1101, "deleted")


def test_a_layout_in_use_cannot_be_deleted(api, rejected, make, edit):
    make(LAYOUT)
    user = make(STANDARD, LayoutTemplate="FRAME")["TemplateId"]
    rejected(api.request("DELETE", "/templates/frame"), 422, 1130, f"used by {user}")
    rejected(edit("frame", Alias=""), 422, 1130)
    assert edit("frame", Alias="border").status_code == 200
    assert api.get(f"/templates/{user}").json()["LayoutTemplate"] == "border"
    rejected(api.post("/templates", {**STANDARD, "Alias": "b", "LayoutTemplate": "welcome"}), 422, 1101, "no layout")
    api.request("DELETE", f"/templates/{user}")
    assert api.request("DELETE", "/templates/border").status_code == 200
    rejected(api.post("/templates", {**STANDARD, "LayoutTemplate": "border"}), 422, 1101, "no layout")


def test_templates_are_listed_newest_first_in_pages(api, rejected, make, listed):
    make(LAYOUT)
    make(STANDARD, Name="a", Alias=None)
    make(STANDARD, Name="b", Alias=None, LayoutTemplate="frame")
    assert listed() == (["b", "a", "Frame"], 3)
    assert listed(Count=1, Offset=1) == (["a"], 3)
    assert listed(TemplateType="All")[1] == 3
    assert listed(templateType="standard") == (["b", "a"], 2)
    assert listed(TemplateType="Layout") == (["Frame"], 1)
    assert listed(LayoutTemplate="frame") == (["b"], 1)
    assert listed(LayoutTemplate="nothing") == ([], 0)
    rejected(api.get("/templates"), 422, 1100, "count")
    rejected(api.get("/templates", Count=501, Offset=0), 422, 1100, "500")
    rejected(api.get("/templates", Count=1, Offset=0, TemplateType="Mine"), 422, 1100, "TemplateType")


@pytest.mark.costly
def test_a_server_has_at_most_100_templates(api, rejected, make):
    for number in range(100):
        make(STANDARD, Alias=f"t{number}")
    rejected(api.post("/templates", {**STANDARD, "Alias": "more"}), 422, 1105, "100")
    api.request("DELETE", "/templates/t5")
    make(STANDARD, Alias="more")


def test_a_deleted_server_loses_its_templates(sandbox, open_api):
    sandbox.allow(delete_servers=True)
    account = {"X-Postmark-Account-Token": sandbox.account_token}
    server = open_api(sandbox).request("POST", "/servers", json={"Name": "Second"}, headers=account).json()
    other = open_api(sandbox, server["ApiTokens"][0])
    other.post("/templates", LAYOUT)
    assert other.post("/templates", {**STANDARD, "LayoutTemplate": "frame"}).status_code == 200
    assert other.request("DELETE", f"/servers/{server['ID']}", headers=account).status_code == 200
    with sandbox.store.transaction() as db:
        assert db.number("SELECT count(*) FROM templates") == 0
