"""`client.webhooks` against contract section 2.10."""

from __future__ import annotations

import pytest

from emailapi import (
    ContentTrigger,
    HttpAuth,
    HttpHeader,
    InvalidRequest,
    OpenTrigger,
    Page,
    Trigger,
    TriggerCheck,
    Triggers,
    Webhook,
    WebhookStatus,
    WebhookVerification,
)

TRIGGERS = Triggers(
    open=OpenTrigger(enabled=True, post_first_open_only=False),
    click=Trigger(enabled=True),
    delivery=Trigger(enabled=True),
    bounce=ContentTrigger(enabled=False, include_content=True),
    spam_complaint=ContentTrigger(enabled=False, include_content=False),
    subscription_change=Trigger(enabled=True),
)
HOOK = Webhook(
    id=1234567,
    url="https://hook:p4ss@e.com/hook",
    message_stream="outbound",
    status=WebhookStatus.VERIFIED,
    http_auth=HttpAuth(username="u", password="p"),
    http_headers=(HttpHeader(name="X-Secret", value="v"),),
    triggers=TRIGGERS,
)
BARE = Webhook(
    id=1234568,
    url="https://e.com/bare",
    message_stream="outbound",
    status="",
    http_auth=None,
    http_headers=(),
    triggers=Triggers(open=OpenTrigger(enabled=True, post_first_open_only=None)),
)

CALLS = [
    (
        lambda client: client.webhooks.list(message_stream="outbound"),
        "GET /webhooks",
        {"query": "webhooks_query", "response": "webhooks"},
        Page((HOOK, BARE), 2),
    ),
    (lambda client: client.webhooks.list(), "GET /webhooks", {"response": "webhooks"}, Page((HOOK, BARE), 2)),
    (lambda client: client.webhooks.get(1234567), "GET /webhooks/1234567", {"response": "webhook"}, HOOK),
    (
        lambda client: client.webhooks.create(
            url="https://hook:p4ss@e.com/hook",
            message_stream="broadcast",
            http_auth=HttpAuth(username="u", password="p"),
            http_headers=HOOK.http_headers,
            triggers=TRIGGERS,
            verify=False,
        ),
        "POST /webhooks",
        {"body": "webhook_create", "response": "webhook"},
        HOOK,
    ),
    (
        lambda client: client.webhooks.edit(
            1234567,
            url="https://e.com/other",
            http_auth=HttpAuth(username="u2", password="p2"),
            http_headers=[],
            # What a trigger leaves out stays as it is.
            triggers=Triggers(open=OpenTrigger(post_first_open_only=True), click=Trigger(enabled=False)),
            verify=True,
        ),
        "PUT /webhooks/1234567",
        {"body": "webhook_edit", "response": "webhook"},
        HOOK,
    ),
    (lambda client: client.webhooks.delete(1234567), "DELETE /webhooks/1234567", {}, None),
    (
        lambda client: client.webhooks.verify(354118),
        "POST /webhooks/354118/verify",
        {"body": "empty", "response": "webhook_verify"},
        WebhookVerification(
            id=354118,
            url="https://hook:p4ss@e.com/hook",
            success=True,
            results=(
                TriggerCheck(trigger_type="Open", success=True, status_code=200, message="OK"),
                TriggerCheck(
                    trigger_type="SpamComplaint", success=False, status_code=500, message="It responded with 500."
                ),
                TriggerCheck(trigger_type="Bounce", success=False, status_code=None, message="It did not respond."),
            ),
            message="1/3 were verified.",
        ),
    ),
]


@pytest.mark.parametrize("call, line, files, expected", CALLS)
def test_each_method_sends_the_documented_request_and_reads_the_response(contract, call, line, files, expected):
    assert contract(call, line, **files) == expected


@pytest.mark.parametrize("left_out", ["", "ErrorCode"])
def test_a_webhook_that_did_not_respond(service, responses_json, left_out):
    """A rejected webhook's error tells each kind of event it failed at; the code stands in a header, too."""
    value = responses_json("webhook_unverified")
    value.pop(left_out, None)
    service.respond("POST", "/webhooks", value, 422, X_PM_ApiErrorCode="1364")
    with pytest.raises(InvalidRequest, match="1/2 were verified") as caught:
        service.client.webhooks.create(url="https://e.com/hook")
    assert caught.value.code == 1364
    assert caught.value.errors == {"SpamComplaint": ("It responded with 500.",)}


@pytest.mark.parametrize("results", [5, [5], {"a": 1}])
def test_unreadable_results_do_not_hide_the_rejection_of_a_webhook(service, results):
    service.respond("PUT", "/webhooks/7", {"ErrorCode": 1364, "Message": "No.", "Results": results}, 422)
    with pytest.raises(InvalidRequest, match="No.") as caught:
        service.client.webhooks.edit(7, verify=True)
    assert caught.value.errors == {}
