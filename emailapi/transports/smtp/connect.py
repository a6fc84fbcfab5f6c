"""From a socket to a session that can send emails: greeting, EHLO, TLS, login."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress

from ..._delivery import Deadline
from ..._net import readiness
from ...errors import EmailAPIError
from .auth import log_in
from .connection import CLOSING, NOT_SMTP, Broken, Reply, Session
from .options import Settings
from .sockets import open_socket
from .tls import describe

# After this long a silence, check whether the port waits for a TLS handshake. Port 25 is exempt, because servers delay
# their greeting there to detect spammers, and so are Unix domain sockets, which have no TLS.
SILENCE_SECONDS = 1.0
_PATIENT_PORTS = (25, None)
_HANDSHAKE_RECORDS = (0x15, 0x16)
# OpenSSL's numbers for reasons why a certificate is not trusted.
_WRONG_TIME = (9, 10)
_OTHER_NAME = (62, 63, 64)
_RELAY_HINT = " (for a relay in a network of your own: tls='opportunistic' or tls='none')"
# OpenSSL's names for a first record that is not TLS.
_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG")


class LMTPSession(Session):
    """One connection to an LMTP server (RFC 2033)."""

    protocol = "lmtp"
    ehlo_msg = "lhlo"


def open_session(settings: Settings, deadline: Deadline) -> Session:
    """
    Open a connection, encrypt it and log in as the settings say.

    Raises:
        Broken: The connection could not be opened.
    """
    kind = LMTPSession if settings.protocol == "lmtp" else Session
    session = kind(deadline, settings.timeout[1])
    try:
        _open(session, settings, deadline)
        return session
    except EmailAPIError as error:
        failure = Broken(error.message, error=error)
    except BaseException:
        session.close()
        raise
    session.close()
    raise failure


def _open(session: Session, settings: Settings, deadline: Deadline) -> None:
    session.sock = open_socket(settings, deadline)
    if settings.tls == "implicit":
        _encrypt(session, settings, deadline)
    else:
        _await_greeting(session, settings, deadline)
    _expect(_greeting(session, settings), (220,), "the server rejected the connection")
    session.local_hostname = settings.local_hostname or _client_name(session.sock)
    _send_ehlo(session)
    if settings.tls in ("required", "opportunistic"):
        _upgrade(session, settings, deadline)
    if settings.logs_in:
        if not (session.encrypted or settings.allow_plaintext_auth or settings.is_local):
            raise Broken(
                "the server offers no STARTTLS, and the password would be sent in clear: use a port with TLS, or "
                "allow_plaintext_auth=True",
                retryable=False,
            )
        log_in(session, settings)


def _greeting(session: Session, settings: Settings) -> Reply:
    try:
        return Reply.read(*session.getreply())
    except Broken as broken:
        if broken.reason != NOT_SMTP:
            raise
        reason = f"{broken.reason}: check {'port' if settings.socket_path is None else 'socket_path'}="
    raise Broken(reason)


def _expect(reply: Reply, codes: tuple[int, ...], what: str, hint: str = "") -> None:
    if reply.code not in codes:
        raise Broken(f"{what}: {reply}{hint}", retryable=reply.code < 500)


def _encrypt(session: Session, settings: Settings, deadline: Deadline) -> None:
    """Do the TLS handshake, and discard what the server said before it."""
    context = settings.trust.context
    assert context is not None  # noqa: S101 - every TLS mode has a context
    wait = min(settings.timeout[0], deadline.left())
    if wait <= 0:
        raise Broken("no time for the TLS handshake")
    session.sock.settimeout(wait)
    try:
        session.sock = context.wrap_socket(
            session.sock,
            server_hostname=settings.server_hostname or settings.hostname,
            do_handshake_on_connect=False,
        )
        fault = None
    except ValueError as error:
        fault = Broken(f"TLS cannot begin: {error}", retryable=False)
    except OSError as error:
        fault = Broken(f"the TLS handshake failed: {describe(error, wait)}")
    fault = fault or _do_handshake(session, settings, wait)
    if fault is not None:
        raise fault
    session.encrypted = True
    session.discard_received()


def _do_handshake(session: Session, settings: Settings, wait: float) -> Broken | None:
    """Do the handshake, and return its failure, or None."""
    try:
        session.sock.do_handshake()
        return None
    except ssl.SSLCertVerificationError as error:
        why = f"{error.verify_message}{_certificate_hint(error.verify_code)}"
        return Broken(f"the certificate is not trusted: {why}", retryable=False)
    except ssl.SSLError as error:
        if error.reason in _NO_TLS and settings.tls == "implicit":
            return Broken(
                "the port does not speak TLS from the first byte: use STARTTLS (tls='required')", retryable=False
            )
        return Broken(f"the TLS handshake failed: {describe(error, wait)}".replace("failed: TLS failed", "failed"))
    except OSError as error:
        return Broken(f"the TLS handshake failed: {describe(error, wait)}")


def _certificate_hint(code: int) -> str:
    if code in _OTHER_NAME:
        return " (set server_hostname= to the name in the certificate)"
    if code in _WRONG_TIME:
        return " (renew the server's certificate, or check the clock of this machine)"
    return " (set cert_bundle= to the certificate of the authority that signed it)"


def _await_greeting(session: Session, settings: Settings, deadline: Deadline) -> None:
    """Wait for the greeting; raise `Broken` if the port expects a TLS handshake instead."""
    wait = min(SILENCE_SECONDS, settings.timeout[1], deadline.left())
    if wait <= 0 or settings.port in _PATIENT_PORTS or readiness(session.sock, wait)():
        return
    if _waits_for_tls(settings, deadline):
        raise Broken("the port speaks TLS from the first byte: use tls='implicit' (use_tls=True)", retryable=False)


def _waits_for_tls(settings: Settings, deadline: Deadline) -> bool:
    """Return whether the port responds to a TLS ClientHello, sent over a second connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    incoming, hello = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, hello)
    with suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    try:
        with open_socket(settings, deadline.sooner(SILENCE_SECONDS)) as connection:
            connection.settimeout(max(0.01, min(SILENCE_SECONDS, deadline.left())))
            connection.sendall(hello.read())
            return connection.recv(1)[:1] in [bytes([record]) for record in _HANDSHAKE_RECORDS]
    except (Broken, OSError):
        return False


def _client_name(connection: socket.socket) -> str:
    """Return the client's name for EHLO: a fully qualified name or the address, without a DNS query, which is slow."""
    name = socket.gethostname()
    if "." in name and name.isascii() and name.isprintable() and " " not in name:
        return name
    here = connection.getsockname()
    if not isinstance(here, tuple):
        return "localhost"  # a Unix domain socket has a path, and that of a client is empty
    address = here[0].partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _send_ehlo(session: Session) -> None:
    """Send EHLO, or HELO if an SMTP server does not know EHLO; an LMTP server knows only LHLO."""
    reply = Reply.read(*session.ehlo())
    hint = f" (local_hostname= is {session.local_hostname!r})"
    if session.protocol == "lmtp":
        _expect(reply, (250,), "the server rejected LHLO", f"{hint}; use SMTPTransport for an SMTP server")
        return
    if reply.code in (500, 501, 502, 504):
        reply = Reply.read(*session.helo())
    _expect(reply, (250,), "the server rejected EHLO", hint)


def _upgrade(session: Session, settings: Settings, deadline: Deadline) -> None:
    """Start TLS. Data after the 220 reply may have been injected by an attacker (RFC 3207): they are an error."""
    required = settings.tls == "required"
    if not session.has_extn("starttls"):
        if required:
            raise Broken(f"the server offers no STARTTLS, and TLS is required{_RELAY_HINT}", retryable=False)
        return
    reply = session.execute("STARTTLS")
    if reply.code != 220:
        if required or reply.code == CLOSING:
            _expect(reply, (220,), "the server rejected STARTTLS", _RELAY_HINT)
        return
    if session.has_unread():
        raise Broken("unexpected data after the STARTTLS reply (possible command injection)", retryable=False)
    _encrypt(session, settings, deadline)
    _send_ehlo(session)
