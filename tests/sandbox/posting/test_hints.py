"""Hints for requests that were not accepted."""

from __future__ import annotations

import pytest

from emailapi import Email, HttpAuth
from emailapi.sandbox.posting.hints import hint
from emailapi.sandbox.posting.orders import Outcome
from emailapi.sandbox.posting.targets import read_url

RAILS = "/rails/action_mailbox/postmark/inbound_emails"


def _hint(status, *, url="http://127.0.0.1:3000/hooks?a=b", kind="Bounce", raw=False, has_login=False):
    target = read_url(url)
    outcome = Outcome(url=target.shown, target=target, status=status, has_login=has_login)
    return hint(kind, outcome, b"x" * 42, raw=raw)


@pytest.mark.parametrize(
    "status, text",
    [
        (401, "127.0.0.1:3000 wants a login: set HttpAuth, or a user name and password in the URL"),
        (403, "a response with 403 stops all retries"),
        (404, "127.0.0.1:3000 has nothing at /hooks: is the path of the URL right?"),
        (405, "/hooks does not take POST"),
        (413, "the request has 42 bytes, which is more than 127.0.0.1:3000 accepts"),
        (415, "the endpoint must accept JSON: requests have Content-Type: application/json"),
        (302, "the redirect has no header Location"),
        (422, "127.0.0.1:3000 rejected the request"),
        (500, "127.0.0.1:3000 failed: its log has the reason"),
        (200, ""),
        (204, ""),
    ],
)
def test_each_status_has_a_hint(status, text):
    assert _hint(status) == text


def test_rejected_credentials_have_a_hint():
    assert _hint(401, has_login=True) == "127.0.0.1:3000 does not accept the user name and password of the webhook"
    in_url = _hint(401, url="http://u:p@127.0.0.1:3000/", has_login=True)
    assert in_url == "127.0.0.1:3000 does not accept the user name and password in the URL"


def test_rails_has_a_hint_about_the_source_of_an_inbound_email():
    url = f"http://actionmailbox:pw@127.0.0.1:3000{RAILS}"
    assert "set RawEmailEnabled" in _hint(422, url=url, kind="Inbound")
    assert _hint(422, url=url, kind="Inbound", raw=True) == "127.0.0.1:3000 rejected the request"


def test_an_inbound_email_requires_200():
    assert "must respond with 200, not 204" in _hint(204, kind="Inbound")


def test_each_attempt_has_its_own_hint(client, sandbox, receiver, posted, hook):
    client.webhooks.edit(hook.id, http_auth=HttpAuth(username="u", password="p"))
    receiver.respond = lambda _request: 401
    client.outbound.send(Email(to="ada@example.com", text_body="x"))
    posted()
    assert "user name and password of the webhook" in sandbox.webhooks.attempts()[0].hint
