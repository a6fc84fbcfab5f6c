"""The port of SMTP of `emailapi sandbox`."""

from __future__ import annotations

import argparse
import socket

import pytest

from emailapi.cli import main
from emailapi.cli.sandbox import _greeting, _smtp_port
from emailapi.sandbox import Sandbox


@pytest.mark.parametrize(
    "port, smtp_port, used", [(None, None, 2525), (8026, None, 0), (None, 2526, 2526), (8026, 2526, 2526), (0, 0, 0)]
)
def test_a_second_sandbox_needs_no_option_for_smtp(port, smtp_port, used):
    assert _smtp_port(argparse.Namespace(port=port, smtp_port=smtp_port)) == used


def test_a_port_of_smtp_in_use_is_named(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["sandbox", "--port", "0", "--smtp-port", port]) == 3
    assert port in capsys.readouterr().err


def test_the_greeting_names_host_port_and_login():
    with Sandbox() as sandbox:
        greeting = _greeting(sandbox, None)
        assert f"SMTP: host 127.0.0.1, port {sandbox.smtp_port}, with STARTTLS" in greeting
        assert "user name and password are the server token" in greeting
        assert f"Inbox: {sandbox.inbox_url}\n" in greeting
