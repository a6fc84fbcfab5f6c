"""Requests as clients of other languages send them, and the texts that their programs compare (contract section 12)."""

from __future__ import annotations

import json

import pytest

JSON = {"Content-Type": "application/json"}
TEMPLATE = {"Name": "Order Confirmation", "Subject": "Hi", "TextBody": "Hello"}
LAYOUT = {"Name": "Frame", "TemplateType": "Layout", "HtmlBody": "{{{@content}}}"}
NO_STREAM = "The message stream for the provided 'ID' was not found."
NO_TEMPLATE_ID = "The 'TemplateId' associated with this request is not valid or was not found."
NO_TEMPLATE_ALIAS = "The Template's 'Alias' associated with this request is not valid or was not found."


def cased(value, change):
    """Return a JSON value with the names of all fields changed, except below Metadata."""
    if isinstance(value, list):
        return [cased(item, change) for item in value]
    if not isinstance(value, dict):
        return value
    return {change(name): item if name == "Metadata" else cased(item, change) for name, item in value.items()}


def camel(name):
    return name[0].lower() + name[1:]


@pytest.mark.parametrize("change", [str.lower, str.upper, camel])
def test_names_of_fields_match_in_any_case(api, change):
    file = {"Name": "a.txt", "Content": "aGVsbG8=", "ContentType": "text/plain", "ContentID": "cid:a"}
    given = api.email(
        Cc="c@example.com",
        HtmlBody="<p>",
        Tag="t",
        TrackOpens=True,
        Metadata={"Key": "v", "to": "x"},
        Headers=[{"Name": "X-A", "Value": "b"}],
        Attachments=[file],
        MessageStream="broadcast",
    )
    message = api.details(api.post("/email", cased(given, change)).json()["MessageID"])
    assert (message["Cc"][0]["Email"], message["Tag"], message["TrackOpens"]) == ("c@example.com", "t", True)
    assert (message["Attachments"], message["MessageStream"]) == (["a.txt"], "broadcast")
    assert message["Metadata"] == {"Key": "v", "to": "x"}
    assert "X-A: b\r\n" in message["Body"]


@pytest.mark.parametrize("change", [str.lower, str.upper, camel])
def test_names_of_settings_match_in_any_case(api, account, change):
    server = api.put("/server", cased({"Name": "N", "Color": "Red", "TrackOpens": True}, change)).json()
    assert (server["Name"], server["Color"], server["TrackOpens"]) == ("N", "red", True)
    template = api.post("/templates", cased(TEMPLATE, change)).json()
    assert api.get(f"/templates/{template['TemplateId']}").json()["TextBody"] == "Hello"
    handling = {"UnsubscribeHandlingType": "Postmark"}
    stream = {
        "ID": "news",
        "Name": "News",
        "MessageStreamType": "Transactional",
        "SubscriptionManagementConfiguration": handling,
    }
    assert api.post("/message-streams", cased(stream, change)).json()["SubscriptionManagementConfiguration"] == handling
    webhook = {
        "Url": "https://x.example",
        "Triggers": {"Open": {"Enabled": True}},
        "HttpAuth": {"Username": "u", "Password": "p"},
        "HttpHeaders": [{"Name": "X-A", "Value": 5}],
    }
    made = api.post("/webhooks", cased(webhook, change)).json()
    assert made["Triggers"]["Open"]["Enabled"] is True
    assert (made["HttpAuth"]["Username"], made["HttpHeaders"]) == ("u", [{"Name": "X-A", "Value": "5"}])
    assert api.post("/triggers/inboundrules", cased({"Rule": "a@b.example"}, change)).json()["Rule"] == "a@b.example"
    entries = {"Suppressions": [{"EmailAddress": "a@b.example"}]}
    changed = api.post("/message-streams/outbound/suppressions", cased(entries, change)).json()
    assert changed["Suppressions"][0]["Status"] == "Suppressed"
    domain = account.post("/domains", cased({"Name": "x.example", "ReturnPathDomain": "pm.x.example"}, change)).json()
    assert domain["ReturnPathDomain"] == "pm.x.example"
    signature = account.post("/senders", cased({"FromEmail": "a@x.example", "Name": "A"}, change)).json()
    assert signature["Name"] == "A"
    removal = {"RequestedBy": "a@x.example", "RequestedFor": "b@x.example", "NotifyWhenCompleted": False}
    assert account.post("/data-removals", cased(removal, change)).json()["Status"] == "Pending"


def test_the_last_of_repeated_fields_counts(api):
    body = {"to": "first@example.com", **api.email(To="last@example.com")}
    assert api.post("/email", body).json()["To"] == "last@example.com"


def test_null_counts_as_absent_in_an_email(api):
    names = (
        "Cc Bcc ReplyTo Tag HtmlBody Headers Attachments Metadata MessageStream TrackOpens TrackLinks Unknown".split()
    )
    message_id = api.post("/email", {**api.email(), **dict.fromkeys(names)}).json()["MessageID"]
    assert api.details(message_id)["MessageStream"] == "outbound"


def test_an_email_of_zero_values_is_accepted(api):
    zero = {"Cc": "", "Bcc": "", "Tag": "", "HtmlBody": "", "ReplyTo": "", "TrackLinks": "", "MessageStream": ""}
    more = {"TrackOpens": False, "Headers": [], "Attachments": [], "Metadata": {}, "InlineCss": False, "TemplateId": 0}
    assert api.post("/email", {**api.email(), **zero, **more}).json()["ErrorCode"] == 0


def test_optional_enumerations_may_be_empty(api, account):
    empty = {"DeliveryType": "", "TrackLinks": "", "Color": ""}
    server = account.post("/servers", {"Name": "Go", **empty}).json()
    assert (server["DeliveryType"], server["TrackLinks"], server["Color"]) == ("Live", "None", "blue")
    assert account.put(f"/servers/{server['ID']}", {"Name": "Went", **empty}).json() == {**server, "Name": "Went"}
    stream = {
        "ID": "go",
        "Name": "Go",
        "MessageStreamType": "Broadcasts",
        "Description": "",
        "SubscriptionManagementConfiguration": {"UnsubscribeHandlingType": ""},
    }
    made = api.post("/message-streams", stream).json()
    assert made["SubscriptionManagementConfiguration"] == {"UnsubscribeHandlingType": "Postmark"}
    assert api.post("/templates", {**TEMPLATE, "TemplateType": "", "Alias": ""}).json()["TemplateType"] == "Standard"
    webhook = api.post("/webhooks", {"ID": 0, "Status": "", "MessageStream": "", "Url": "https://x.example"}).json()
    assert (
        api.put(f"/webhooks/{webhook['ID']}", webhook | {"ID": 0, "Status": "", "MessageStream": ""}).json() == webhook
    )


@pytest.mark.parametrize(
    "text, kept", [("5", "5"), ("-1.50", "-1.50"), ("1e3", "1e3"), ("true", "true"), ("false", "false")]
)
def test_numbers_and_booleans_are_stored_as_strings(api, text, kept):
    given = json.dumps({**api.email(), "Metadata": {"k": "@"}, "Headers": [{"Name": "X-A", "Value": "@"}]})
    response = api.request("POST", "/email", data=given.replace('"@"', text), headers=JSON)
    message = api.details(response.json()["MessageID"])
    assert message["Metadata"] == {"k": kept}
    assert f"X-A: {kept}\r\n" in message["Body"]
    assert api.found(metadata_k=kept)["TotalCount"] == 1


def test_get_requests_may_have_the_body_null(api):
    assert api.request("GET", "/server", data="null", headers=JSON).status_code == 200
    assert api.get("/SERVER/").json() == api.get("/server").json()


@pytest.mark.usefixtures("pass_time")  # the clock stands at 2026-11-21
def test_days_without_leading_zeros_are_accepted(api):
    api.accepted()
    assert api.get("/stats/outbound/sends", fromdate="2026-9-5", todate="2026-11-21").json()["Sent"] == 1
    assert api.found(fromdate="2026-11-1", todate="2026-12-1T00:00:00")["TotalCount"] == 1
    assert api.found(fromdate="2026-12-1")["TotalCount"] == 0


@pytest.mark.costly
def test_texts_that_programs_compare_are_exact(api, account, open_api, sandbox):
    def text(response, code):
        assert response.json()["ErrorCode"] == code, response.text
        return response.json()["Message"]

    for token in ("wrong", sandbox.account_token):
        assert text(open_api(sandbox, token).send(), 10) == "Request does not contain a valid Server token."
    assert text(api.send(To=None), 300) == "Zero recipients specified"
    assert text(api.send(To="World"), 300) == (
        "Error parsing 'To': Illegal email address 'World'. It must contain the '@' symbol."
    )
    assert text(api.send(To="(x)@y.com"), 300) == (
        "Error parsing 'To': Illegal email mailbox '(x)' in address '(x)@y.com'."
    )
    assert text(api.send(To='"x <a@b.com>'), 300).startswith("Error parsing 'To': Unclosed quoted string")
    assert text(api.send(From="webmaster@localhost"), 300) == "Invalid 'From' address: 'webmaster@localhost'."
    assert text(api.send(Subject=5), 403) == "Received valid, but incompatible JSON input."
    api.accepted(To="hardbounce@bounce-testing.postmarkapp.com")
    assert text(api.send(To="hardbounce@bounce-testing.postmarkapp.com"), 406).startswith(
        "You tried to send to recipient(s) that have been marked as inactive. Found inactive addresses: hardbounce@"
    )
    assert text(api.send(MessageStream="x"), 1235) == "The stream provided: 'x' does not exist on this server."
    domain = account.post("/domains", {"Name": "x.example"}).json()
    renewed = account.post(f"/domains/{domain['ID']}/rotatedkim", {})
    assert text(renewed, 505) == "This DKIM is already being renewed."
    assert text(api.get("/messages/outbound/x/details"), 701) == "This message was not found."
    assert text(api.get("/templates/1"), 1101) == NO_TEMPLATE_ID
    assert text(api.get("/templates/x"), 1101) == NO_TEMPLATE_ALIAS
    slotless = api.post("/templates", {**LAYOUT, "HtmlBody": "<p>"})
    assert "The layout content placeholder must be present" in text(slotless, 1131)
    assert text(api.get("/message-streams/x"), 1226) == NO_STREAM
    assert text(api.get("/webhooks/1"), 1352) == "The webhook for the provided 'ID' was not found."


def test_a_header_explains_the_error_of_the_service(api):
    assert api.send(Subject=5).headers["X-Sandbox-Reason"] == "'Subject' must be a string, not a number."
    reason = api.get("/message-streams/n\u00e9ws%0Aa").headers["X-Sandbox-Reason"]
    assert reason == r"There is no message stream 'n\xe9ws?a' on this server."
    assert "X-Sandbox-Reason" not in api.send(TextBody=None).headers


def test_an_alias_is_derived_from_the_name(api):
    """Templates may have the same name, and each gets an alias of its own, also after one was deleted."""
    first, second = (api.post("/templates", TEMPLATE).json() for _ in range(2))
    assert (first["Alias"], second["Alias"]) == ("order-confirmation", "order-confirmation-1")
    api.delete(f"/templates/{first['TemplateId']}")
    third, fourth = (api.post("/templates", {**TEMPLATE, "Alias": None}).json() for _ in range(2))
    assert len({row["Alias"].lower() for row in (second, third, fourth)}) == 3
    assert api.post("/templates", LAYOUT).json()["Alias"] == "frame"


@pytest.mark.parametrize(
    "name, alias",
    [
        ("\u00c4pfel & Birnen!", "apfel-birnen"),
        ("2FA code", "template-2fa-code"),
        ("\u5bc6\u7801", "template"),
        ("x" * 255, "x" * 235),
    ],
)
def test_an_alias_of_any_name_is_valid(api, name, alias):
    made = api.post("/templates", {**TEMPLATE, "Name": name}).json()
    assert made["Alias"] == alias
    assert api.put(f"/templates/{made['TemplateId']}", made).status_code == 200


def test_a_body_that_a_template_does_not_have_is_null(api):
    number = api.post("/templates", {**TEMPLATE, "TextBody": None, "HtmlBody": "<p>"}).json()["TemplateId"]
    assert api.get(f"/templates/{number}").json()["TextBody"] is None


def test_ids_start_with_large_numbers(api, account):
    """Programs take 1 for an id that does not exist."""
    made = [
        api.post("/templates", TEMPLATE).json()["TemplateId"],
        api.post("/webhooks", {"Url": "https://x.example"}).json()["ID"],
        api.post("/triggers/inboundrules", {"Rule": "x.example"}).json()["ID"],
        account.post("/domains", {"Name": "x.example"}).json()["ID"],
        account.post("/senders", {"FromEmail": "a@x.example", "Name": "A"}).json()["ID"],
        account.post("/servers", {"Name": "x"}).json()["ID"],
        api.get("/server").json()["ID"],
        account.post("/data-removals", {"RequestedBy": "a@x.com", "RequestedFor": "b@x.com"}).json()["ID"],
    ]
    assert min(made) > 1_000_000
    assert len(set(made)) == len(made)


@pytest.mark.parametrize("address", ["invalid", "a@b@c", "A <a@b.com>"])
def test_a_dump_for_an_address_that_is_not_valid_is_empty(api, address):
    response = api.get("/message-streams/outbound/suppressions/dump", EmailAddress=address)
    assert (response.status_code, response.json()) == (200, {"Suppressions": []})


def test_null_changes_nothing_of_a_domain_or_signature(account):
    domain = account.post("/domains", {"Name": "x.example", "ReturnPathDomain": "pm.x.example"}).json()
    assert account.put(f"/domains/{domain['ID']}", {"ReturnPathDomain": None}).json() == domain
    signature = account.post("/senders", {"FromEmail": "a@x.example", "Name": "A", "ReplyToEmail": "b@x.com"}).json()
    nothing = dict.fromkeys(["Name", "ReplyToEmail", "ReturnPathDomain", "ConfirmationPersonalNote"])
    assert account.put(f"/senders/{signature['ID']}", nothing).json() == signature


def test_a_return_path_is_checked_before_it_is_set(account):
    domain = account.post("/domains", {"Name": "x.example"}).json()
    assert (domain["ReturnPathDomain"], domain["ReturnPathDomainCNAMEValue"]) == ("", "pm.mtasv.net")
    signature = account.post("/senders", {"FromEmail": "a@x.example", "Name": "A"}).json()
    assert signature["ReturnPathDomainCNAMEValue"] == "pm.mtasv.net"


@pytest.mark.parametrize(
    "ids, text",
    [
        ({"SourceServerID": 1, "DestinationServerID": 1}, "The source and destination servers were not found."),
        ({"SourceServerID": 1, "DestinationServerID": "own"}, "The source server was not found."),
        ({"SourceServerID": "own", "DestinationServerID": 1}, "The destination server was not found."),
    ],
)
def test_a_push_checks_both_servers_first(api, account, rejected, ids, text):
    own = api.get("/server").json()["ID"]
    body = {name: own if given == "own" else given for name, given in ids.items()}
    rejected(account.put("/templates/push", {**body, "PerformChanges": True}), 422, 601, text)
