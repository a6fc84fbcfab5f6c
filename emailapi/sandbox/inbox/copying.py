"""The send of a message again, as a call in other languages and tools."""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Mapping

from ...models.attachment import Attachment
from ...models.email import KEY_NAME, Email, TemplateEmail
from ...models.header import Header
from ...wire import dump_json, wire_names
from ..captured import CapturedEmail
from .message_template import MadeBy, made_by

# Links with longer texts are not looked for.
_LABEL = 200
# Larger files are not written into a snippet.
_MOST_BYTES = 20_000
# Longer requests are not, either.
_MOST_CHARACTERS = 100_000
# Lines of a call of curl.
TOKEN_HEADER = (
    '  -H "X-Postmark-Server-Token: $EMAILAPI_SERVER_TOKEN" \\\n'
    "  -H 'Accept: application/json' -H 'Content-Type: application/json' \\\n"
)
_CONTENT = ("subject", "html_body", "text_body")


def request_of(email: CapturedEmail, *, whole: bool) -> dict[str, object]:
    """
    Return the JSON of a request that sends a message.

    Args:
        email: The message.
        whole: Whether the content of files is in it; else their sizes.
    """
    names = wire_names(Email)
    values: dict[str, object] = {
        "sender": email._row["sender"],
        "to": _joined(email.to),
        "cc": _joined(email.cc),
        "bcc": _joined(email.bcc),
        "reply_to": _joined(email.reply_to),
        "subject": email.subject,
        "tag": email.tag,
        "html_body": email.html_body,
        "text_body": email.text_body,
        "metadata": _metadata(email),
        "headers": [_renamed(Header, name=each.name, value=each.value) for each in email.headers],
        "attachments": [_file(each, whole=whole) for each in email.attachments],
        "track_opens": email.track_opens,
        "track_links": email.track_links,
        "message_stream": email.message_stream,
    }
    kept = {name: value for name, value in values.items() if value not in (None, "", [], {}, False, "None")}
    made = made_by(email)
    if made is not None:
        kept = {name: value for name, value in kept.items() if name not in _CONTENT} | _by_template(made)
        names = wire_names(TemplateEmail)
    return {names[name]: value for name, value in kept.items()}


def _by_template(made: MadeBy) -> dict[str, object]:
    """Return the fields that an email with a template has in place of `_CONTENT`."""
    named: dict[str, object] = {"template_alias": made.alias} if made.alias else {"template_id": made.id}
    return {**named, "template_model": made.model, **({} if made.inline else {"inline_css": False})}


def _metadata(email: CapturedEmail) -> dict[str, str]:
    # The key by which our client finds an email that it has sent: another send must have another one.
    return {name: value for name, value in email.metadata.items() if name != KEY_NAME}


def _joined(addresses: tuple[object, ...]) -> str:
    return ", ".join(str(each) for each in addresses)


def _renamed(record: type, **values: object) -> dict[str, object]:
    names = wire_names(record)
    return {names[name]: value for name, value in values.items()}


def _file(file: Attachment, *, whole: bool) -> dict[str, object]:
    if not whole:
        content = f"{len(file.content):,} bytes"
    elif len(file.content) > _MOST_BYTES:
        content = f"(base64 of {len(file.content):,} bytes)"
    else:
        content = base64.b64encode(file.content).decode()
    shown = _renamed(Attachment, name=file.name, content=content, content_type=file.content_type)
    return shown | (_renamed(Attachment, content_id=f"cid:{file.content_id}") if file.content_id else {})


def pretty(value: object) -> str:
    """Return JSON to be read by people."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def snippets(email: CapturedEmail, url: str) -> tuple[list[tuple[str, str]], bool]:
    """
    Return the send of a message as calls, pairs of a name and a text, and whether it is a large one.

    The token is taken from the environment. Calls of a large message read its JSON from a file.
    """
    request, made = request_of(email, whole=True), made_by(email)
    path = f"{url}/email{'/withTemplate' if made else ''}"
    encoded = dump_json(request)
    if len(encoded) > _MOST_CHARACTERS:
        return [("curl", _curl(path, "--data-binary @message.json")), ("pytest", _test(email))], True
    calls = [
        ("curl", _curl(path, f"--data-raw {shlex.quote(encoded.decode())}")),
        ("Python", _python(email, made, url)),
        ("postmark.js", _javascript(request, f"sendEmail{'WithTemplate' if made else ''}", url)),
        ("pytest", _test(email)),
        ("JSON", pretty(request)),
    ]
    return calls, False


def _curl(url: str, data: str) -> str:
    return f"curl {shlex.quote(url)} \\\n{TOKEN_HEADER}  {data}"


def _arguments(email: CapturedEmail, made: MadeBy | None) -> dict[str, object]:
    values = {
        "sender": email._row["sender"],
        "to": [str(each) for each in email.to],
        "cc": [str(each) for each in email.cc],
        "bcc": [str(each) for each in email.bcc],
        "reply_to": [str(each) for each in email.reply_to],
        "subject": email.subject,
        "tag": email.tag,
        "html_body": email.html_body,
        "text_body": email.text_body,
        "metadata": _metadata(email),
        "headers": {each.name: each.value for each in email.headers},
        "track_opens": email.track_opens,
        "track_links": "" if email.track_links == "None" else email.track_links,
        "message_stream": email.message_stream,
    }
    given = {name: value for name, value in values.items() if value}
    if made is None:
        return given
    return {name: value for name, value in given.items() if name not in _CONTENT} | _by_template(made)


def _python(email: CapturedEmail, made: MadeBy | None, url: str) -> str:
    lines = [f"    {name}={value!r}," for name, value in _arguments(email, made).items()]
    if email.attachments:
        files = [f"Attachment.from_path({each.name!r})" for each in email.attachments]
        lines.append(f"    attachments=[{', '.join(files)}],")
    kind = "Email" if made is None else "TemplateEmail"
    imported = f"Attachment, Client, {kind}" if email.attachments else f"Client, {kind}"
    return "\n".join(
        [
            f"from emailapi import {imported}",
            "",
            f"client = Client(base_url={url!r})  # the token is in EMAILAPI_SERVER_TOKEN",
            f"email = {kind}(",
            *lines,
            ")",
            f"print(client.outbound.{'send' if made is None else 'send_template'}(email).message_id)",
        ]
    )


def _javascript(request: Mapping[str, object], method: str, url: str) -> str:
    host = json.dumps(url.partition("//")[2])
    return "\n".join(
        [
            'import { ServerClient } from "postmark";',
            "",
            f"const options = {{ requestHost: {host}, useHttps: false }};",
            "const client = new ServerClient(process.env.EMAILAPI_SERVER_TOKEN, options);",
            f"const result = await client.{method}({pretty(request)});",
            "console.log(result.MessageID);",
        ]
    )


def _test(email: CapturedEmail) -> str:
    address = next((each.email for each in (*email.to, *email.cc, *email.bcc)), "")
    lines = [f"    assert expected.message.subject == {email.subject!r}"]
    if len(email.codes) == 1:
        lines.append("    assert expected.message.code")
    labels = [link.text for link in email.links[:1] if 0 < len(link.text) <= _LABEL]
    lines += [f"    assert expected.message.link({label!r})" for label in labels]
    return "\n".join(
        [
            "def test_the_email_is_sent(emailapi_sandbox):",
            f"    with emailapi_sandbox.expect(to={address!r}) as expected:",
            "        ...  # let your program send it",
            *lines,
        ]
    )
