"""Sends by each transport in a Python with other options: without assertions or docstrings, with warnings as errors."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from ..http.conftest import Peer, reply
from .ses.fake import FakeSES
from .smtp.scripted import Scripted, polite

pytestmark = pytest.mark.costly

ROOT = Path(__file__).parents[2]
PROGRAM = """
from emailapi import Client, Email
from emailapi.transports.ses import SESTransport
from emailapi.transports.smtp import SMTPTransport
with {sender} as sender:
    email = Email(sender="a@example.com", to="b@example.com", subject="Hi", text_body="Hello")
    send = sender.outbound.send if isinstance(sender, Client) else sender.send
    print(send(email).outcome)
"""
ITEM = {"ErrorCode": 0, "Message": "OK", "MessageID": "0a129aee-e1cd-480d-b08d-4f48548ff48d", "To": "b@example.com"}


def api(closing: ExitStack) -> str:
    peer = Peer(reply(ITEM))
    closing.callback(peer.close)
    return f"Client('t', base_url={peer.url!r})"


def smtp(closing: ExitStack) -> str:
    server = Scripted(polite())
    closing.callback(server.close)
    return f"SMTPTransport('127.0.0.1', {server.port}, tls='none')"


def ses(closing: ExitStack) -> str:
    service = FakeSES()
    closing.callback(service.close)
    return (
        f"SESTransport(client=__import__('boto3').client('ses', endpoint_url={service.url!r}, region_name='eu-west-1', "
        "aws_access_key_id='a', aws_secret_access_key='b'))"
    )


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize("options", [["-O"], ["-OO"], ["-W", "error"], ["-X", "dev", "-W", "error"]], ids=" ".join)
@pytest.mark.parametrize("start", [api, smtp, ses], ids=["api", "smtp", "ses"])
def test_an_email_is_sent_in_a_python_with_other_options(start: Callable[[ExitStack], str], options: list[str]):
    with ExitStack() as closing:
        program = PROGRAM.format(sender=start(closing))
        command = [sys.executable, *options, "-c", program]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout.strip(), done.returncode) == ("accepted", 0), done.stderr
