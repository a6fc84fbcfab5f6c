"""`emailapi webhooks listen`: a webhook for as long as the command runs."""

from __future__ import annotations

import argparse
import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urlsplit

from ..errors import ConfigurationError, EmailAPIError, InvalidWebhook, NotFound
from .declaring import confirm, given, open_client
from .failures import InputError
from .http_requests import basic_auth, exchange, webhook_login
from .output import counted, show_line
from .process import Ending

if TYPE_CHECKING:
    from ..client import Client
    from ..models.webhooks import Triggers, Webhook

# The events by the names of the command line, and their triggers.
EVENTS = {
    "open": "open",
    "click": "click",
    "delivery": "delivery",
    "bounce": "bounce",
    "complaint": "spam_complaint",
    "subscription_change": "subscription_change",
}
# The path of a temporary webhook begins with this: one that a killed command did not delete is recognized.
_MARK = "/emailapi-listen-"
_BODY_LIMIT = 100_000_000


def triggers_of(names: str) -> Triggers:
    """
    Return the triggers of comma-separated events.

    Raises:
        InputError: There is no such event.
    """
    from ..models.webhooks import ContentTrigger, OpenTrigger, Trigger, Triggers

    wanted = [name.strip() for name in names.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in EVENTS]
    if unknown or not wanted:
        raise InputError(f"--events must be some of {', '.join(EVENTS)}, got {names!r}")
    kinds: dict[str, type[Trigger]] = {"open": OpenTrigger, "bounce": ContentTrigger, "spam_complaint": ContentTrigger}
    enabled = {EVENTS[name]: kinds.get(EVENTS[name], Trigger)(enabled=True) for name in wanted}
    return Triggers(**enabled)  # type: ignore[arg-type]


class _Listener(ThreadingHTTPServer):
    """Receives the events of one path, prints them, and forwards them."""

    daemon_threads = True

    def __init__(self, options: argparse.Namespace, save: BinaryIO | None) -> None:
        super().__init__(("127.0.0.1", options.port), _Request)
        self.options, self.save = options, save
        self.path = f"{_MARK}{secrets.token_hex(8)}"
        self.headers = basic_auth(webhook_login(options.auth_file))
        self.ready = False  # samples that are posted while the webhook is created are not events
        self.printing = threading.Lock()

    def handle_error(self, *_: object) -> None:
        """Ignore a connection that broke: the service posts again."""

    def receive(self, body: bytes, query: str) -> int:
        """Forward an event, print it, and return the status of the response."""
        status, text, milliseconds = 200, "200", 0
        if self.options.forward_to:
            try:
                reply = exchange(
                    "POST",
                    _with_query(self.options.forward_to, query),
                    body,
                    {"User-Agent": "Postmark", "Content-Type": "application/json", **self.headers},
                    verify=not self.options.no_tls_verify,
                )
                status, milliseconds = reply.status, reply.milliseconds
                text = f"{status} in {milliseconds} ms"
            except EmailAPIError as error:
                status, text = 502, error.message
        try:
            kind, recipient = event_of(body)
        except InvalidWebhook:
            kind, recipient = "unreadable", ""
        now = datetime.now().astimezone()
        record = {"time": now.isoformat(), "event": kind, "recipient": recipient, "status": status}
        record["milliseconds"] = milliseconds
        with self.printing:
            if self.save is not None:
                self.save.write(b" ".join(body.split(b"\n")) + b"\n")
                self.save.flush()
            show_line(self.options, record, f"{now:%H:%M:%S} {kind} {recipient} -> {text}")
        return status


class _Request(BaseHTTPRequestHandler):
    server: _Listener

    def do_POST(self) -> None:
        """Receive an event."""
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        if path != self.server.path or not 0 <= length <= _BODY_LIMIT:
            status = 404
        else:
            body = self.rfile.read(length)
            status = self.server.receive(body, query) if self.server.ready else 200
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def _with_query(url: str, query: str) -> str:
    """Return a URL with its own query and that of a request."""
    return url + (("&" if "?" in url else "?") + query if query else "")


def event_of(body: str | bytes) -> tuple[str, str]:
    """
    Return the kind and the recipient of an event.

    Raises:
        InvalidWebhook: The body is not a JSON object.
    """
    from ..webhooks import parse

    event = parse(body)
    return event.record_type or "Inbound", getattr(event, "recipient", None) or ""


def listen(options: argparse.Namespace) -> int:
    """Create a webhook, print its events until told to end, and delete it."""
    from .._hosts import is_loopback
    from ..settings import resolve_base_url

    triggers = triggers_of(options.events)
    local = is_loopback(urlsplit(resolve_base_url(None, False)).hostname or "")
    if options.url is None and not local:
        raise InputError("the service cannot reach this machine: give --url, the URL of a tunnel, and its --port")
    with Ending() as ending, open_client(options) as client, _saving(options.save) as save:
        _remove_stale(client, options)
        with _serving(options, save) as listener:
            base = (options.url or f"http://127.0.0.1:{listener.server_address[1]}").rstrip("/")
            settings = {"triggers": triggers, **given(options, "message_stream")}
            webhook = client.webhooks.create(url=base + listener.path, **settings)
            try:
                listener.ready = True
                print(f"emailapi: listening at {base}; Ctrl-C ends it", file=sys.stderr)
                code = ending.wait()
            finally:
                _delete(client, webhook)
    return code


def _delete(client: Client, webhook: Webhook) -> None:
    """
    Delete the webhook of the command.

    Raises:
        EmailAPIError: The webhook remains; the message says so.
    """
    try:
        client.webhooks.delete(webhook)
    except NotFound:
        pass  # another command has deleted the webhook
    except EmailAPIError as error:
        advice = f"the webhook {webhook.id} remains: delete it by `emailapi webhooks delete {webhook.id} --yes`"
        raise error.replace(message=f"{error.message}; {advice}") from None


@contextmanager
def _serving(options: argparse.Namespace, save: BinaryIO | None) -> Iterator[_Listener]:
    try:
        listener = _Listener(options, save)
    except OSError as error:
        raise ConfigurationError(f"port {options.port} cannot be used: {error.strerror}") from None
    with listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield listener
        finally:
            listener.shutdown()
            thread.join()


@contextmanager
def _saving(path: str | None) -> Iterator[BinaryIO | None]:
    if path is None:
        yield None
        return
    try:
        file: Any = open(path, "ab")  # noqa: SIM115
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None
    with file:
        yield file


def _remove_stale(client: Client, options: argparse.Namespace) -> None:
    """Offer to delete the webhooks of commands that were killed."""
    stale = [webhook for webhook in client.webhooks.list() if _MARK in webhook.url]
    if not stale:
        return
    found = counted(len(stale), "webhook")
    try:
        confirm(options, f"Delete {found} of earlier commands that were killed, or still run?")
    except InputError:
        print(f"emailapi: {found} of earlier commands left: --yes deletes them", file=sys.stderr)
        return
    for webhook in stale:
        client.webhooks.delete(webhook)
