"""The last requests to the sandbox: which were rejected, and why."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime

import attrs

from .rejection import Rejection

KEPT = 1_000
# Of a body, so many bytes are kept.
BODY_BYTES = 10_000
# The values of fields that are secret: those by their own name, and those of headers with such a name.
_SECRETS = re.compile(
    r'("(?=[^"]*(?:password|token|secret))[^"]*+"\s*:\s*"'
    r'|"Name"\s*:\s*"(?=[^"]*(?:auth|token|secret|key|cookie|password))[^"]*+"\s*,\s*"Value"\s*:\s*")'
    r'(?:[^"\\]|\\.)*',
    re.IGNORECASE,
)
# The values of header fields by SMTP with such a name.
_SECRET_HEADERS = re.compile(
    r"^([\w-]*(?:auth|token|secret|key|cookie|password)[\w-]*:)[^\r\n]*+(?:\r?\n[ \t][^\r\n]*+)*+",
    re.IGNORECASE | re.MULTILINE,
)


@attrs.frozen
class RecordedRejection:
    """
    Why a request, or one email of a batch, was rejected.

    Attributes:
        code: The `ErrorCode` of the response.
        message: The reason in words.
        index: The place of the email in its batch, from 0; None for the whole request.
    """

    code: int
    message: str
    index: int | None = None


def _packed(ids: Iterable[str]) -> bytes:
    """Return ids as bytes: a thousand batches would take 46 MB as texts, and take 8 MB so."""
    return b"".join([bytes.fromhex(each.replace("-", "")) for each in ids])


@attrs.frozen(kw_only=True)
class RecordedRequest:
    """
    A request to the sandbox. Tokens are not kept.

    Attributes:
        received_at: When it came, by the clock of the sandbox.
        method: HTTP method.
        path: Path without the query.
        query: Query without the question mark.
        status: HTTP status of the response; None if the connection was cut instead.
        rejections: The rejection of the request, or those of emails of a batch; empty if there was none.
        server_id: Id of the server whose token it had; None for the account, and for requests without a valid token.
        seconds: How long it took, without the time of the network.
        user_agent: The User-Agent header.
        fault: The fault that the request met, in words; None if it met none.
        body_size: The size of the body in bytes; 0 for requests without one.
    """

    received_at: datetime
    method: str
    path: str
    query: str
    status: int | None
    rejections: tuple[RecordedRejection, ...] = ()
    _ids: bytes = attrs.field(default=b"", converter=_packed, alias="message_ids", repr=False)
    server_id: int | None = None
    seconds: float = 0.0
    user_agent: str = ""
    fault: str | None = None
    body_size: int = 0
    _body: bytes = attrs.field(default=b"", repr=False)

    @property
    def body(self) -> str:
        """
        The first 10,000 bytes of the body, in which passwords and tokens are masked.

        By SMTP these are the addresses of MAIL and RCPT, a line each, and the message behind `DATA`.
        """
        text = self._body.decode("utf-8", "replace")
        return _SECRET_HEADERS.sub(r"\1 ***", text) if self.method == "SMTP" else _SECRETS.sub(r"\1***", text)

    @property
    def message_ids(self) -> tuple[str, ...]:
        """Ids of the messages that the request has sent."""
        digits = self._ids.hex()
        ids = [digits[start : start + 32] for start in range(0, len(digits), 32)]
        return tuple([f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}" for one in ids])

    @property
    def rejected(self) -> bool:
        """Whether the request, or an email of its batch, was rejected."""
        return bool(self.rejections) or self.status is None or self.status >= 400


@attrs.define
class Notes:
    """
    Facts about a request, collected while it is carried out, and handed on in the WSGI environment.

    Attributes:
        server_id: Id of the server.
        rejections: The rejections of the request or its emails.
        message_ids: Ids of the messages.
        body_size: The size of the body, and `body` its beginning.
    """

    server_id: int | None = None
    rejections: list[RecordedRejection] = attrs.field(factory=list)
    message_ids: list[str] = attrs.field(factory=list)
    body_size: int = 0
    body: bytes = attrs.field(default=b"", repr=False)

    def see(self, body: bytes) -> None:
        """Keep the beginning of a body."""
        self.body_size, self.body = len(body), body[:BODY_BYTES]

    def reject(self, rejection: Rejection) -> None:
        """Note that the whole request was rejected."""
        self.rejections.append(RecordedRejection(rejection.code, rejection.reason or rejection.message))

    def read(self, value: object) -> None:
        """Note the results of emails in a response."""
        items = value if isinstance(value, list) else [value]
        for index, item in enumerate(items):
            if not isinstance(item, Mapping) or "ErrorCode" not in item:
                continue
            if item["ErrorCode"]:
                self.rejections.append(RecordedRejection(item["ErrorCode"], item["Message"], index))
            elif "MessageID" in item:
                self.message_ids.append(item["MessageID"])


class RequestLog:
    """The last requests, `KEPT` at most."""

    def __init__(self) -> None:
        """Begin without any."""
        self._count = 0
        self._lock = threading.Lock()
        self._requests: deque[RecordedRequest] = deque(maxlen=KEPT)

    def add(self, request: RecordedRequest) -> None:
        """Keep a request."""
        with self._lock:
            self._requests.append(request)
            self._count += 1

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._requests.clear()

    def newest(self, *, rejected: bool = False) -> list[RecordedRequest]:
        """Return the requests, newest first; only those that were rejected, if asked for."""
        return [request for _, request in self.numbered(rejected=rejected)]

    def numbered(self, *, rejected: bool = False) -> list[tuple[int, RecordedRequest]]:
        """Return the same, each with its number in the sandbox, from 1."""
        with self._lock:
            found, last = [*self._requests], self._count
        numbered = zip(range(last, 0, -1), reversed(found), strict=False)
        return [(number, request) for number, request in numbered if request.rejected or not rejected]
