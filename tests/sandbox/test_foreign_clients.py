"""Clients by other authors against the sandbox, with only the base URL changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from postmarker.core import PostmarkClient
from postmarker.exceptions import ClientError

HARD = "hardbounce@bounce-testing.postmarkapp.com"
ANYMAIL = """
import json, os, django
from django.conf import settings

settings.configure(
    EMAIL_BACKEND="anymail.backends.postmark.EmailBackend",
    ANYMAIL={"POSTMARK_SERVER_TOKEN": os.environ["TOKEN"], "POSTMARK_API_URL": os.environ["URL"] + "/"},
)
django.setup()

from anymail.exceptions import AnymailAPIError
from anymail.message import AnymailMessage


def send(*to, sender="a@example.com", **fields):
    message = AnymailMessage("Hi", "Hello", sender, to, **fields)
    message.send(fail_silently=False)
    return {email: status.status for email, status in message.anymail_status.recipients.items()}


results = [
    send("b@example.com", cc=["c@example.com"], tags=["t"], metadata={"n": 5, "b": True}, headers={"X-A": "b"}),
    send("d@example.com", "e@example.com", merge_metadata={"d@example.com": {"n": 1}}),
    send(os.environ["HARD"]),
    send(os.environ["HARD"], "ok@example.com"),
]
message = AnymailMessage(
    to=["f@example.com", "g@example.com"],
    from_email="a@example.com",
    template_id="welcome",
    merge_data={"f@example.com": {"name": "F"}},
    merge_global_data={"name": "all"},
)
message.send()
results.append({email: status.status for email, status in message.anymail_status.recipients.items()})
try:
    send("b@example.com", sender="webmaster@localhost")
except AnymailAPIError as error:
    results.append(str(error))
print(json.dumps(results))
"""


@pytest.fixture
def postmarker(sandbox):
    client = PostmarkClient(
        server_token=sandbox.token, account_token=sandbox.account_token, root_api_url=f"{sandbox.url}/"
    )
    yield client
    client.session.close()


def test_postmarker_sends_and_reads(postmarker):
    sent = postmarker.emails.send(
        From="a@example.com",
        To=["b@example.com"],
        Subject="Hi",
        HtmlBody="<p>",
        Metadata={"n": 5},
        Headers={"X-A": "b"},
        Attachments=[("a.txt", "aGVsbG8=", "text/plain")],
    )
    (message,) = postmarker.messages.outbound.all(recipient="b@example.com")
    assert (message.MessageID, message.Metadata) == (sent["MessageID"], {"n": "5"})
    assert "X-A: b\r\n" in message.get_dump()
    with pytest.raises(ClientError, match="It must contain the '@' symbol"):
        postmarker.emails.send(From="a@example.com", To="World", TextBody="x")


def test_postmarker_manages_an_account(postmarker):
    assert postmarker.server.get().Color == "blue"
    template = postmarker.templates.create("My name", "Hi", "<b>", "Hello")
    assert template.edit(Name="Other")["Alias"] == "my-name"
    domain = postmarker.domains.create("x.example")
    with pytest.raises(ClientError, match="This DKIM is already being renewed"):
        domain.rotatedkim()
    signature = postmarker.senders.create("a@x.example", "A")
    assert signature.resend().startswith("Confirmation email")
    assert postmarker.stats.sends(fromdate="2026-9-5")["Sent"] == 0


def test_postmarker_sends_with_templates(postmarker):
    template = postmarker.templates.create("Welcome", "Hi {{name}}", "<b>{{name}}</b>", "Hello {{name}}")
    email = {"From": "a@example.com", "To": "b@example.com", "TemplateId": template.TemplateId}
    sent = postmarker.emails.send_with_template(**email, TemplateModel={"name": "Ann"})
    assert postmarker.messages.outbound.get(sent["MessageID"]).Subject == "Hi Ann"
    both = [{**email, "TemplateModel": {}}, {**email, "TemplateModel": {"name": "Bob"}}]
    assert [each["Message"] for each in postmarker.emails.send_template_batch(*both)] == ["OK", "OK"]
    found = postmarker.templates.validate("Hi {{name}}", "<b>{{#if x}}</b>", "{{a}}", TestRenderModel={"a": 1})
    assert (found["AllContentIsValid"], found["TextBody"]["RenderedContent"]) == (False, "1")


@pytest.mark.costly
def test_anymail_tells_recipients_apart(sandbox, api):
    template = {"Name": "Welcome", "Subject": "Hi {{name}}", "TextBody": "Hello"}
    assert api.post("/templates", template).status_code == 200
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ANYMAIL],
        env={**os.environ, "URL": sandbox.url, "TOKEN": sandbox.token, "HARD": HARD},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    *sent, error = json.loads(run.stdout)
    assert sent == [
        {"b@example.com": "sent", "c@example.com": "sent"},
        {"d@example.com": "sent", "e@example.com": "sent"},
        {HARD: "sent"},
        {HARD: "rejected", "ok@example.com": "sent"},
        {"f@example.com": "sent", "g@example.com": "sent"},
    ]
    subjects = {message.to[0].email: message.subject for message in sandbox.messages()}
    assert (subjects["f@example.com"], subjects["g@example.com"]) == ("Hi F", "Hi all")
    assert "Invalid 'From' address: 'webmaster@localhost'." in error
