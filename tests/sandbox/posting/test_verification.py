"""Whether a webhook responds: asked only if a request says so."""

from __future__ import annotations

import json

import pytest

from emailapi import Email, InvalidRequest
from emailapi.webhooks import parse

from .conftest import ALL

TRIGGERS = {
    "Open": {"Enabled": True},
    "Bounce": {"Enabled": True, "IncludeContent": True},
    "SpamComplaint": {"Enabled": False},
}


@pytest.mark.parametrize("verify", [None, False])
def test_a_webhook_is_verified_only_on_request(api, receiver, sandbox, verify):
    body = {"Url": receiver.url(), "Triggers": TRIGGERS}
    made = api.post("/webhooks", body if verify is None else {**body, "Verify": verify}).json()
    assert made["Status"] == "unverified"
    assert receiver.requests == []
    api.accepted(To="softbounce@bounce-testing.postmarkapp.com")
    sandbox.clock.wait_idle(60)
    assert len(receiver.requests) == 1


def test_a_sample_of_each_enabled_event_is_posted(api, receiver, sandbox):
    made = api.post(
        "/webhooks",
        {
            "Url": receiver.url(),
            "Triggers": TRIGGERS,
            "Verify": True,
            "HttpAuth": {"Username": "u", "Password": "p"},
            "HttpHeaders": [{"Name": "X-Secret", "Value": "s"}],
        },
    ).json()
    assert made["Status"] == "verified"
    assert [parse(request.body).record_type for request in receiver.requests] == ["Open", "Bounce"]
    assert {(each.headers["AUTHORIZATION"], each.headers["X_SECRET"]) for each in receiver.requests} == {
        ("Basic dTpw", "s")
    }
    assert [(each.trigger, each.webhook_id, each.number) for each in sandbox.webhooks.attempts()] == [
        ("Bounce", None, 1),
        ("Open", None, 1),
    ]


def test_a_webhook_that_does_not_respond_is_not_saved(api, receiver):
    receiver.respond_with(200, 500)
    response = api.post("/webhooks", {"Url": receiver.url(), "Triggers": TRIGGERS, "Verify": True})
    assert (response.status_code, response.headers["X-PM-ApiErrorCode"]) == (422, "1364")
    assert response.json() == {
        "ErrorCode": 1364,
        "Id": 0,
        "Url": receiver.url(),
        "Success": False,
        "Results": [
            {"TriggerType": "Open", "Success": True, "StatusCode": 200, "Message": "OK"},
            {
                "TriggerType": "Bounce",
                "Success": False,
                "StatusCode": 500,
                "Message": f"127.0.0.1:{receiver.port} failed: its log has the reason",
            },
        ],
        "Message": "1/2 triggers responded with status 200.",
    }
    assert api.get("/webhooks").json() == {"Webhooks": []}


def test_a_2xx_other_than_200_does_not_verify(api, receiver):
    receiver.respond = lambda _request: 204
    response = api.post("/webhooks", {"Url": receiver.url(), "Triggers": TRIGGERS, "Verify": True}).json()
    assert response["Results"][0]["Message"] == "the response has status 204 instead of 200"


def test_an_edit_that_is_not_verified_changes_nothing(api, receiver):
    made = api.post("/webhooks", {"Url": receiver.url("/old"), "Triggers": TRIGGERS}).json()
    receiver.respond = lambda _request: 404
    changes = {"Url": receiver.url("/new"), "Triggers": {"Click": {"Enabled": True}}, "Verify": True}
    response = api.put(f"/webhooks/{made['ID']}", changes)
    assert (response.status_code, response.json()["Id"]) == (422, made["ID"])
    assert [result["TriggerType"] for result in response.json()["Results"]] == ["Open", "Click", "Bounce"]
    assert api.get(f"/webhooks/{made['ID']}").json() == made
    receiver.respond = lambda _request: 200
    changed = api.put(f"/webhooks/{made['ID']}", changes).json()
    assert (changed["Status"], changed["Url"]) == ("verified", receiver.url("/new"))


def test_a_body_with_other_errors_is_rejected_before_verification(api, receiver, rejected):
    body = {"Url": receiver.url(), "Triggers": TRIGGERS, "Verify": True, "MessageStream": "inbound"}
    rejected(api.post("/webhooks", body), 422, 1351)
    assert receiver.requests == []


@pytest.mark.costly
def test_verify_shows_the_result_and_stores_a_success(client, api, receiver, hook):
    receiver.respond_with(500)
    result = client.webhooks.verify(hook.id)
    assert (result.id, result.success, len(result.results)) == (hook.id, False, 6)
    assert [check.success for check in result.results] == [False, True, True, True, True, True]
    assert client.webhooks.get(hook.id).status == "unverified"
    assert client.webhooks.verify(hook.id).success
    assert client.webhooks.get(hook.id).status == "verified"
    assert [webhook.id for webhook in client.webhooks.list()] == [hook.id]
    assert api.get("/webhooks", Status="verified").json()["Webhooks"][0]["ID"] == hook.id


def test_an_unknown_webhook_is_not_verified(api, rejected):
    rejected(api.request("POST", "/webhooks/77/verify"), 422, 1352)


def test_our_client_raises_the_response_of_the_webhook(client, receiver):
    receiver.respond = lambda _request: 401
    with pytest.raises(InvalidRequest) as caught:
        client.webhooks.create(url=receiver.url(), triggers=ALL, verify=True)
    assert caught.value.code == 1364


def test_a_webhook_may_call_the_sandbox_while_it_is_verified(api, client, receiver):
    receiver.respond = lambda request: 200 if client.server.get() and json.loads(request.body) else 500
    assert api.post("/webhooks", {"Url": receiver.url(), "Triggers": TRIGGERS, "Verify": True}).status_code == 200


def test_the_error_says_that_a_target_is_not_allowed(api):
    response = api.post("/webhooks", {"Url": "https://hooks.example.com/", "Triggers": TRIGGERS, "Verify": True}).json()
    assert "is not this machine" in response["Results"][0]["Message"]
    assert response["Results"][0]["StatusCode"] is None


def test_samples_are_not_replayed(client, sandbox, receiver, hook):
    receiver.respond_with(500, 500)
    client.webhooks.verify(hook.id)
    assert sandbox.webhooks.replay_failed(hook) == []
    client.outbound.send(Email(to="ada@example.com", text_body="x"))
    sandbox.clock.advance(days=1)
    assert len(receiver.requests) == 7
