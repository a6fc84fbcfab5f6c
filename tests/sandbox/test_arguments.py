"""Wrong arguments of the sandbox's own methods: an error of the package names the argument."""

from __future__ import annotations

import pytest

from emailapi import Attachment, ConfigurationError, Email, InvalidArgument, InvalidEmail
from emailapi.sandbox import Sandbox

WRONG = [b"x", ["x"], {"a": 1}, object(), True, -1, 1.5, float("nan"), 10**400]


def _expect(sandbox, **arguments):
    with sandbox.expect(**{"timeout": 0, **arguments}):
        raise AssertionError("the block must not run")


# By name of the argument; each call is given one wrong value after the other.
CALLS = {
    "query": (
        lambda sandbox, email, value: sandbox.messages(value),
        lambda sandbox, email, value: sandbox.wait_for(value, timeout=0),
        lambda sandbox, email, value: _expect(sandbox, query=value),
    ),
    "limit": (
        lambda sandbox, email, value: sandbox.messages(limit=value),
        lambda sandbox, email, value: sandbox.webhooks.attempts(limit=value),
    ),
    "count": (
        lambda sandbox, email, value: sandbox.wait_for(count=value, timeout=0),
        lambda sandbox, email, value: _expect(sandbox, count=value),
    ),
    "since": (lambda sandbox, email, value: sandbox.wait_for(since=value, timeout=0),),
    "subject": (lambda sandbox, email, value: _expect(sandbox, subject=value),),
    "recipient": (
        lambda sandbox, email, value: sandbox.events.bounce(email, recipient=value),
        lambda sandbox, email, value: email.as_received(value),
    ),
    "client": (lambda sandbox, email, value: sandbox.events.open(email, client=value),),
    "link": (lambda sandbox, email, value: sandbox.events.click(email, value),),
    "status": (lambda sandbox, email, value: sandbox.webhooks.attempts(status=value),),
    "webhook": (lambda sandbox, email, value: sandbox.webhooks.attempts(webhook=value),),
    "trigger": (lambda sandbox, email, value: sandbox.webhooks.attempts(trigger=value),),
    "attempt": (
        lambda sandbox, email, value: sandbox.webhooks.resend(value),
        lambda sandbox, email, value: sandbox.webhooks.retry_now(value),
    ),
    "to": (lambda sandbox, email, value: sandbox.receive(to=value),),
    "keep": (lambda sandbox, email, value: sandbox.reset(keep=value),),
    "email_address": (lambda sandbox, email, value: sandbox.confirm_signature(value),),
}


@pytest.mark.parametrize("argument", CALLS)
def test_a_value_of_a_wrong_type_is_named(sandbox, client, argument):
    client.outbound.send(Email(to="dana@example.com", text_body="Hello"))
    (email,) = sandbox.messages()
    for call in CALLS[argument]:
        for value in WRONG:
            with pytest.raises((InvalidArgument, InvalidEmail)) as caught:
                call(sandbox, email, value)
            assert argument in f"{caught.value} {getattr(caught.value, 'argument', '')}"


@pytest.mark.parametrize("name", ["data", "host", "allowed_hosts", "webhook_hosts", "webhook_schedule"])
def test_an_option_of_a_wrong_type_is_named(name):
    for value in (5, b"x", object(), 1.5, True):
        with pytest.raises(ConfigurationError, match=name):
            Sandbox(**{name: value})


@pytest.mark.parametrize("value", ["no", "", 0, 1])
def test_a_permission_must_be_true_or_false(sandbox, value):
    """`os.environ["ALLOW"]` is a text: any but the empty one would allow everything."""
    with pytest.raises(ConfigurationError, match="allow_server_deletion must be True or False"):
        Sandbox(allow_server_deletion=value)
    for name in ("delete_servers", "remove_data"):
        with pytest.raises(InvalidArgument, match=f"{name} must be True or False"):
            sandbox.allow(**{name: value})
    with pytest.raises(InvalidArgument, match="rejected must be True or False"):
        sandbox.requests(rejected=value)


def test_a_port_is_not_a_boolean():
    for name in ("http_port", "smtp_port"):
        with pytest.raises(ConfigurationError, match="a port is a number"):
            Sandbox(**{name: True}).start()


@pytest.mark.parametrize(
    "call",
    [
        lambda sandbox: sandbox.events.bounce("\ud800"),
        lambda sandbox: sandbox.events.click("\ud800"),
        lambda sandbox: sandbox.webhooks.attempts(message="\ud800"),
        lambda sandbox: sandbox.webhooks.attempts(trigger="\ud800"),
        lambda sandbox: sandbox.confirm_signature("\ud800"),
        lambda sandbox: sandbox.faults.fail(message="\ud800"),
        lambda sandbox: sandbox.faults.fail(body={"a": "\ud800"}),
    ],
)
def test_a_lone_surrogate_is_named(sandbox, call):
    with pytest.raises(InvalidArgument, match="must not contain a lone surrogate"):
        call(sandbox)


def test_a_link_is_found_by_text_or_a_pattern(sandbox, client):
    client.outbound.send(Email(to="dana@example.com", text_body="https://shop.example"))
    for value in (5, b"x", ["x"]):
        with pytest.raises(InvalidArgument, match="text must be text or a pattern"):
            sandbox.messages()[0].link(value)


@pytest.mark.parametrize("value", ["x", b"x", ["x"], object(), True, -1, float("nan"), 10**400])
def test_seconds_must_be_a_number(sandbox, value):
    """Without this, a wait until NaN would never end."""
    for call in (
        lambda: sandbox.wait_for(timeout=value),
        lambda: _expect(sandbox, timeout=value),
        lambda: sandbox.clock.wait_idle(value),
        lambda: sandbox.faults.delay(value),
    ):
        with pytest.raises(InvalidArgument, match="must be a number of at least 0"):
            call()


@pytest.mark.parametrize("value", ["high", b"7", [7], True, float("nan")])
def test_a_spam_score_must_be_a_number(sandbox, value):
    with pytest.raises(InvalidArgument, match="spam_score must be a number"):
        sandbox.receive(spam_score=value)


def test_attachments_that_are_not_a_list_are_named(sandbox):
    for value in (5, None, Attachment(name="a", content=b"x")):
        with pytest.raises(InvalidArgument, match="attachments must be a list of Attachment"):
            sandbox.receive(attachments=value)


@pytest.mark.parametrize("name", ["text_body", "body", "html_body", "from_"])
def test_names_of_an_email_are_explained(sandbox, name):
    meant = {"text_body": "text", "body": "text", "html_body": "html", "from_": "sender"}[name]
    with pytest.raises(TypeError, match=f"did you mean '{meant}'"):
        sandbox.receive(**{name: "x"})


def test_an_inbound_email_has_no_events(sandbox):
    email = sandbox.receive(text="Hello")
    with pytest.raises(InvalidArgument, match="the email came in"):
        sandbox.events.bounce(email)


def test_the_recipient_of_an_inbound_email_may_have_a_name(sandbox, client):
    client.server.edit(inbound_domain="in.example.com")
    email = sandbox.receive(to="Help <Help+7@in.example.com>", text="Hello")
    message = client.inbound.get(email.message_id)
    assert (message.original_recipient, message.to_full[0].name) == ("Help+7@in.example.com", "Help")
    with pytest.raises(InvalidArgument, match="to must be one address, got 2"):
        sandbox.receive(to=["a@in.example.com", "b@in.example.com"])
