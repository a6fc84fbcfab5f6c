"""The calls to copy that send a message again, and the template that a message was made by."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from emailapi.sandbox import Sandbox

from .conftest import shown, words
from .test_message_page import FILE, HTML


@pytest.fixture
def message(api: Any) -> str:
    return str(
        api.accepted(
            To="Dana <dana@example.com>",
            Bcc="hidden@example.com",
            HtmlBody=HTML,
            TrackOpens=True,
            TrackLinks="HtmlOnly",
            Attachments=[FILE],
        )
    )


@pytest.mark.costly
def test_the_copied_calls_send_the_message_again(
    browsing: Any, sandbox: Sandbox, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = browsing.get(f"/m/{message}", tab="copy").text
    texts = [unescape(each) for each in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)]
    curl, python, javascript, test, request = texts
    assert curl.startswith(f"curl {sandbox.url}/email")
    assert sandbox.token not in page
    assert f'requestHost: "{sandbox.url[7:]}"' in javascript
    assert "expect(to='dana@example.com')" in test
    assert json.loads(request)["Attachments"][0]["Content"] == FILE["Content"]
    monkeypatch.setenv("EMAILAPI_SERVER_TOKEN", sandbox.token)
    exec(python.replace("Attachment.from_path('a.pdf')", "Attachment(name='a.pdf', content=b'12345')"), {})
    first, second = sandbox.messages()
    for name in ("subject", "html_body", "text_body", "to", "bcc", "track_opens", "track_links"):
        assert getattr(first, name) == getattr(second, name)


@pytest.mark.costly
def test_a_message_by_a_template_shows_alias_model_and_missing_names(browsing: Any, api: Any) -> None:
    text = {"Name": "Welcome", "Alias": "welcome", "Subject": "Hi {{name}}", "TextBody": "{{name}} {{product}}"}
    number = api.post("/templates", text).json()["TemplateId"]
    body = {"From": "a@example.com", "To": "b@example.com", "TemplateAlias": "welcome"}
    message = api.post("/email/withTemplate", {**body, "TemplateModel": {"name": "Dana"}}).json()["MessageID"]
    page = browsing.get(f"/m/{message}").text
    assert f"/templates/{number}?of={message}" in page
    assert '· welcome Model { "name": "Dana" } The model lacks product' in words(page)
    assert "The template names what its model lacks" in shown(browsing, message, tab="checks")
    assert browsing.get(f"/m/{message}/json").json() == {
        "From": "a@example.com",
        "To": "b@example.com",
        "MessageStream": "outbound",
        "TemplateAlias": "welcome",
        "TemplateModel": {"name": "Dana"},
    }
    api.delete(f"/templates/{number}")
    assert "Template deleted · welcome" in shown(browsing, message)


def test_the_copied_calls_send_a_message_by_its_template_again(
    browsing: Any, sandbox: Sandbox, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.post("/templates", {"Name": "Welcome", "Alias": "welcome", "Subject": "Hi {{name}}", "TextBody": "x"})
    body = {"From": "a@example.com", "To": "b@example.com", "TemplateAlias": "welcome", "InlineCss": False}
    message = api.post("/email/withTemplate", {**body, "TemplateModel": {"name": "Dana"}}).json()["MessageID"]
    page = browsing.get(f"/m/{message}", tab="copy").text
    texts = [unescape(each) for each in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)]
    curl, python, javascript = texts[1:4]
    assert curl.startswith(f"curl {sandbox.url}/email/withTemplate")
    assert "client.sendEmailWithTemplate({" in javascript
    monkeypatch.setenv("EMAILAPI_SERVER_TOKEN", sandbox.token)
    exec(python, {})
    assert [each.subject for each in sandbox.messages("via:template")] == ["Hi Dana", "Hi Dana"]


def test_the_key_of_a_send_is_not_copied(browsing: Any, sandbox: Sandbox, send: Any) -> None:
    message = send(metadata={"order": "1"})
    assert len(sandbox.messages()[0].metadata) == 2
    assert browsing.get(f"/m/{message}/json").json()["Metadata"] == {"order": "1"}
