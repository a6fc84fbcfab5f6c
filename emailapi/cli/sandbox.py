"""`emailapi sandbox`: keep a sandbox running."""

from __future__ import annotations

import argparse
import webbrowser
from typing import TYPE_CHECKING

from . import sandbox_actions
from .declaring import describe, port
from .process import Ending, say

if TYPE_CHECKING:
    from ..sandbox import Sandbox


_HTTP_PORT, _SMTP_PORT = 8025, 2525
_EXAMPLES = """emailapi sandbox --open
emailapi sandbox --data emails.db --port 9000
emailapi sandbox inbox wait to:ada@example.com"""


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    text = (
        "Run the same API on this machine; no email leaves it. Ctrl-C, SIGTERM or SIGHUP ends the sandbox; SIGINT and"
        " SIGHUP do not if they are ignored when it starts, as by nohup. If standard input is a pipe, the sandbox also"
        " ends when the process at the other end closes it or dies (not if it is closed from the start); give it"
        " </dev/null to prevent that."
    )
    describe(parser, text, _EXAMPLES)
    _declare_options(parser)
    parser.set_defaults(run=run)
    sandbox_actions.declare(parser)


def _declare_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=port, help=f"HTTP port, 0 for a free one (default {_HTTP_PORT})")
    parser.add_argument(
        "--smtp-port",
        type=port,
        help=f"SMTP port, 0 for a free one (default {_SMTP_PORT}; with --port, a free one)",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--data", metavar="FILE", help="keep everything in this file; without it, in memory")
    parser.add_argument(
        "--allowed-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name it may be called by, beside loopback's",
    )
    parser.add_argument(
        "--webhook-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a host that webhooks may be posted to, beside this machine",
    )
    parser.add_argument(
        "--webhook-schedule",
        choices=("2026", "2019"),
        default="2026",
        help="when webhooks are tried again: by today's schedule of the service, or the older one",
    )
    parser.add_argument("--allow-server-deletion", action="store_true", help="let the API delete servers")
    parser.add_argument("--open", action="store_true", help="open the inbox in the browser")


def _greeting(sandbox: Sandbox, data: str | None) -> str:
    kept = f"kept in {data}" if data else "in memory, gone at the end"
    return f"""\
The sandbox listens on {sandbox.url} (messages {kept}). Ctrl-C ends it. Point a client at it with:

  export EMAILAPI_BASE_URL={sandbox.url}
  export EMAILAPI_SERVER_TOKEN={sandbox.token}
  export EMAILAPI_ACCOUNT_TOKEN={sandbox.account_token}

SMTP: host {sandbox.smtp_host}, port {sandbox.smtp_port}, with STARTTLS; user name and password are the server token.
Inbox: {sandbox.inbox_url}{_password(sandbox)}
"""


def _password(sandbox: Sandbox) -> str:
    return f" (password {sandbox.inbox_password})" if sandbox.inbox_password else ""


def _smtp_port(options: argparse.Namespace) -> int:
    """Return the port of SMTP. A second sandbox, at an HTTP port of its own, must not need an option for it."""
    if options.smtp_port is not None:
        return int(options.smtp_port)
    return _SMTP_PORT if options.port is None else 0


def run(options: argparse.Namespace) -> int:
    """Serve until told to end, and return the exit code: 128 plus the signal's number, or 0 for an orderly end."""
    from ..sandbox import Sandbox

    with (
        Ending() as ending,
        Sandbox(
            options.data,
            http_port=_HTTP_PORT if options.port is None else options.port,
            smtp_port=_smtp_port(options),
            host=options.host,
            allowed_hosts=tuple(options.allowed_host),
            webhook_hosts=tuple(options.webhook_host),
            webhook_schedule=options.webhook_schedule,
            allow_server_deletion=options.allow_server_deletion,
        ) as sandbox,
    ):
        say(_greeting(sandbox, options.data))
        if options.open:
            webbrowser.open(sandbox.inbox_url)
        return ending.wait()
