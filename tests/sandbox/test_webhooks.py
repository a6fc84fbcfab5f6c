"""Webhooks: what is kept, and what is rejected."""

from __future__ import annotations

import pytest

from emailapi.sandbox.tables import servers

URL = "https://hooks.example.com/mail?x=1"
TRIGGERS = {
    "Open": {"Enabled": False, "PostFirstOpenOnly": False},
    "Click": {"Enabled": False},
    "Delivery": {"Enabled": False},
    "Bounce": {"Enabled": False, "IncludeContent": False},
    "SpamComplaint": {"Enabled": False, "IncludeContent": False},
    "SubscriptionChange": {"Enabled": False},
}


@pytest.fixture
def make(api):
    """Makes a webhook that must be accepted, and returns the response."""

    def make(**fields):
        response = api.post("/webhooks", {"Url": URL, **fields})
        assert response.status_code == 200, response.text
        return response.json()

    return make


@pytest.fixture
def edit(api):
    """Edits a webhook."""
    return lambda number, **changes: api.request("PUT", f"/webhooks/{number}", json=changes)


def listed(api, **query):
    return [webhook["ID"] for webhook in api.get("/webhooks", **query).json()["Webhooks"]]


def test_a_new_webhook_has_every_key(api, make):
    """The response has every key of a webhook, unverified as long as the sandbox calls none."""
    made = make()
    assert made == {
        "ID": made["ID"],
        "Url": URL,
        "MessageStream": "outbound",
        "Status": "unverified",
        "HttpAuth": None,
        "HttpHeaders": [],
        "Triggers": TRIGGERS,
    }
    assert api.get(f"/webhooks/{made['ID']}").json() == made


def test_a_webhook_can_be_created_with_every_field(make):
    made = make(
        MessageStream="broadcast",
        HttpAuth={"Username": "u", "Password": "p:q"},
        HttpHeaders=[{"Name": "X-Secret", "Value": "s"}, {"Name": "X-Empty", "Value": None}],
        Triggers={"Open": {"Enabled": True, "PostFirstOpenOnly": True}, "Bounce": {"IncludeContent": True}},
        Verify=False,
    )
    assert made["MessageStream"] == "broadcast"
    assert made["HttpAuth"] == {"Username": "u", "Password": "p:q"}
    assert made["HttpHeaders"] == [{"Name": "X-Secret", "Value": "s"}, {"Name": "X-Empty", "Value": ""}]
    assert made["Triggers"] == {
        **TRIGGERS,
        "Open": {"Enabled": True, "PostFirstOpenOnly": True},
        "Bounce": {"Enabled": False, "IncludeContent": True},
    }


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8000/hook", "https://u:p@example.com", "HTTPS://example.com/", "http://[::1]:9/x"],
)
def test_urls_with_credentials_port_or_ip_address_are_accepted(make, url):
    assert make(Url=url)["Url"] == url


@pytest.mark.parametrize(
    "fields, code, text",
    [
        *(
            ({"Url": url}, 1354, "'Url'")
            for url in (
                None,
                "",
                "example.com/hook",
                "ftp://example.com",
                "https://",
                "https:///x",
                "https://a b.example",
                "http://x:99999/",
                "http://[::1",
                "https://exa\u00e9.example/",
                "https://x.example/\r\nX: y",
            )
        ),
        ({"Url": 5}, 403, "'Url' must be a string"),
        ({"ID": 5}, 1356, "'ID'"),
        ({"Status": "verified"}, 1363, "'Status'"),
        ({"MessageStream": "nothing"}, 1226, "'nothing'"),
        ({"MessageStream": "inbound"}, 1351, "inbound"),
        ({"Triggers": []}, 403, "'Triggers' must be an object"),
        ({"Triggers": {"Opens": {"Enabled": True}}}, 1353, "no trigger 'Opens'"),
        ({"Triggers": {"Open": True}}, 403, "'Triggers.Open' must be an object"),
        ({"Triggers": {"Open": {"Enabled": "yes"}}}, 403, "'Triggers.Open.Enabled' must be a boolean"),
        ({"HttpAuth": "u:p"}, 403, "'HttpAuth' must be an object"),
        ({"HttpAuth": {"Username": "u:p"}}, 1361, "colon"),
        ({"HttpAuth": {"Password": "p"}}, 1361, "'Username'"),
        ({"HttpAuth": {"Username": "a\nb"}}, 1361, "line breaks"),
        ({"HttpHeaders": {}}, 403, "'HttpHeaders' must be an array"),
        ({"HttpHeaders": [5]}, 403, "'HttpHeaders[]' must be an object"),
        ({"HttpHeaders": [{"Value": "v"}]}, 1358, "'HttpHeaders[].Name' is missing"),
        ({"HttpHeaders": [{"Name": "X Y", "Value": "v"}]}, 1358, "'X Y'"),
        ({"HttpHeaders": [{"Name": "Content-Type", "Value": "v"}]}, 1358, "'Content-Type'"),
        ({"HttpHeaders": [{"Name": "X", "Value": "a\r\nb"}]}, 1361, "line breaks"),
        ({"Verify": "no"}, 403, "'Verify' must be a boolean"),
    ],
)
def test_an_invalid_webhook_is_rejected_by_its_code(api, rejected, fields, code, text):
    rejected(api.post("/webhooks", {"Url": URL, **fields}), 422, code, text)
    assert listed(api) == []


def test_an_empty_body_is_code_1355(api, rejected, make, edit):
    rejected(api.post("/webhooks", {}), 422, 1355)
    rejected(edit(make()["ID"]), 422, 1355)
    rejected(api.request("POST", "/webhooks", data="null", headers={"Content-Type": "application/json"}), 422, 1355)
    rejected(api.post("/webhooks", [URL]), 422, 403, "an object")


def test_an_edit_changes_only_the_given_fields(api, make, edit):
    made = make(
        HttpAuth={"Username": "u", "Password": "p"},
        HttpHeaders=[{"Name": "X-A", "Value": "1"}],
        Triggers={"Open": {"Enabled": True, "PostFirstOpenOnly": True}, "Click": {"Enabled": True}},
    )
    changed = edit(made["ID"], Triggers={"Open": {"Enabled": False}, "Delivery": {"Enabled": True}}, HttpAuth=None)
    triggers = {
        **TRIGGERS,
        "Open": {"Enabled": False, "PostFirstOpenOnly": True},
        "Click": {"Enabled": True},
        "Delivery": {"Enabled": True},
    }
    assert changed.json() == {**made, "Triggers": triggers}
    changed = edit(made["ID"], Url="http://new.example", HttpHeaders=[], HttpAuth={"Username": "", "Password": ""})
    assert changed.json() == {
        **made,
        "Url": "http://new.example",
        "HttpHeaders": [],
        "HttpAuth": None,
        "Triggers": triggers,
    }
    assert api.get(f"/webhooks/{made['ID']}").json() == changed.json()


@pytest.mark.parametrize(
    "changes, code",
    [({"ID": 1}, 1357), ({"MessageStream": "outbound"}, 1357), ({"Status": "verified"}, 1363), ({"Url": ""}, 1354)],
)
def test_id_stream_and_status_cannot_be_edited(api, rejected, make, edit, changes, code):
    made = make()
    rejected(edit(made["ID"], **changes), 422, code)
    assert api.get(f"/webhooks/{made['ID']}").json() == made


def test_webhooks_are_listed_oldest_first_and_filtered(api, rejected, make):
    first, second = make()["ID"], make(MessageStream="broadcast")["ID"]
    assert set(api.get("/webhooks").json()) == {"Webhooks"}
    assert listed(api) == [first, second]
    assert listed(api, MessageStream="broadcast") == [second]
    assert listed(api, messagestream="outbound", status="Unverified") == [first]
    assert listed(api, Status="verified") == []
    rejected(api.get("/webhooks", MessageStream="nothing"), 422, 1226)
    rejected(api.get("/webhooks", Status="odd"), 422, 1362)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("number", ["77", "abc", "0", "-1", "9" * 40])
def test_an_unknown_webhook_is_code_1352(api, rejected, method, number):
    body = {"Url": URL} if method == "PUT" else None
    rejected(api.request(method, f"/webhooks/{number}", json=body), 422, 1352, "no webhook")


def test_a_deleted_webhook_is_gone(api, rejected, make):
    number = make()["ID"]
    response = api.request("DELETE", f"/webhooks/{number}")
    assert response.json() == {"ErrorCode": 0, "Message": f"Webhook {number} removed."}
    rejected(api.get(f"/webhooks/{number}"), 422, 1352)
    assert make()["ID"] > number


def test_webhooks_of_other_servers_are_not_visible(sandbox, open_api, rejected, make):
    number = make()["ID"]
    with sandbox.store.transaction() as db:
        token = servers.tokens(db, servers.create(db, "Second", 0))[0]
    other = open_api(sandbox, token)
    assert listed(other) == []
    rejected(other.get(f"/webhooks/{number}"), 422, 1352)
    rejected(other.request("DELETE", f"/webhooks/{number}"), 422, 1352)


def test_a_stream_has_at_most_ten_webhooks(api, rejected, make):
    for _ in range(10):
        make()
    rejected(api.post("/webhooks", {"Url": URL}), 422, 1359, "'outbound' has 10")
    make(MessageStream="broadcast")


def test_an_archived_stream_accepts_no_webhook(api, sandbox, rejected, make, edit):
    api.post("/message-streams", {"ID": "news", "Name": "News", "MessageStreamType": "Broadcasts"})
    number = make(MessageStream="news")["ID"]
    assert api.request("POST", "/message-streams/news/archive").status_code == 200
    rejected(api.post("/webhooks", {"Url": URL, "MessageStream": "news"}), 422, 1350, "archived")
    rejected(edit(number, Url="http://new.example"), 422, 1350)
    assert api.get(f"/webhooks/{number}").json()["Url"] == URL
    assert listed(api, MessageStream="news") == [number]
    with sandbox.store.transaction() as db:
        db.run("UPDATE streams SET archived_at = 1 WHERE id = 'news'")
    rejected(api.get(f"/webhooks/{number}"), 422, 1352)
    assert listed(api) == []
