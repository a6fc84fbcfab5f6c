"""The snippets of the page about connecting do what they say."""

from __future__ import annotations

import subprocess
import sys

import pytest

from emailapi.sandbox import Sandbox
from emailapi.sandbox.inbox.snippets import clients


def _snippet(sandbox: Sandbox, name: str) -> str:
    return dict(clients(sandbox.url, sandbox.token, sandbox.smtp_host, sandbox.smtp_port))[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Python", "SMTP"])
def test_a_program_in_python_sends_an_email(sandbox: Sandbox, name: str) -> None:
    subprocess.run([sys.executable, "-c", _snippet(sandbox, name)], check=True, timeout=60)
    assert [message.subject for message in sandbox.messages()] == ["Hello"]


def test_the_command_of_curl_sends_an_email(sandbox: Sandbox) -> None:
    subprocess.run(["bash", "-c", _snippet(sandbox, "curl")], check=True, timeout=60, capture_output=True)
    assert [message.subject for message in sandbox.messages()] == ["Hello"]
