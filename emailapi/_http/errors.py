"""The meaning of exceptions of `requests`, `urllib3` and the system for a request."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from contextlib import suppress
from traceback import walk_tb

import requests
from requests import exceptions as requests_errors
from urllib3 import exceptions as urllib3_errors

from .._delivery import proxy_login
from .._signals import causes
from .connection import ProxyLoginRequired, UnexpectedData

# Exceptions of our connections, the pool and the system. Any other exception is not about an exchange, and is raised.
KINDS = (OSError, http.client.HTTPException, urllib3_errors.HTTPError)

# The standard library's error for a proxy's response to CONNECT.
_LOGIN_REQUIRED = re.compile("Tunnel connection failed: 407")
# The base class of sockets, which tools do not replace.
_SOCKET = socket.SocketType
# The packages that open connections.
_OPENING = {"emailapi", "urllib3", "ssl", "socket"}
_NOT_SENT = (
    requests.ConnectTimeout,
    urllib3_errors.NewConnectionError,
    urllib3_errors.ConnectTimeoutError,
    urllib3_errors.LocationValueError,
    ssl.SSLCertVerificationError,
)

# OpenSSL's reasons if the bytes from the server are not TLS; they differ between its versions.
_NOT_TLS = ("HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE", "WRONG_VERSION_NUMBER")


def close_sockets(error: BaseException) -> None:
    """
    Close the sockets of connections that were interrupted while they were opened.

    Only the frames of the exception refer to them, and Python would warn of open sockets when these are cleared.
    """
    closed: set[int] = set()
    for frame, _ in walk_tb(error.__traceback__):
        if str(frame.f_globals.get("__name__")).partition(".")[0] in _OPENING:
            for value in [*frame.f_locals.values()]:
                if isinstance(value, _SOCKET):
                    # Not by `close`, which waits for the files made of the socket.
                    descriptor = value.detach()
                    # A TLS socket that is being made has the descriptor of its TCP socket.
                    if descriptor >= 0 and descriptor not in closed:
                        closed.add(descriptor)
                        with suppress(OSError):
                            socket.close(descriptor)


def _cause(error: BaseException, kind: type[BaseException]) -> BaseException | None:
    return next((one for one in causes(error) if isinstance(one, kind)), None)


def is_about(error: BaseException, base_url: str) -> bool:
    """Whether an error is about our request, and not about a request that a user's hook made elsewhere."""
    url = getattr(getattr(error, "request", None), "url", None)
    return isinstance(url, str) and url.lower().startswith(base_url.lower())


def surely_not_sent(error: BaseException, base_url: str) -> bool:
    """Decide by types alone, for the user's session: only by types that are never raised after the request."""
    return is_about(error, base_url) and any(isinstance(one, _NOT_SENT) for one in causes(error))


def has_decisive_status(status: int, error: BaseException) -> bool:
    """Whether a response counts although its body is incomplete: its status is not a success."""
    return isinstance(error, urllib3_errors.HTTPError) and not 200 <= status < 300


def is_lasting(error: BaseException) -> bool:
    """Whether another attempt cannot help: the server's certificate is not trusted, or the proxy requires a login."""
    if is_untrusted_certificate(error) or _cause(error, ProxyLoginRequired):
        return True
    return any(_LOGIN_REQUIRED.match(str(one)) for one in causes(error))


def is_untrusted_certificate(error: BaseException) -> bool:
    """Whether the server's certificate is not trusted, so that another attempt cannot help."""
    return _cause(error, ssl.SSLCertVerificationError) is not None


def remedy(error: BaseException) -> str:
    """Return the option that helps, if there is one."""
    return "; to trust it, set REQUESTS_CA_BUNDLE or pass a session=" if is_untrusted_certificate(error) else ""


def invalid_proxy(proxy: str) -> str:
    """Return the message for a proxy, given without its login, whose address is not valid."""
    return f"the address of the proxy {proxy!r} is not valid: check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY"


def configuration(error: BaseException, sent: bool | None, bundle: object, proxy: str = "") -> str | None:
    """Return the fault of an address, proxy or CA bundle that failed before any network was used; else None."""
    text = str(error)
    tls = _cause(error, ssl.SSLError)
    # Raised when certificates are loaded; errors of the server's TLS have the library "SSL".
    if sent is False and isinstance(bundle, str) and getattr(tls, "library", None) in ("X509", "PEM", "ASN1"):
        return f"the CA bundle {bundle!r} cannot be read: {getattr(tls, 'reason', None)}"
    # Raised by requests for a CA bundle or client certificate that does not exist.
    if sent is not True and type(error) is OSError and text.startswith("Could not find"):
        return text
    if sent is False and isinstance(error, (requests_errors.InvalidURL, requests_errors.InvalidSchema)):
        if proxy:
            return invalid_proxy(proxy)
        # The text may contain an address with its password.
        return "the address or its proxy's address is not valid" if "@" in text else text
    return None


def _resolved_name(error: BaseException) -> str:
    name = getattr(getattr(error, "conn", None), "host", None)
    return f" {name!r}" if isinstance(name, str) else ""


def reason(error: BaseException, sent: bool, timeout: tuple[float, float], proxy: str = "") -> str:
    """Describe the failure, without any content of the request; with a proxy, the connection is the proxy's."""
    certificate = _cause(error, ssl.SSLCertVerificationError)
    through = f" through the proxy {proxy}" if proxy else ""
    if certificate is not None:
        why = getattr(certificate, "verify_message", certificate)
        return f"the certificate is not trusted: {why}"
    unresolved = _cause(error, urllib3_errors.NameResolutionError)
    if unresolved is not None:
        return f"the host name{_resolved_name(unresolved)} cannot be resolved"
    if _cause(error, ConnectionRefusedError):
        if proxy:
            return f"connection refused by the proxy {proxy}"
        return "connection refused: check base_url, and whether the server runs"
    if isinstance(error, (requests.Timeout, urllib3_errors.TimeoutError, TimeoutError)):
        return f"no response within {timeout[1]:.3g} s" if sent else f"no connection within {timeout[0]:.3g} s{through}"
    unexpected = _cause(error, UnexpectedData)
    if unexpected is not None:
        return f"the server {unexpected}"
    last = causes(error)[-1]
    # The standard library puts a proxy's own message into an OSError.
    words = str(last) if str(last).startswith("Tunnel connection failed") else None
    detail = getattr(last, "strerror", None) or words or type(last).__name__
    if getattr(last, "reason", None) in _NOT_TLS:
        detail += "; the port does not seem to speak TLS"
    if _cause(error, ssl.SSLError):
        if sent:
            return f"TLS failed: {detail}"
        return f"the TLS handshake failed: {detail}: check that the server expects https at this host and port"
    if isinstance(error, requests_errors.ProxyError) and not sent:
        if words and is_lasting(error):
            return proxy_login(proxy)
        return f"the proxy {proxy} made no connection: {detail}" if proxy else f"the proxy made no connection: {detail}"
    return f"the connection broke: {detail}" if sent else f"cannot connect{through}: {detail}"
