"""The servers of the account: made, listed, set and deleted."""

from __future__ import annotations

import pytest

from emailapi.sandbox import Sandbox
from emailapi.sandbox.tables import servers


def made(account, **settings):
    """Make a server that must be accepted."""
    response = account.post("/servers", {"Name": "Second", **settings})
    assert response.status_code == 200, response.text
    return response.json()


def listed(account, **query):
    response = account.get("/servers", **{"count": 50, "offset": 0, **query})
    assert response.status_code == 200, response.text
    return [server["Name"] for server in response.json()["Servers"]], response.json()["TotalCount"]


def test_a_new_server_has_its_own_tokens(sandbox, api, account):
    first = api.get("/server").json()
    second = made(account, Color="red", TrackOpens=True, InboundSpamThreshold=5)
    assert (second["Color"], second["TrackOpens"], second["InboundSpamThreshold"]) == ("red", True, 5)
    assert second["DeliveryType"] == "Live"
    assert set(second) == set(first)
    for name in ("ID", "ApiTokens", "InboundHash", "InboundAddress", "ServerLink"):
        assert second[name]
        assert second[name] != first[name]
    assert account.get(f"/servers/{second['ID']}").json() == second


def test_a_new_server_can_send(sandbox, account, api, open_api):
    token = made(account)["ApiTokens"][0]
    second = open_api(sandbox, token)
    message_id = second.accepted()
    assert second.accepted(MessageStream="broadcast")
    assert second.details(message_id)["Sandboxed"] is False
    assert (second.found()["TotalCount"], api.found()["TotalCount"]) == (1, 0)
    assert second.get("/server").json()["ApiTokens"] == [token]


def test_a_sandbox_server_delivers_nothing(sandbox, account, open_api):
    server = made(account, DeliveryType="Sandbox")
    assert server["DeliveryType"] == "Sandbox"
    api = open_api(sandbox, server["ApiTokens"][0])
    message = api.details(api.accepted())
    assert message["Sandboxed"] is True
    assert [event["Type"] for event in message["MessageEvents"]] == ["Delivered"]


def test_servers_are_listed_newest_first_in_pages(account):
    for name in ("Shop live", "Shop test", "\u00c4pfel 100%"):
        made(account, Name=name)
    assert listed(account) == (["\u00c4pfel 100%", "Shop test", "Shop live", "Sandbox"], 4)
    assert listed(account, count=2, offset=1) == (["Shop test", "Shop live"], 4)
    assert listed(account, name="shop") == (["Shop test", "Shop live"], 2)
    assert listed(account, name="\u00e4PFEL") == (["\u00c4pfel 100%"], 1)
    assert listed(account, name="%") == (["\u00c4pfel 100%"], 1)
    assert listed(account, name="none") == ([], 0)


def test_a_listed_server_has_every_key(account):
    second = made(account)
    assert account.get("/servers", count=1, offset=0).json() == {"TotalCount": 2, "Servers": [second]}


@pytest.mark.parametrize("query", [{}, {"count": 0, "offset": 0}, {"count": 501, "offset": 0}, {"count": 5}])
def test_an_invalid_query_is_code_600(account, rejected, query):
    rejected(account.get("/servers", **query), 422, 600)


def test_a_server_can_be_edited(account):
    second = made(account, DeliveryType="Sandbox")
    path = f"/servers/{second['ID']}"
    changed = {**second, "Name": "Third", "TrackLinks": "HtmlAndText"}
    assert account.put(path, changed).json() == changed
    assert account.get(path).json() == changed


@pytest.mark.parametrize(
    "body, code, text",
    [
        ({}, 609, "a server"),
        ({"Color": "Red"}, 608, "'Name'"),
        ({"Name": ""}, 608, "'Name'"),
        ({"Name": "sandbox"}, 603, "sandbox"),
        ({"Name": "x", "DeliveryType": "Live!"}, 613, "Live, Sandbox"),
        ({"Name": "x", "DeliveryType": "sandbox"}, 613, "'sandbox'"),
        ({"Name": "x", "DeliveryType": True}, 403, "'DeliveryType'"),
        ({"Name": "x", "InboundHookUrl": "x"}, 606, "'InboundHookUrl'"),
        ({"Name": "x", "InboundSpamThreshold": 99}, 611, "99"),
    ],
)
def test_an_invalid_server_is_rejected_by_its_code(account, rejected, body, code, text):
    rejected(account.post("/servers", body), 422, code, text)
    assert listed(account) == (["Sandbox"], 1)


def test_an_invalid_edit_is_rejected(account, rejected):
    """A server cannot become what it could not be made as, nor change its type of delivery."""
    path = f"/servers/{made(account)['ID']}"
    rejected(account.put(path, {}), 422, 609)
    rejected(account.put(path, {"Name": "Sandbox"}), 422, 603)
    rejected(account.put(path, {"DeliveryType": "Sandbox", "Name": "x"}), 422, 613, "never changes")
    assert account.get(path).json()["Name"] == "Second"


@pytest.mark.parametrize("server_id", ["2", "0", "-1", "x", "1.0", "9" * 30])
def test_an_unknown_server_is_code_422(sandbox, account, rejected, server_id):
    sandbox.allow(delete_servers=True)
    for response in (
        account.get(f"/servers/{server_id}"),
        account.put(f"/servers/{server_id}", {"Name": "x"}),
        account.delete(f"/servers/{server_id}"),
    ):
        rejected(response, 422, 422, server_id)


def test_deleting_servers_requires_permission(sandbox, account, rejected):
    path = f"/servers/{made(account)['ID']}"
    rejected(account.delete(path), 422, 604, "allow(delete_servers=True)")
    sandbox.allow(delete_servers=True)
    assert account.delete(path).json() == {"ErrorCode": 0, "Message": "Server Second removed."}
    sandbox.allow(delete_servers=False)
    rejected(account.delete("/servers/4000001"), 422, 604)


def test_a_deleted_server_loses_its_data_and_tokens(sandbox, account, api, open_api, index_all, rejected):
    sandbox.allow(delete_servers=True)
    server = made(account)
    second = open_api(sandbox, server["ApiTokens"][0])
    second.accepted(Subject="Hello again", Metadata={"Key": "v"}, Attachments=[FILE])
    second.accepted(To="hardbounce@bounce-testing.postmarkapp.com", MessageStream="broadcast")
    index_all()
    kept = api.accepted(Subject="Hello again", Metadata={"Key": "v"})
    assert account.delete(f"/servers/{server['ID']}").status_code == 200
    rejected(second.get("/server"), 401, 10)
    rejected(second.send(), 401, 10)
    for query in ({"subject": "again"}, {"metadata_key": "v"}, {"recipient": "reader@example.com"}):
        assert [message["MessageID"] for message in api.found(**query)["Messages"]] == [kept]
    with sandbox.store.transaction(writing=False) as db:
        counts = {table: db.number(f"SELECT count(*) FROM {table}") for table in ONE_SERVERS}
        assert not db.rows("PRAGMA foreign_key_check")
    index_all()
    with sandbox.store.transaction() as db:
        db.run("INSERT INTO subjects (subjects, rank) VALUES ('integrity-check', 1)")
    assert counts == ONE_SERVERS
    assert made(account)["ID"] > server["ID"]


FILE = {"Name": "a.txt", "Content": "aGVsbG8=", "ContentType": "text/plain"}
# What the first server's one email leaves.
ONE_SERVERS = {
    "servers": 1,
    "tokens": 1,
    "streams": 3,
    "messages": 1,
    "contents": 1,
    "attachments": 0,
    "recipients": 1,
    "metadata": 1,
    "events": 1,
    "bounces": 0,
    "suppressions": 0,
}


def test_the_first_server_cannot_be_deleted(sandbox, account, rejected, tmp_path):
    sandbox.allow(delete_servers=True)
    rejected(account.delete("/servers/4000001"), 422, 605, "'Sandbox'")


def test_permissions_and_servers_survive_a_restart(tmp_path):
    with Sandbox(tmp_path / "messages.db") as sandbox:
        sandbox.allow(delete_servers=True)
        sandbox.allow()
        with sandbox.store.transaction() as db:
            token = servers.tokens(db, servers.create(db, "Second", 0))
    with Sandbox(tmp_path / "messages.db") as sandbox, sandbox.store.transaction() as db:
        assert servers.tokens(db, servers.FIRST + 1) == token
        assert db.number("SELECT delete_servers FROM account") == 1


def test_a_server_token_does_not_open_account_requests(account, api, rejected):
    for method, path in (
        ("GET", "/servers?count=1&offset=0"),
        ("GET", "/servers/4000001"),
        ("DELETE", "/servers/4000001"),
    ):
        rejected(api.request(method, path), 401, 10)
    rejected(api.post("/servers", {"Name": "x"}), 401, 10)
    rejected(api.put("/servers/4000001", {"Name": "x"}), 401, 10)
