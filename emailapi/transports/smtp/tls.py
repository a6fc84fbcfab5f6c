"""The TLS mode, the trusted certificates, and descriptions of socket errors."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from typing import Literal, get_args

from ..._signals import raised_by_signal
from ...errors import ConfigurationError
from ...settings import as_flag

_Path = str | os.PathLike[str]
TLS = Literal["required", "implicit", "opportunistic", "none"]
IMPLICIT_PORT = 465
CLOSED = "the server closed the connection"
# OpenSSL's name for a failure, and the option that helps.
_HINTS = {
    "CERTIFICATE_REQUIRED": "the server requires a client certificate: set client_cert=",
    "HANDSHAKE_FAILURE": "the server may require a client certificate (client_cert=), or old ciphers (tls_context=)",
    "PROTOCOL_VERSION": "versions before TLS 1.2 need a tls_context= of your own",
    "UNSUPPORTED_PROTOCOL": "versions before TLS 1.2 need a tls_context= of your own",
    "DH_KEY_TOO_SMALL": "weaker keys need a tls_context= of your own",
}


def resolve_tls(is_local: bool, port: int | None, tls: TLS | None, use_tls: bool, start_tls: bool | None) -> TLS:
    """
    Return the TLS mode: what the three options say, else `"required"` unless the server is local.

    Raises:
        ConfigurationError: An option is not valid, or two contradict each other.
    """
    as_flag(use_tls, "use_tls")
    if start_tls is not None:
        as_flag(start_tls, "start_tls")
    if tls is not None and tls not in get_args(TLS):
        raise ConfigurationError(f"tls must be one of {', '.join(map(repr, get_args(TLS)))}, got {tls!r}")
    if use_tls and start_tls:
        raise ConfigurationError("use_tls and start_tls contradict each other: use one of them")
    if tls == "implicit" and start_tls is False:
        start_tls = None  # the connection uses TLS already
    said: TLS | None = "implicit" if use_tls else {True: "required", False: "none", None: None}[start_tls]
    if tls is not None and said is not None and tls != said:
        raise ConfigurationError(f"tls={tls!r} contradicts use_tls or start_tls, which mean {said!r}")
    found = tls or said
    if found is None:
        found = "implicit" if port == IMPLICIT_PORT else "opportunistic" if is_local else "required"
    return found


class Trust:
    """
    The trusted certificates: an `SSLContext`, created anew after gevent or eventlet has replaced that class.

    A context of the original class cannot wrap a socket after that.
    """

    def __init__(self, make: Callable[[], ssl.SSLContext | None]) -> None:
        """Create the context, and keep the function that creates it."""
        self._make = make
        self._made = ssl.SSLContext, make()

    @property
    def context(self) -> ssl.SSLContext | None:
        """
        The context; None without TLS.

        Raises:
            ConfigurationError: A file cannot be read, or `tls_context` is of the original class.
        """
        kind, context = self._made
        if kind is not ssl.SSLContext:
            context = self._make()
            self._made = ssl.SSLContext, context
        return context


def create_trust(
    tls: TLS,
    ready: ssl.SSLContext | None,
    *,
    bundle: _Path | None,
    certificate: _Path | None,
    key: _Path | None,
    verified: bool,
) -> Trust:
    """
    Return how certificates are checked.

    Args:
        tls: How the connection is encrypted.
        ready: The option `tls_context`.
        bundle: The option `cert_bundle`.
        certificate: The option `client_cert`.
        key: The option `client_key`.
        verified: Whether the server's certificate must be valid.

    Raises:
        ConfigurationError: Options contradict each other, or a file cannot be read.
    """
    files = {"cert_bundle": bundle, "client_cert": certificate, "client_key": key}
    given = [name for name, file in files.items() if file]
    if tls == "none":
        if ready or given:
            raise ConfigurationError(f"{'tls_context' if ready else given[0]} has no effect without TLS: remove it")
        return Trust(lambda: None)
    if ready is not None:
        if given:
            raise ConfigurationError(f"tls_context and {given[0]} contradict each other")
        return Trust(lambda: _checked(ready))
    if key and not certificate:
        raise ConfigurationError("client_key needs client_cert: pass both")
    return Trust(lambda: _context(bundle or None, certificate, key, verified))


def _checked(ready: object) -> ssl.SSLContext:
    if not isinstance(ready, ssl.SSLContext):
        why = f"must be an ssl.SSLContext, got {type(ready).__name__}"
        if "SSLContext" in [base.__name__ for base in type(ready).__mro__]:
            why = "was created before gevent or eventlet patched the ssl module: create it after patching"
        raise ConfigurationError(f"tls_context {why}")
    return ready


def _context(bundle: _Path | None, certificate: _Path | None, key: _Path | None, verified: bool) -> ssl.SSLContext:
    fault = None
    try:
        context = _verifying_context(bundle) if verified else _unverified_context()
        context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
        if certificate:
            # Without a password OpenSSL would ask for one on the terminal.
            context.load_cert_chain(certificate, key, password=lambda: "")
        return context
    except (OSError, ValueError, TypeError) as error:
        fault = getattr(error, "strerror", None) or str(error)
    raise ConfigurationError(f"cert_bundle, client_cert or client_key cannot be read: {fault}")


def _verifying_context(bundle: _Path | None) -> ssl.SSLContext:
    is_folder = bundle is not None and os.path.isdir(bundle)
    return ssl.create_default_context(cafile=None if is_folder else bundle, capath=bundle if is_folder else None)


def _unverified_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def describe(error: OSError, timeout: float) -> str:
    """
    Describe a socket error; the description contains nothing that was written.

    An exception that a signal handler raised is not about the socket, whatever its class: it is raised again.
    """
    if raised_by_signal(error):
        raise error
    if isinstance(error, TimeoutError):
        return f"no response within {timeout:.3g} s (raise timeout= or deadline=)"
    if isinstance(error, ssl.SSLError):
        reason = error.reason or type(error).__name__
        hint = next((f" ({_HINTS[name]})" for name in _HINTS if reason.endswith(name)), "")
        return f"TLS failed: {reason}{hint}"
    if isinstance(error, (ConnectionResetError, BrokenPipeError)):
        return CLOSED
    return error.strerror or str(error) or type(error).__name__
