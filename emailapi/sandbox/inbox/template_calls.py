"""An email by a template, as calls to copy."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from ...wire import dump_json
from ..store import Row
from .copying import TOKEN_HEADER, pretty


def calls(template: Row, model: Mapping[str, object], url: str) -> list[tuple[str, str]]:
    """Return an email by a template as calls: pairs of a name and a text."""
    alias = template["alias"]
    body: dict[str, object] = {"From": "you@example.com", "To": "dana@example.com"}
    body |= {"TemplateAlias": alias} if alias else {"TemplateId": template["id"]}
    body |= {"TemplateModel": model}
    named = f"template_alias={alias!r}" if alias else f"template_id={template['id']}"
    return [
        ("Python", _python(named, model, url)),
        ("curl", f"curl {shlex.quote(f'{url}/email/withTemplate')} \\\n{TOKEN_HEADER}{_data(body)}"),
        ("pytest", _test(named, model)),
        ("JSON", pretty(body)),
    ]


def _data(body: Mapping[str, object]) -> str:
    return f"  --data-raw {shlex.quote(dump_json(body).decode())}"


def _python(named: str, model: Mapping[str, object], url: str) -> str:
    return "\n".join(
        [
            "from emailapi import Client, TemplateEmail",
            "",
            f"client = Client(base_url={url!r})  # the token is in EMAILAPI_SERVER_TOKEN",
            "email = TemplateEmail(",
            "    sender='you@example.com',",
            "    to='dana@example.com',",
            f"    {named},",
            f"    template_model={model!r},",
            ")",
            "print(client.outbound.send_template(email).message_id)",
        ]
    )


def _test(named: str, model: Mapping[str, object]) -> str:
    lines = [
        "from emailapi import Client, TemplateEmail",
        "",
        "",
        "def test_the_template_is_rendered(emailapi_sandbox):",
        "    client = Client(emailapi_sandbox.token, base_url=emailapi_sandbox.url)",
        f"    model = {model!r}",
        "    email = TemplateEmail(",
        f"        sender='you@example.com', to='dana@example.com', {named}, template_model=model",
        "    )",
        "    with emailapi_sandbox.expect(to='dana@example.com') as expected:",
        "        client.outbound.send_template(email)",
        "    assert expected.message.subject",
    ]
    return "\n".join(lines)
