"""What one may say of an SMTP server, and what comes of it."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypedDict, get_args

import attrs

from ...errors import ConfigurationError
from ...models.options import Retry, is_seconds
from ...settings import Secret, Timeout, check_deadline, check_flag, check_retry, check_timeout, is_loopback
from ...wire import unknown_name

if TYPE_CHECKING:
    from typing_extensions import Unpack

TLS = Literal["required", "implicit", "opportunistic", "none"]
POSTMARK_DOMAIN = "postmarkapp.com"
IMPLICIT_PORT = 465
_PORTS = {"implicit": IMPLICIT_PORT, "required": 587}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HELO_NAME = re.compile(r"[!-~]+")


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
        deadline: Seconds for one mail, with all that is tried again.
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
    cert_bundle: str | None
    client_cert: str | None
    client_key: str | None
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
        context: How certificates are checked, made once; None without TLS.
    """

    hostname: str
    port: int
    tls: TLS
    context: ssl.SSLContext | None = attrs.field(repr=False)
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
    tls = _tls(host, port, given)
    settings = Settings(
        hostname=host,
        port=_port(port, tls),
        tls=tls,
        context=_context(host, tls, given),
        server_hostname=_host(given.get("server_hostname") or host, "server_hostname"),
        username=_secret(given.get("username"), "username"),
        password=_secret(given.get("password"), "password"),
        oauth_token_generator=_generator(given),
        allow_plaintext_auth=check_flag(given.get("allow_plaintext_auth", False), "allow_plaintext_auth"),
        local_hostname=_local_hostname(given.get("local_hostname")),
        source_address=given.get("source_address"),
        timeout=check_timeout(given.get("timeout", 10.0)),
        deadline=check_deadline(given.get("deadline", 30.0)),
        retry=check_retry(given.get("retry")),
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
    if not host.isascii():
        import idna

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise ConfigurationError(f"{name} {given!r} is no international domain: {error}") from None
    if not _HELO_NAME.fullmatch(host):
        raise ConfigurationError(f"{name} {given!r} has a character that no host name has")
    return host


def _tls(host: str, port: int | None, given: SMTPOptions) -> TLS:
    tls, start_tls = given.get("tls"), given.get("start_tls")
    use_tls = check_flag(given.get("use_tls", False), "use_tls")
    if start_tls is not None:
        check_flag(start_tls, "start_tls")
    if tls is not None and tls not in get_args(TLS):
        raise ConfigurationError(f"tls must be one of {', '.join(map(repr, get_args(TLS)))}, not {tls!r}")
    if use_tls and start_tls:
        raise ConfigurationError("use_tls and start_tls contradict each other: TLS begins once")
    said: TLS | None = "implicit" if use_tls else {True: "required", False: "none", None: None}[start_tls]
    if tls is not None and said is not None and tls != said:
        raise ConfigurationError(f"tls={tls!r} contradicts use_tls or start_tls, which say {said!r}")
    found = tls or said
    if found is None:
        found = "implicit" if port == IMPLICIT_PORT else "opportunistic" if is_loopback(host) else "required"
    return found


def _port(port: int | None, tls: TLS) -> int:
    if port is None:
        return _PORTS.get(tls, 25)
    if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:
        raise ConfigurationError(f"port must be a number from 1 to 65535, not {port!r}")
    return port


def _context(host: str, tls: TLS, given: SMTPOptions) -> ssl.SSLContext | None:
    names = ("cert_bundle", "client_cert", "client_key")
    files = [name for name in names if given.get(name)]
    ready = given.get("tls_context")
    if ready is not None and not isinstance(ready, ssl.SSLContext):
        raise ConfigurationError(f"tls_context must be an ssl.SSLContext, not {type(ready).__name__}")
    if tls == "none":
        if ready or files:
            raise ConfigurationError(f"{'tls_context' if ready else files[0]} says nothing without TLS")
        return None
    if ready is not None:
        if files:
            raise ConfigurationError(f"tls_context and {files[0]} contradict each other")
        return ready
    if "client_key" in files and "client_cert" not in files:
        raise ConfigurationError("client_key is of no use without client_cert")
    context = _new_context(given)
    if tls == "opportunistic" and is_loopback(host) and not given.get("cert_bundle"):
        # What would go in clear without STARTTLS is no safer for a certificate: servers on a machine sign their own.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _new_context(given: SMTPOptions) -> ssl.SSLContext:
    import os

    bundle, certificate, key = given.get("cert_bundle"), given.get("client_cert"), given.get("client_key")
    fault = None
    try:
        folder = bool(bundle) and os.path.isdir(str(bundle))
        context = ssl.create_default_context(cafile=None if folder else bundle, capath=bundle if folder else None)
        context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
        if certificate:
            # Without a password of ours OpenSSL would ask for one on the terminal.
            context.load_cert_chain(certificate, key, password=lambda: "")
        return context
    except (OSError, ValueError, TypeError) as error:
        fault = getattr(error, "strerror", None) or str(error)
    raise ConfigurationError(f"cert_bundle, client_cert or client_key cannot be read: {fault}")


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


def _postmark_headers(host: str, given: bool | None) -> bool:
    if given is None:
        return f".{host.lower()}".endswith(f".{POSTMARK_DOMAIN}")
    return check_flag(given, "postmark_headers")


def _count(given: int, name: str) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        raise ConfigurationError(f"{name} must be a whole number from 1 on, not {given!r}")
    return given


def _seconds(given: float, name: str) -> float:
    if not is_seconds(given):
        raise ConfigurationError(f"{name} must be a positive number of seconds, not {given!r}")
    return float(given)
