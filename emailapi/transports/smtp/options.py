"""What one may say of an SMTP server, and what comes of it."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from os import PathLike
from typing import TYPE_CHECKING, TypedDict

import attrs

from ...errors import ConfigurationError
from ...models.options import Retry, is_seconds
from ...settings import Secret, Timeout, as_deadline, as_flag, as_retry, as_timeout, is_loopback
from ...wire import unknown_name
from .tls import IMPLICIT_PORT, TLS, Trust, trust_for, which_tls

if TYPE_CHECKING:
    from typing import Unpack

POSTMARK_DOMAIN = "postmarkapp.com"
_PORTS = {"implicit": IMPLICIT_PORT, "required": 587}
_HELO_NAME = re.compile(r"[!-~]+")
_HOST = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*")
_IPV6 = re.compile(r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[A-Za-z0-9_.-]+)?")


class SMTPOptions(TypedDict, total=False):
    """
    What `SMTPTransport` and `transports.smtp.send` take beside host and port; the spellings are aiosmtplib's.

    Attributes:
        username: Who logs in; nobody does without both, `""` and `None` being none.
        password: The password.
        oauth_token_generator: Gives the access token of each login by XOAUTH2, in place of a password.
        tls: `"required"` (STARTTLS), `"implicit"` (from the first byte), `"opportunistic"` (STARTTLS if offered) or
            `"none"`. By default opportunistic on loopback, implicit on port 465, and required everywhere else.
        use_tls: True is `tls="implicit"`.
        start_tls: True is `tls="required"`, False is `tls="none"`.
        cert_bundle: File or folder of the CA certificates to trust, in place of the system's.
        client_cert: File of our certificate, with its key if `client_key` is not given.
        client_key: File of its key.
        tls_context: A ready context, in place of the three before.
        server_hostname: The name in the server's certificate, where it is not the one to connect to.
        allow_plaintext_auth: Whether the password may travel in clear off loopback.
        local_hostname: Our name in EHLO; the machine's if it is a full one, else our address.
        source_address: `(host, port)` to connect from.
        timeout: Seconds for one socket operation, a number or `(connect, read)`.
        deadline: Seconds for one mail, with all that is tried again; the system's name resolution is beyond it.
        retry: How often what was surely not sent is tried.
        postmark_headers: Whether tag, metadata, stream, tracking and key travel as `X-PM-` headers; by default to hosts
            of postmarkapp.com.
        max_messages: After how many mails a connection is renewed.
        max_age: After how many seconds.
        max_idle: After how many seconds of silence; after a quarter of it a NOOP looks whether it still stands.
    """

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


@attrs.frozen(kw_only=True)
class Settings:
    """
    What a transport knows of its server; names as in `SMTPOptions`.

    Attributes:
        tls: Settled: how the connection is encrypted.
        trust: How certificates are checked.
    """

    hostname: str
    port: int
    tls: TLS
    trust: Trust = attrs.field(repr=False)
    server_hostname: str
    username: Secret
    password: Secret
    oauth_token_generator: Callable[[], str] | None = attrs.field(repr=False)
    allow_plaintext_auth: bool
    local_hostname: str | None
    source_address: tuple[str, int] | None
    timeout: tuple[float, float]
    deadline: float
    retry: Retry
    postmark_headers: bool
    max_messages: int
    max_age: float
    max_idle: float

    @property
    def place(self) -> str:
        """Host and port, as sentences name them."""
        return f"{self.hostname}:{self.port}"

    @property
    def logs_in(self) -> bool:
        """Whether there is somebody to log in as."""
        return bool(self.username and (self.password or self.oauth_token_generator))


def settle(hostname: str, port: int | None, **given: Unpack[SMTPOptions]) -> Settings:
    """
    Return what was said of a server, checked, with what was left open filled in.

    Raises:
        ConfigurationError: An option cannot be, or two contradict each other.
        TypeError: There is no such option.
    """
    for name in given:
        if name not in SMTPOptions.__annotations__:
            raise TypeError(unknown_name(name, SMTPOptions.__annotations__, "option"))
    host = _host(hostname, "hostname")
    tls = which_tls(host, port, given)
    settings = Settings(
        hostname=host,
        port=_port(port, tls),
        tls=tls,
        trust=trust_for(host, tls, given),
        server_hostname=_host(given.get("server_hostname") or host, "server_hostname"),
        username=_secret(given.get("username"), "username"),
        password=_secret(given.get("password"), "password"),
        oauth_token_generator=_generator(given),
        allow_plaintext_auth=as_flag(given.get("allow_plaintext_auth", False), "allow_plaintext_auth"),
        local_hostname=_local_hostname(given.get("local_hostname")),
        source_address=_source_address(given.get("source_address")),
        timeout=as_timeout(given.get("timeout", 10.0)),
        deadline=as_deadline(given.get("deadline", 30.0)),
        retry=as_retry(given.get("retry")),
        postmark_headers=_postmark_headers(host, given.get("postmark_headers")),
        max_messages=_count(given.get("max_messages", 1000), "max_messages"),
        max_age=_seconds(given.get("max_age", 600.0), "max_age"),
        max_idle=_seconds(given.get("max_idle", 60.0), "max_idle"),
    )
    if settings.logs_in and tls == "none" and not (settings.allow_plaintext_auth or is_loopback(host)):
        raise ConfigurationError("the password would travel in clear: use TLS, or allow_plaintext_auth=True")
    return settings


def _host(given: object, name: str) -> str:
    if not isinstance(given, str) or not given.strip():
        raise ConfigurationError(f"{name} must be the name or address of a server, not {given!r}")
    host = given.strip().removesuffix(".")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]  # as URLs write IPv6
    if not host.isascii():
        import idna

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise ConfigurationError(f"{name} {given!r} is no international domain: {error}") from None
    if ":" in host:
        if not _IPV6.fullmatch(host):
            raise ConfigurationError(f"{name} must be a name or an address alone, without a port: not {given!r}")
    elif not _HOST.fullmatch(host) or len(host) > 253:
        raise ConfigurationError(f"{name} {given!r} is no host name: it has a wrong character, or a label too many")
    return host


def _port(port: int | None, tls: TLS) -> int:
    if port is None:
        return _PORTS.get(tls, 25)
    if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:
        raise ConfigurationError(f"port must be a number from 1 to 65535, not {port!r}")
    return port


def _secret(given: str | None, name: str) -> Secret:
    if given is not None and not isinstance(given, str):
        raise ConfigurationError(f"{name} must be text, not {type(given).__name__}")
    if given and re.search("[\0\1\ud800-\udfff]", given):
        raise ConfigurationError(f"{name} has a character that no login can carry")
    return Secret(given or "")


def _generator(given: SMTPOptions) -> Callable[[], str] | None:
    found = given.get("oauth_token_generator")
    if found is None:
        return None
    if not callable(found):
        raise ConfigurationError(f"oauth_token_generator must be a function, not {type(found).__name__}")
    if given.get("password"):
        raise ConfigurationError("password and oauth_token_generator contradict each other")
    if not given.get("username"):
        raise ConfigurationError("oauth_token_generator needs a username")
    return found


def _local_hostname(given: str | None) -> str | None:
    if given is not None and (not isinstance(given, str) or not _HELO_NAME.fullmatch(given)):
        raise ConfigurationError(f"local_hostname {given!r} is no host name")
    return given


def _source_address(given: tuple[str, int] | None) -> tuple[str, int] | None:
    if given is not None and not (isinstance(given, tuple) and [type(part) for part in given] == [str, int]):
        raise ConfigurationError(f"source_address must be (host, port), not {given!r}")
    return given


def _postmark_headers(host: str, given: bool | None) -> bool:
    if given is None:
        return f".{host.lower()}".endswith(f".{POSTMARK_DOMAIN}")
    return as_flag(given, "postmark_headers")


def _count(given: int, name: str) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        raise ConfigurationError(f"{name} must be a whole number from 1 on, not {given!r}")
    return given


def _seconds(given: float, name: str) -> float:
    if not is_seconds(given):
        raise ConfigurationError(f"{name} must be a positive number of seconds, not {given!r}")
    return float(given)
