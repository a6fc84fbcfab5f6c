"""A service on real sockets that keeps what it accepts, is searched for it, and fails as it is told to."""

from __future__ import annotations

import contextlib
import itertools
import select
import socket
import ssl
import threading
from collections.abc import Iterable
from email.utils import getaddresses
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import attrs

from emailapi import _net

from ..clock import Clock
from .wire import Exchange, Seen, emails_of, read_request, reset

SINGLE = ("/email", "/email/withTemplate")
BATCH = ("/email/batch", "/email/batchWithTemplates")
SEARCH = "/messages/outbound"


@attrs.frozen
class Mail:
    """One email that the service accepted."""

    id: str
    at: float
    stream: str
    metadata: dict[str, str]
    to: str
    tag: str
    cc: str = ""
    bcc: str = ""
    subject: str = ""

    @property
    def row(self) -> dict[str, Any]:
        """Return a row of a search for the email."""
        named = {
            field: [{"Email": email, "Name": name or None} for name, email in getaddresses([text])]
            for field, text in (("To", self.to), ("Cc", self.cc), ("Bcc", self.bcc))
        }
        return {
            "MessageID": self.id,
            "MessageStream": self.stream,
            **named,
            "Recipients": [one["Email"] for field in named.values() for one in field],
            "Subject": self.subject,
            "Tag": self.tag,
            "ReceivedAt": "2017-02-25T13:59:44.0453616-05:00",
            "Status": "Sent",
            "Metadata": self.metadata,
        }


class Service:
    """
    A server whose every connection has a thread.

    Attributes:
        script: The faults of the next requests, searches excepted, each once; later requests succeed.
        searching: The faults of the next searches.
        lag: Seconds until the search knows an accepted email, by the clock of the deadlines.
        accepted: The emails, in their order.
        done: Method and path of all other writes that were carried out.
        suppressed: Addresses that the service does not send to.
        seen: All requests that were read whole.
        connections: The number of accepted connections.
        ended: The number of connections that the service has closed.
        elsewhere: The target of redirects.
        reading_pause: Seconds to wait before each piece of a body is read.
        reading_piece: The size of such a piece.
        clock: The clock of the deadlines, if the test has set one.
    """

    def __init__(
        self,
        script: Iterable[Any] = (),
        searching: Iterable[Any] = (),
        *,
        lag: float = 0.0,
        tls: ssl.SSLContext | None = None,
        elsewhere: Service | None = None,
        listening: bool = True,
        clock: Clock | None = None,
    ) -> None:
        self.script, self.searching, self.lag, self._tls = list(script), list(searching), lag, tls
        self.accepted: list[Mail] = []
        self.done: list[tuple[str, str]] = []
        self.suppressed: set[str] = set()
        self.seen: list[Seen] = []
        self.connections, self.ended, self.elsewhere, self.clock = 0, 0, elsewhere, clock
        self.reading_pause, self.reading_piece = 0.0, 1_000_000
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._wake, self._stop = socket.socketpair()
        self._threads: list[threading.Thread] = []
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))  # until it listens, connections fail
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"
        if listening:
            self.listen()

    def listen(self) -> None:
        """Take connections from now on."""
        if self.reading_piece < 1_000_000:  # so that what is not read yet waits at the sender's
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
        self._listener.listen(64)
        self._start(self._take)

    def close_listener(self) -> None:
        """Close the listener: from now on, connections fail."""
        self._listener.shutdown(socket.SHUT_RDWR)

    def _start(self, target: Any, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _take(self) -> None:
        while self._ready(self._listener):
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed from now on
                return
            self.connections += 1
            self._start(self._serve, connection)

    def _ready(self, one: socket.socket) -> bool:
        return self._wake not in select.select([one, self._wake], [], [])[0]

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), contextlib.ExitStack() as closing:
            closing.callback(self._count_ended)
            closing.callback(lambda: connection.close())
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            reader = closing.enter_context(connection.makefile("rb"))
            while self._ready(connection):
                if self._unread(connection):
                    return
                seen = read_request(reader, self)
                if seen is None or not self._respond(connection, seen):
                    return

    def _count_ended(self) -> None:
        with self._lock:
            self.ended += 1

    def _unread(self, connection: socket.socket) -> bool:
        """Reset the connection before a byte of the request is read, if that is its turn in the script."""
        start = b"" if self._tls else connection.recv(200, socket.MSG_PEEK)
        script = self.searching if start.startswith(f"GET {SEARCH}?".encode()) else self.script
        with self._lock:
            unread = bool(start and script and script[0] is not None and script[0].unread)
            if unread:
                del script[0]
        if unread:
            reset(connection)
        return unread

    def _respond(self, connection: socket.socket, seen: Seen) -> bool:
        path = urlsplit(seen.target).path
        with self._lock:
            self.seen.append(seen)
            script = self.searching if path == SEARCH else self.script
            fault = script.pop(0) if script else None
            value = self._carry_out(seen, path) if fault is None or fault.accepts else None
        return Exchange(self, connection, seen, path, value).respond(fault)

    def _carry_out(self, seen: Seen, path: str) -> Any:
        if path == SEARCH:
            return self._search(dict(parse_qsl(urlsplit(seen.target).query)))
        if path.endswith("/suppressions/dump"):
            asked = dict(parse_qsl(urlsplit(seen.target).query))["EmailAddress"]
            return {"Suppressions": [{"EmailAddress": asked}] if asked in self.suppressed else []}
        if seen.method == "GET":
            return {"MessageID": unquote(path.split("/")[3]) if path.count("/") > 3 else "", "Subject": "Read"}
        if path in SINGLE:
            return self.accept(seen.json)
        if path in BATCH:
            return [self.accept(email) for email in emails_of(seen.json)]
        if path == "/email/bulk":
            for message in seen.json["Messages"]:
                shared = {"MessageStream": "broadcast", **seen.json}
                metadata = {**seen.json.get("Metadata", {}), **message.get("Metadata", {})}
                self.accept({**shared, **message, "Metadata": metadata})
            return {"Id": "bulk-1", "Status": "Accepted", "TotalMessages": len(seen.json["Messages"])}
        self.done.append((seen.method, path))
        rule = {"ID": 7, "Rule": "a@example.com", "Name": "Done"}
        return {**rule, "Bounce": rule, "Message": "OK"}

    def accept(self, email: dict[str, Any]) -> dict[str, Any]:
        """Keep one email, and return what the sender is told."""
        one = Mail(
            f"id-{next(self._ids)}",
            _net.monotonic(),
            email.get("MessageStream", "outbound"),
            email.get("Metadata", {}),
            email["To"],
            email.get("Tag", ""),
            email.get("Cc", ""),
            email.get("Bcc", ""),
            email.get("Subject", ""),
        )
        self.accepted.append(one)
        return {
            "ErrorCode": 0,
            "Message": "OK",
            "MessageID": one.id,
            "To": one.to,
            "SubmittedAt": one.row["ReceivedAt"],
        }

    def _search(self, query: dict[str, str]) -> dict[str, Any]:
        wanted = [(name[9:].lower(), value) for name, value in query.items() if name.startswith("metadata_")]
        stream, now = query.get("messagestream", "outbound"), _net.monotonic()
        rows = [
            email.row
            for email in reversed(self.accepted)
            if email.stream == stream
            and now - email.at >= self.lag
            and all({name.lower(): text for name, text in email.metadata.items()}.get(at) == to for at, to in wanted)
        ]
        return {"TotalCount": len(rows), "Messages": rows[: int(query["count"])]}

    def times(self, tag: str) -> int:
        """Return how often the email with this tag was accepted."""
        return sum(email.tag == tag for email in self.accepted)

    def close(self) -> None:
        """Stop, and wait for every connection's end."""
        self.stopping.set()
        self._stop.send(b"x")
        for thread in list(self._threads):
            thread.join(5)
        for each in (self._listener, self._wake, self._stop):
            each.close()
