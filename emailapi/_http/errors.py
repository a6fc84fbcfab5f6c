"""What an exception of `requests`, `urllib3` or the system says about a request."""

from __future__ import annotations

import http.client
import re
import ssl

import requests
from requests import exceptions as requests_errors
from urllib3 import exceptions as urllib3_errors

from .._delivery import causes, proxy_login
from .connection import LoginRefused, UnexpectedData

# What our own connections, the pool and the system raise. All else is not about an exchange, and passes.
KINDS = (OSError, http.client.HTTPException, urllib3_errors.HTTPError)

# What the standard library makes of a proxy's answer to CONNECT.
_REFUSED_BY_PROXY = re.compile("Tunnel connection failed: 407")
_NOT_SENT = (
    requests.ConnectTimeout,
    urllib3_errors.NewConnectionError,
    urllib3_errors.ConnectTimeoutError,
    urllib3_errors.LocationValueError,
    ssl.SSLCertVerificationError,
)


def _cause(error: BaseException, kind: type[BaseException]) -> BaseException | None:
    return next((one for one in causes(error) if isinstance(one, kind)), None)


def is_about(error: BaseException, base_url: str) -> bool:
    """Whether an error is about a request of ours, and not one that a user's hook made elsewhere."""
    url = getattr(getattr(error, "request", None), "url", None)
    return isinstance(url, str) and url.lower().startswith(base_url.lower())


def surely_not_sent(error: BaseException, base_url: str) -> bool:
    """Judge by types alone, for a session that is not ours: only those that never come after the request."""
    return is_about(error, base_url) and any(isinstance(one, _NOT_SENT) for one in causes(error))


def says_enough(status: int, error: BaseException) -> bool:
    """Whether an answer counts although its body broke off: its status is no success."""
    return isinstance(error, urllib3_errors.HTTPError) and not 200 <= status < 300


def is_lasting(error: BaseException) -> bool:
    """Whether no second attempt heals it: the server's certificate is at fault, or the proxy wants a login."""
    if by_certificate(error) or _cause(error, LoginRefused):
        return True
    return any(_REFUSED_BY_PROXY.match(str(one)) for one in causes(error))


def by_certificate(error: BaseException) -> bool:
    """Whether the other side's certificate is at fault, which no second attempt heals."""
    return _cause(error, ssl.SSLCertVerificationError) is not None


def remedy(error: BaseException) -> str:
    """Return in words what to do, where an option helps."""
    return "; trust another with REQUESTS_CA_BUNDLE, or by a session=" if by_certificate(error) else ""


def configuration(error: BaseException, sent: bool | None, bundle: object) -> str | None:
    """Return what is wrong with an address, proxy or CA bundle, when it failed before any network; else None."""
    text = str(error)
    tls = _cause(error, ssl.SSLError)
    # What loading certificates raises; what the other side does wrong is of the library "SSL".
    if sent is False and isinstance(bundle, str) and getattr(tls, "library", None) in ("X509", "PEM", "ASN1"):
        return f"the CA bundle {bundle!r} cannot be read: {getattr(tls, 'reason', None)}"
    # What requests raises for a CA bundle or client certificate that is not there.
    if sent is not True and type(error) is OSError and text.startswith("Could not find"):
        return text
    if sent is False and isinstance(error, (requests_errors.InvalidURL, requests_errors.InvalidSchema)):
        # The text may repeat an address with its password.
        return "the address, or its proxy's, cannot be used" if "@" in text else text
    return None


def reason(error: BaseException, sent: bool, timeout: tuple[float, float], proxy: str = "") -> str:
    """Return in words what happened; nothing of the request stands in it."""
    certificate = _cause(error, ssl.SSLCertVerificationError)
    if certificate is not None:
        why = getattr(certificate, "verify_message", certificate)
        return f"the certificate is not trusted: {why}"
    if _cause(error, urllib3_errors.NameResolutionError):
        return "the host name cannot be resolved"
    if _cause(error, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(error, (requests.Timeout, urllib3_errors.TimeoutError, TimeoutError)):
        return f"no answer within {timeout[1]:.3g} s" if sent else f"no connection within {timeout[0]:.3g} s"
    unexpected = _cause(error, UnexpectedData)
    if unexpected is not None:
        return f"the server {unexpected}"
    last = causes(error)[-1]
    # A proxy's own words are the argument of an OSError that the standard library makes.
    words = str(last) if str(last).startswith("Tunnel connection failed") else None
    detail = getattr(last, "strerror", None) or words or type(last).__name__
    if _cause(error, ssl.SSLError):
        return f"TLS failed: {detail}" if sent else f"the TLS handshake failed: {detail}"
    if isinstance(error, requests_errors.ProxyError) and not sent:
        if words and is_lasting(error):
            return proxy_login(proxy)
        return f"the proxy {proxy} made no connection: {detail}" if proxy else f"the proxy made no connection: {detail}"
    return f"the connection broke: {detail}" if sent else f"the connection could not be made: {detail}"
