"""`sandbox.requests`: the last requests, and why some were rejected."""

from __future__ import annotations

import pytest


def test_requests_are_listed_with_the_reason_of_a_rejection(api, sandbox):
    sent = api.accepted()
    api.send(To="nobody")
    api.post("/email/batch", [api.email(), api.email(To="nobody")])
    api.get("/nothing")
    sandbox.faults.fail(status=502)
    api.send()
    newest, nothing, batch, single, first = sandbox.requests()
    assert (first.method, first.path, first.status, first.message_ids) == ("POST", "/email", 200, (sent,))
    assert first.server_id == api.get("/server").json()["ID"]
    assert first.user_agent.startswith("python-requests")
    assert [(one.code, one.index) for one in single.rejections] == [(300, None)]
    assert "nobody" in single.rejections[0].message
    assert [(one.code, one.index) for one in batch.rejections] == [(300, 1)]
    assert len(batch.message_ids) == 1
    assert (nothing.status, nothing.rejections[0].code) == (404, 12)
    assert (newest.status, newest.fault) == (502, "fault 1: returned 502")
    rejected = sandbox.requests(rejected=True)
    assert [one.path for one in rejected] == ["/email", "/nothing", "/email/batch", "/email"]
    assert sandbox.token not in repr(sandbox.requests())


@pytest.mark.exhaustive
@pytest.mark.slow
def test_the_last_1000_requests_are_stored(api, sandbox):
    for number in range(1_010):
        api.get(f"/nothing/{number}")
    listed = sandbox.requests()
    assert (len(listed), listed[-1].path) == (1_000, "/nothing/10")


def test_the_ids_of_a_batch_are_in_the_order_of_its_emails(sandbox, api):
    sent = [item["MessageID"] for item in api.post("/email/batch", [api.email()] * 3).json()]
    assert [*sandbox.requests()[0].message_ids] == sent
