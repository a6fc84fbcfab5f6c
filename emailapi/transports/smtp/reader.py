"""What a server says, byte by byte, within its time; and in words what goes wrong there."""

from __future__ import annotations

import io
import ssl
from typing import TYPE_CHECKING, Any

from ..._delivery import raised_by_signal

if TYPE_CHECKING:
    from .connection import Session

# A reply has a few lines; one without end would fill the memory.
REPLY_LIMIT = 1_000_000
CLOSED = "the server closed the connection"
NOT_SMTP = "its reply is no SMTP"
# OpenSSL's name for a failure, and the option that remedies it.
_TLS_HINTS = {
    "CERTIFICATE_REQUIRED": "the server wants a certificate: client_cert=",
    "HANDSHAKE_FAILURE": "the server may want a certificate (client_cert=), or older ciphers (tls_context=)",
    "PROTOCOL_VERSION": "older versions than TLS 1.2 need a tls_context= of your own",
    "UNSUPPORTED_PROTOCOL": "older versions than TLS 1.2 need a tls_context= of your own",
    "DH_KEY_TOO_SMALL": "weaker keys need a tls_context= of your own",
}


class Broken(Exception):
    """
    The connection is of no more use.

    Attributes:
        reason: Why, in words; nothing of what was sent stands in it.
        ended: Whether the server may have taken the mail that was being sent.
        retryable: Whether another connection may fare better.
    """

    def __init__(self, reason: str, *, ended: bool = False, retryable: bool = True) -> None:
        """Keep what is known."""
        super().__init__(reason)
        self.reason = reason
        self.ended = ended
        self.retryable = retryable


class Answers(io.RawIOBase):
    """What replies are read from: a socket's timeout begins anew with each byte, the deadline does not."""

    def __init__(self, session: Session) -> None:
        """Read what this connection brings."""
        self.session = session
        self.connection = session.connection
        self.failure: OSError | None = None
        self.read_so_far = 0
        self.shut = False

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what is there, or wait for it as long as may be; nothing while `shut`."""
        if self.shut:
            return None
        try:
            self.session.limit()
            count = self.connection.recv_into(buffer)
        except OSError as error:
            self.failure = error
            raise
        self.read_so_far += count
        if self.read_so_far > REPLY_LIMIT:
            self.failure = OSError("its reply has no end")
            raise self.failure
        return count


def words(error: OSError, timeout: float) -> str:
    """
    Return in words what went wrong on a socket; nothing that was written stands in it.

    What a signal handler raised is not about the socket, of whatever kind it is: it passes.
    """
    if raised_by_signal(error):
        raise error
    if isinstance(error, TimeoutError):
        return f"no answer within {timeout:.3g} s (timeout= and deadline= may be raised)"
    if isinstance(error, ssl.SSLError):
        reason = error.reason or type(error).__name__
        hint = next((f" ({_TLS_HINTS[name]})" for name in _TLS_HINTS if reason.endswith(name)), "")
        return f"TLS failed: {reason}{hint}"
    if isinstance(error, (ConnectionResetError, BrokenPipeError)):
        return CLOSED
    return error.strerror or str(error) or type(error).__name__
