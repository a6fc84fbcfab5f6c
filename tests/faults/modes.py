"""The faults by name: how the service misbehaves, and how a call is to end."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import attrs

from .wire import Exchange, emails_of, reply, reset

Act = Callable[[Exchange], Any]


@attrs.frozen
class Mode:
    """
    One fault.

    Attributes:
        name: The name of the fault.
        ends: The result: `fine` (odd, but a valid response), `again` (surely not done: tried again), `rejected`,
            `lost` (no meaningful response), `odd` (a success that cannot be read), `eaten` (the deadline has passed).
        act: The steps on the connection; true when it stays open.
        accepts: Whether the request is carried out all the same.
        unread: Whether the fault happens before a byte of the request is read.
        timeout: Seconds that the client waits: for a connection, for a response.
    """

    name: str
    ends: str
    act: Act = attrs.field(repr=False)
    accepts: bool = True
    unread: bool = False
    timeout: tuple[float, float] = (10.0, 10.0)

    @property
    def waits(self) -> bool:
        """Whether an email's call uses all of its deadline."""
        return self.ends == "eaten" or (self.ends == "lost" and not self.accepts)


def respond_with(value: object, status: int = 200, **headers: str) -> Act:
    """Respond like this."""
    return lambda exchange: exchange.send(reply(value, status, **headers))


def raw(data: bytes) -> Act:
    """Write these bytes, and close."""
    return lambda exchange: exchange.send(data) and False


def _cut(exchange: Exchange) -> None:
    exchange.send(reply(exchange.value)[:-5])


def _cut_chunks(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,2,\r\n")


def _in_chunks(exchange: Exchange) -> bool:
    body = reply(exchange.value).partition(b"\r\n\r\n")[2]
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return exchange.send(head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))


def _until_the_end(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.0 200 OK\r\n\r\n" + reply(exchange.value).partition(b"\r\n\r\n")[2])


def _early_hints(exchange: Exchange) -> bool:
    exchange.send(b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n")
    exchange.service.stopping.wait(0.05)
    return exchange.send(reply(exchange.value))


def _silence(exchange: Exchange) -> None:
    exchange.silence()


def _dripping(start: bytes, again: bytes = b"x") -> Act:
    return lambda exchange: exchange.drip(start, again)


HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
OUTAGE = {"ErrorCode": 100, "Message": "Maintenance"}
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

FINE = [
    Mode("early-hints", "fine", _early_hints),
    Mode("continue", "fine", lambda exchange: exchange.send(b"HTTP/1.1 100 C\r\n\r\n" + reply(exchange.value))),
    Mode("chunks", "fine", _in_chunks),
    Mode("http-1.0", "fine", _until_the_end),
]
AGAIN = [
    Mode("429", "again", respond_with(b"", 429), accepts=False),
    Mode("429-seconds", "again", respond_with({"Message": "slow down"}, 429, Retry_After="0"), accepts=False),
    Mode(
        "429-date",
        "again",
        lambda exchange: respond_with(HTML, 429, Retry_After=formatdate(usegmt=True))(exchange),
        False,
    ),
    Mode("503-code-100", "again", respond_with(OUTAGE, 503), accepts=False),
    Mode("421", "again", respond_with(HTML, 421), accepts=False),
    Mode("425-code-300", "again", respond_with({"ErrorCode": 300, "Message": "Too early"}, 425), accepts=False),
]
REJECTED = [
    Mode("302", "rejected", lambda e: respond_with(b"", 302, Location=e.service.elsewhere.url)(e), accepts=False),
    Mode("307", "rejected", lambda e: respond_with(b"", 307, Location=e.service.elsewhere.url)(e), accepts=False),
    Mode("422", "rejected", respond_with({"ErrorCode": 300, "Message": "Invalid"}, 422), accepts=False),
    Mode("422-cut", "rejected", raw(b"HTTP/1.1 422 No\r\nContent-Length: 50\r\n\r\n{"), accepts=False),
    Mode("413-html", "rejected", respond_with(HTML, 413), accepts=False),
    Mode("200-code-405", "rejected", respond_with({"ErrorCode": 405, "Message": "No credits"}), accepts=False),
]
LOST = [
    Mode("timeout", "lost", _silence, timeout=(10.0, 0.3)),
    Mode("timeout-not-done", "lost", _silence, accepts=False, timeout=(10.0, 0.2)),
    Mode("reset", "lost", lambda exchange: reset(exchange.connection)),
    Mode("reset-not-done", "lost", lambda exchange: reset(exchange.connection), accepts=False),
    Mode("reset-unread", "lost", lambda exchange: None, accepts=False, unread=True),
    Mode("close", "lost", lambda exchange: None),
    Mode("408", "lost", respond_with(b"", 408), accepts=False),
    Mode("408-done", "lost", respond_with(b"", 408)),
    Mode("500", "lost", respond_with({"ErrorCode": 101, "Message": "Oops"}, 500), accepts=False),
    Mode("500-done", "lost", respond_with(b"", 500)),
    Mode("502-html", "lost", respond_with(HTML, 502), accepts=False),
    Mode("502-html-done", "lost", respond_with(HTML, 502)),
    Mode("503", "lost", respond_with(b"", 503), accepts=False),
    Mode("503-done", "lost", respond_with(HTML, 503)),
    Mode(
        "503-cut-code-100", "lost", raw(b"HTTP/1.1 503 No\r\nContent-Length: 99\r\n\r\n" + b'{"ErrorCode": 100'), True
    ),
    Mode("504-done", "lost", respond_with({"ErrorCode": 100}, 504)),
    Mode("status-999", "lost", respond_with(b"", 999)),
    Mode("cut", "lost", _cut),
    Mode("cut-chunks", "lost", _cut_chunks),
    Mode("garbage", "lost", raw(b"SSH-2.0-OpenSSH_9.2\r\n")),
    Mode("bad-length", "lost", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5, 7\r\n\r\nhello")),
    Mode("bad-chunk", "lost", raw(CHUNKED + b"zz\r\nhello\r\n")),
    Mode("endless-headers", "lost", raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200)),
]
ODD = [
    Mode("empty", "odd", respond_with(b"")),
    Mode("204", "odd", raw(b"HTTP/1.1 204 No Content\r\n\r\n")),
    Mode("cut-head", "odd", raw(b"HTTP/1.1 200 OK\r\nContent-Le")),
    Mode("html", "odd", respond_with(HTML)),
    Mode("bad-gzip", "odd", respond_with(b"no gzip", Content_Encoding="gzip")),
    Mode("half-json", "odd", respond_with(b'{"MessageID": "abc')),
    Mode("not-utf-8", "odd", respond_with(b'{"MessageID": "\xff\xfe"}')),
    Mode("deep", "odd", respond_with(b"[" * 100_000)),
    Mode("null", "odd", respond_with(None)),
    Mode("number", "odd", respond_with(5)),
    Mode("text", "odd", respond_with("OK")),
    Mode("list", "odd", respond_with([1])),
    Mode("list-of-two", "odd", respond_with([None, "x"])),
]
EATEN = [
    Mode("drip-status", "eaten", _dripping(b"HTTP/1.1 200 ", b"O")),
    Mode("drip-headers", "eaten", _dripping(b"HTTP/1.1 200 OK\r\nX: ")),
    Mode("drip-chunk-size", "eaten", _dripping(CHUNKED, b"0")),
    Mode("drip-chunks", "eaten", _dripping(CHUNKED, b"1\r\nx\r\n")),
    Mode("drip-body", "eaten", _dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{")),
    Mode("drip-continue", "eaten", _dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n")),
    Mode("drip-hints", "eaten", _dripping(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n")),
]
MODES = {mode.name: mode for mode in (*FINE, *AGAIN, *REJECTED, *LOST, *ODD, *EATEN)}


def _with_items(change: Callable[[list[Any]], object]) -> Act:
    return lambda exchange: exchange.send(reply(change(exchange.value)))


# What only the response to a batch can be wrong in. Two emails each; `ends` is the second one's, the first one's stands
# in `FIRST_KNOWN`.
BATCH_MODES = [
    Mode("shorter", "lost", _with_items(lambda items: items[:-1])),
    Mode("longer", "lost", _with_items(lambda items: [*items, items[0]])),
    Mode("empty-list", "lost", _with_items(lambda items: [])),
    Mode("wrapped", "lost", _with_items(lambda items: {"Messages": items})),
    Mode("without-ids", "lost", _with_items(lambda items: [{"ErrorCode": 0, "Message": "OK"} for _ in items])),
    Mode("odd-ids", "lost", _with_items(lambda items: [{**item, "MessageID": [1]} for item in items])),
    Mode("one-null", "lost", _with_items(lambda items: [items[0], None])),
    Mode("one-without-id", "lost", _with_items(lambda items: [items[0], {"ErrorCode": 0}])),
    Mode("one-empty", "lost", _with_items(lambda items: [items[0], {}])),
]
FIRST_KNOWN = ("one-null", "one-without-id", "one-empty")


def closing(exchange: Exchange) -> bool:
    """Respond well, and close the connection without having said so."""
    exchange.send(reply(exchange.value))
    return False


def resetting(exchange: Exchange) -> bool:
    """Respond well, and reset the connection at once: the next request may be on its way already."""
    exchange.send(reply(exchange.value))
    reset(exchange.connection)
    return False


def first_only(exchange: Exchange) -> None:
    """Accept the first email of a batch, and none behind it."""
    exchange.service.accept(emails_of(exchange.seen.json)[0])
    reset(exchange.connection)


THEN_CLOSE = Mode("then-close", "fine", closing)
THEN_RESET = Mode("then-reset", "fine", resetting)
FIRST_ONLY = Mode("first-only", "lost", first_only, accepts=False)


def _asked(exchange: Exchange) -> tuple[str, str]:
    query = parse_qsl(urlsplit(exchange.seen.target).query)
    return next((name.removeprefix("metadata_"), value) for name, value in query if name.startswith("metadata_"))


def listing(*rows: Any) -> Act:
    """Respond to a search with these rows, whatever was asked."""
    return respond_with({"TotalCount": len(rows), "Messages": list(rows)})


def keyed(change: Callable[[str], str], **more: Any) -> Act:
    """Respond to a search with an email that carries what was asked for, changed."""

    def act(exchange: Exchange) -> bool:
        name, value = _asked(exchange)
        # By the batch's key each email has a key of its own: it is the stream, or the batch, that is wrong then.
        keys = [email.metadata.get("emailapi-key", "") for email in exchange.service.accepted] or [value]
        rows = [
            {"MessageID": f"wrong-{key}", "Metadata": {name: change(value), "emailapi-key": change(key)}, **more}
            for key in keys
        ]
        return bool(listing(*rows)(exchange))

    return act


# The responses of a search before a good one. None of them may be read as the email that is looked for.
SEARCH_MODES = [
    Mode("search-500", "lost", respond_with(HTML, 500)),
    Mode("search-429", "again", respond_with(b"", 429, Retry_After="1")),
    Mode("search-408", "lost", respond_with(b"", 408)),
    Mode("search-reset", "lost", lambda exchange: reset(exchange.connection)),
    Mode("search-unread", "lost", lambda exchange: None, unread=True),
    Mode("search-timeout", "lost", lambda exchange: exchange.silence(), timeout=(10.0, 0.3)),
    Mode("search-cut", "lost", _cut),
    Mode("search-empty", "odd", respond_with(b"")),
    Mode("search-list", "odd", respond_with([1])),
    Mode("search-no-list", "odd", respond_with({"Messages": 5})),
    Mode("search-odd-rows", "odd", listing(1, None, [], {"MessageID": [1]}, {"MessageID": "x", "Metadata": [1]})),
    Mode("search-odd-values", "odd", listing({"MessageID": "x", "Metadata": {"emailapi-key": [1]}, "To": 5})),
    Mode("search-bare-rows", "fine", listing({"MessageID": "x"}, {"MessageID": "y", "Metadata": None})),
    Mode("search-nothing", "fine", listing()),
    Mode("search-others", "fine", keyed(lambda key: "another")),
    Mode("search-prefix", "fine", keyed(lambda key: key[:-1])),
    Mode("search-longer", "fine", keyed(lambda key: f"{key}0")),
    Mode("search-no-id", "fine", keyed(lambda key: key, MessageID="")),
    Mode("search-wrong-stream", "fine", keyed(lambda key: key, MessageStream="another")),
]
