"""Options of SMTP: a `TypedDict` for type checkers, and a class that converts, checks and completes them."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from os import PathLike
from typing import Literal, TypedDict, Unpack

import attrs

from ..._hints import guard_repr, unknown_name_message
from ..._hosts import is_loopback
from ..._net import NotCopied
from ..._secrets import Secret, hide
from ...errors import ConfigurationError
from ...models.options import Retry
from ...settings import Timeout, as_deadline, as_flag, as_retry, as_timeout
from .converters import (
    as_hostname,
    as_local_hostname,
    as_port,
    as_secret,
    as_server_hostname,
    as_socket_path,
    as_source_address,
    as_token_generator,
    check_count,
    check_flag,
    check_seconds,
)
from .tls import IMPLICIT_PORT, TLS, Trust, create_trust, resolve_tls

Protocol = Literal["smtp", "lmtp"]

POSTMARK_DOMAIN = "postmarkapp.com"
LMTP_PORT = 24
_PORTS = {"implicit": IMPLICIT_PORT, "required": 587}
# Marks the options that have no meaning for a Unix domain socket.
_TCP = {"tcp": True}


class SMTPOptions(TypedDict, total=False):
    """
    Options of `SMTPTransport`, `LMTPTransport` and `transports.smtp.send`, besides host and port.

    The names are those of aiosmtplib.

    Attributes:
        socket_path: Path of the server's Unix domain socket, instead of a host and a port. Such a server is as local
            as loopback: TLS is not used, and a password may be sent. A path of Linux's abstract namespace is rejected.
        username: User name. Without a password or a token, authentication is skipped.
        password: Password; not without a user name.
        oauth_token_generator: Function that returns the access token for each login by XOAUTH2, instead of a password.
        tls: `"required"` (STARTTLS), `"implicit"` (from the first byte), `"opportunistic"` (STARTTLS if offered) or
            `"none"`. By default opportunistic on loopback, implicit on port 465, and required everywhere else.
        use_tls: True means `tls="implicit"`.
        start_tls: True means `tls="required"`, False means `tls="none"`.
        cert_bundle: File or folder of the CA certificates to trust, instead of the system's.
        client_cert: File of the client's certificate, with its key unless `client_key` is given.
        client_key: File of the key of the client's certificate.
        tls_context: An `ssl.SSLContext`, instead of `cert_bundle`, `client_cert` and `client_key`.
        server_hostname: Name in the server's certificate, if it differs from `hostname`.
        allow_plaintext_auth: Whether a password may be sent in clear to a server that is not on loopback.
        local_hostname: Name of this client in EHLO; by default the machine's if it is fully qualified, else its
            address.
        source_address: `(host, port)` to connect from.
        timeout: Seconds for one socket operation, a number or `(connect, read)`.
        deadline: Seconds for one email with its retries, not counting the system's name resolution.
        retry: How often an email that was not sent is retried.
        postmark_headers: Whether tag, metadata, stream, tracking and key are sent as `X-PM-` headers; by default only
            to hosts of postmarkapp.com.
        max_messages: Number of emails after which the connection is renewed.
        max_age: Age in seconds after which the connection is renewed.
        max_idle: Idle time in seconds after which the connection is renewed; after a quarter of that time the
            connection is checked with NOOP before it is used.
    """

    socket_path: str | PathLike[str] | None
    username: str | None
    password: str | None
    oauth_token_generator: Callable[[], str] | None
    tls: TLS | None
    use_tls: bool
    start_tls: bool | None
    cert_bundle: str | PathLike[str] | None
    client_cert: str | PathLike[str] | None
    client_key: str | PathLike[str] | None
    tls_context: ssl.SSLContext | None
    server_hostname: str | None
    allow_plaintext_auth: bool
    local_hostname: str | None
    source_address: tuple[str, int] | None
    timeout: Timeout
    deadline: float
    retry: Retry | None
    postmark_headers: bool | None
    max_messages: int
    max_age: float
    max_idle: float


# How the attributes of `Settings` that are not options are derived from the options.


def _is_local(settings: Settings) -> bool:
    return settings.socket_path is not None or is_loopback(settings.hostname or "")


def _derive_tls(settings: Settings) -> TLS:
    if settings.socket_path is not None:
        _check_socket_options(settings)
        return "none"
    return resolve_tls(settings.is_local, settings._port, settings._tls, settings._use_tls, settings._start_tls)


def _check_socket_options(settings: Settings) -> None:
    for option in attrs.fields(Settings):
        if option.metadata and getattr(settings, option.name) not in (None, False, "none"):
            raise ConfigurationError(
                f"socket_path and {option.alias} contradict each other: a Unix domain socket has no host, port or TLS"
            )


def _derive_trust(settings: Settings) -> Trust:
    return create_trust(
        settings.tls,
        settings._tls_context,
        bundle=settings._cert_bundle,
        certificate=settings._client_cert,
        key=settings._client_key,
        # Opportunistic TLS falls back to clear text, so that checking certificates adds no safety on a local server.
        verified=settings.tls != "opportunistic" or not settings.is_local or bool(settings._cert_bundle),
    )


def _derive_port(settings: Settings) -> int | None:
    if settings.socket_path is not None:
        return None
    usual = LMTP_PORT if settings.protocol == "lmtp" else _PORTS.get(settings.tls, 25)
    return usual if settings._port is None else settings._port


def _derive_place(settings: Settings) -> str:
    if settings.socket_path is None:
        return f"{settings.hostname}:{settings.port}"
    return settings.socket_path if settings.socket_path.isprintable() else repr(settings.socket_path)


def _derive_postmark_headers(settings: Settings) -> bool:
    if settings._postmark_headers is not None:
        return as_flag(settings._postmark_headers, "postmark_headers")
    return f".{(settings.hostname or '').lower()}".endswith(f".{POSTMARK_DOMAIN}")


def _logs_in(settings: Settings) -> bool:
    return bool(settings.username and (settings.password or settings.oauth_token_generator))


@guard_repr
@attrs.frozen(kw_only=True)
class Settings(NotCopied):
    """
    The checked options of one server, and the values derived from them.

    An option whose attribute begins with an underscore is only used to derive other attributes.

    Attributes:
        protocol: The protocol of the server.
        is_local: Whether bytes sent to the server never leave this machine.
        tls: How the connection is encrypted.
        trust: How certificates are checked.
        port: The port; None for a Unix domain socket.
        place: Host and port, or the path, as error messages name the server.
        logs_in: Whether the client logs in.
    """

    protocol: Protocol
    hostname: str | None = attrs.field(default=None, converter=as_hostname, metadata=_TCP)
    _port: int | None = attrs.field(default=None, converter=as_port, repr=False, metadata=_TCP)
    socket_path: str | None = attrs.field(default=None, converter=as_socket_path)
    username: Secret = attrs.field(default=None, converter=as_secret)
    password: Secret = attrs.field(default=None, converter=as_secret)
    oauth_token_generator: Callable[[], str] | None = attrs.field(
        default=None, converter=as_token_generator, repr=False
    )
    _tls: TLS | None = attrs.field(default=None, repr=False, metadata=_TCP)
    _use_tls: bool = attrs.field(default=False, repr=False, metadata=_TCP)
    _start_tls: bool | None = attrs.field(default=None, repr=False, metadata=_TCP)
    _cert_bundle: str | PathLike[str] | None = attrs.field(default=None, repr=False, metadata=_TCP)
    _client_cert: str | PathLike[str] | None = attrs.field(default=None, repr=False, metadata=_TCP)
    _client_key: str | PathLike[str] | None = attrs.field(default=None, repr=False, metadata=_TCP)
    _tls_context: ssl.SSLContext | None = attrs.field(default=None, repr=False, metadata=_TCP)
    server_hostname: str | None = attrs.field(default=None, converter=as_server_hostname)
    allow_plaintext_auth: bool = attrs.field(default=False, validator=check_flag)
    local_hostname: str | None = attrs.field(default=None, converter=as_local_hostname)
    source_address: tuple[str, int] | None = attrs.field(default=None, converter=as_source_address, metadata=_TCP)
    timeout: tuple[float, float] = attrs.field(default=(10.0, 10.0), converter=as_timeout)
    deadline: float = attrs.field(default=30.0, converter=as_deadline)
    retry: Retry = attrs.field(default=None, converter=as_retry)
    _postmark_headers: bool | None = attrs.field(default=None, repr=False)
    max_messages: int = attrs.field(default=1000, validator=check_count)
    max_age: float = attrs.field(default=600.0, validator=check_seconds)
    max_idle: float = attrs.field(default=60.0, validator=check_seconds)

    is_local: bool = attrs.field(init=False, default=attrs.Factory(_is_local, takes_self=True))
    tls: TLS = attrs.field(init=False, default=attrs.Factory(_derive_tls, takes_self=True))
    trust: Trust = attrs.field(init=False, repr=False, default=attrs.Factory(_derive_trust, takes_self=True))
    port: int | None = attrs.field(init=False, default=attrs.Factory(_derive_port, takes_self=True))
    place: str = attrs.field(init=False, default=attrs.Factory(_derive_place, takes_self=True))
    postmark_headers: bool = attrs.field(init=False, default=attrs.Factory(_derive_postmark_headers, takes_self=True))
    logs_in: bool = attrs.field(init=False, default=attrs.Factory(_logs_in, takes_self=True))

    def __attrs_post_init__(self) -> None:
        """Check combinations of options."""
        if self.hostname is None and self.socket_path is None:
            raise ConfigurationError("no server: pass hostname or socket_path")
        if self.oauth_token_generator is not None and self.password:
            raise ConfigurationError("password and oauth_token_generator contradict each other")
        if self.oauth_token_generator is not None and not self.username:
            raise ConfigurationError("oauth_token_generator needs a username")
        if self.password and not self.username:
            raise ConfigurationError("password needs a username: pass both to log in, or neither")
        if self.logs_in and self.tls == "none" and not (self.allow_plaintext_auth or self.is_local):
            raise ConfigurationError("the password would be sent in clear: use TLS, or allow_plaintext_auth=True")


def hide_secrets(options: SMTPOptions) -> None:
    """Hide the login, and options that do not exist, whose names may be misspelt, from the reprs of tracebacks."""
    given: dict[str, object] = options  # type: ignore[assignment]
    for name, value in given.items():
        if name in ("username", "password") or name not in SMTPOptions.__annotations__:
            given[name] = hide(value)


def create_settings(
    protocol: Protocol, hostname: str | None, port: int | None, /, **options: Unpack[SMTPOptions]
) -> Settings:
    """
    Check the options and return the settings for one server.

    Raises:
        ConfigurationError: An option is not valid, or two contradict each other.
        TypeError: There is no such option.
    """
    for name in options:
        if name not in SMTPOptions.__annotations__:
            known = ("hostname", "port", *SMTPOptions.__annotations__)
            raise TypeError(unknown_name_message(name, known, "option", "SMTPTransport"))
    return Settings(protocol=protocol, hostname=hostname, port=port, **options)
