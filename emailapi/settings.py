"""Options of a client: their defaults, their converters, and the only place that reads the environment."""

from __future__ import annotations

import os
from typing import TypeVar
from urllib.parse import urlsplit

import attrs

from .errors import ConfigurationError, EmailAPIError
from .models.address import Address, AddressLike, parse_address_field
from .models.email import STREAM_LIMIT
from .models.options import Hooks, OnUnknown, Retry, is_seconds

DEFAULT_BASE_URL = "https://api.postmarkapp.com"
# The environment variables of each option, the one that wins first.
VARIABLES = {
    "server token": ("EMAILAPI_SERVER_TOKEN", "POSTMARK_SERVER_TOKEN"),
    "account token": ("EMAILAPI_ACCOUNT_TOKEN", "POSTMARK_ACCOUNT_TOKEN"),
    "sender": ("EMAILAPI_SENDER", "POSTMARK_SENDER_EMAIL"),
    "base_url": ("EMAILAPI_BASE_URL",),
    "allow_http": ("EMAILAPI_ALLOW_HTTP",),
}
_WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}

Timeout = float | tuple[float, float]
T = TypeVar("T")


class Secret(str):
    """A text that no repr shows, whatever container or traceback it stands in."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Hide the text."""
        return "'***'"


def from_environment(option: str) -> tuple[str, str]:
    """Return the value and name of an option's first variable (or of that variable) with more than white space."""
    for name in VARIABLES.get(option, (option,)):
        value = os.environ.get(name, "").strip()
        if value:
            return value, name
    return "", option


def resolve_token(given: str | None, kind: str) -> Secret:
    """
    Return the token of a kind ("server token" or "account token"): the argument, else the environment's.

    Raises:
        ConfigurationError: There is none, or it cannot stand in a header; the sentence does not repeat it.
    """
    if given is not None and not isinstance(given, str):
        raise ConfigurationError(f"token must be text, not {type(given).__name__}")
    token = (given or "").strip() or from_environment(kind)[0]
    if not token:
        raise ConfigurationError(f"no token: pass one, or set {' or '.join(VARIABLES[kind])}")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigurationError("the token has a character that cannot stand in a header")
    return Secret(token)


def is_loopback(host: str) -> bool:
    """Return whether a host name or address never leaves this machine."""
    import ipaddress

    if f".{host.lower()}".endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def resolve_base_url(given: str | None, allow_http: bool) -> str:
    """
    Return the base URL: the argument, else the environment's, else the service's; without a slash at its end.

    Args:
        given: The argument.
        allow_http: Whether a token may travel in clear off loopback; else `EMAILAPI_ALLOW_HTTP` says so.

    Raises:
        ConfigurationError: It is not a plain http(s) URL, or tokens would travel in clear.
    """
    if given is not None and not isinstance(given, str):
        raise ConfigurationError(f"base_url must be text, not {type(given).__name__}")
    found, source = (given, "base_url") if given else from_environment("base_url")
    url = (found or DEFAULT_BASE_URL).strip()
    if "@" in url:
        raise ConfigurationError(f"{source} must not carry a user name or password")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigurationError(f"{source} is not a valid URL: {error}") from None
    if "?" in url or "#" in url:
        raise ConfigurationError(f"{source} must not carry a query or a fragment")
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigurationError(f"{source} must be http(s)://host, not {url!r}")
    if any(character <= " " or character == "\x7f" for character in url) or not url.isascii():
        raise ConfigurationError(f"{source} {url!r} has a character that cannot stand in a URL")
    if parts.scheme == "http" and not is_loopback(host) and not _allows_http(allow_http):
        raise ConfigurationError(f"{source} {url!r} would send the token in clear: use https, or allow_http=True")
    return url.rstrip("/")


def _allows_http(given: bool) -> bool:
    word, source = from_environment("allow_http")
    if given or not word:
        return given
    allowed = _WORDS.get(word.lower())
    if allowed is None:
        raise ConfigurationError(f"{source} must be one of {', '.join(_WORDS)}, not {word!r}")
    return allowed


def as_timeout(given: object) -> tuple[float, float]:
    """
    Return the connect and the read timeout in seconds, given as one number or as both.

    Raises:
        ConfigurationError: Not one or two positive numbers; there is no way to wait for ever.
    """
    pair = given if isinstance(given, tuple) else (given, given)
    if len(pair) != 2 or not all(is_seconds(number) for number in pair):
        raise ConfigurationError(f"timeout must be a positive number of seconds, or (connect, read), not {given!r}")
    return float(pair[0]), float(pair[1])


def as_deadline(given: float) -> float:
    """
    Return the seconds that one call may take.

    Raises:
        ConfigurationError: Not a positive number.
    """
    if not is_seconds(given):
        raise ConfigurationError(f"deadline must be a positive number of seconds, not {given!r}")
    return float(given)


def _as_instance(given: T | None, name: str, kind: type[T]) -> T:
    """Return an option that is an object of one class, or that class's defaults for None."""
    if given is not None and not isinstance(given, kind):
        raise ConfigurationError(f"{name} must be {kind.__name__}(...), not {type(given).__name__}")
    return kind() if given is None else given


def as_retry(given: Retry | None) -> Retry:
    """
    Return when to retry, `Retry()` for None.

    Raises:
        ConfigurationError: It is not a `Retry`.
    """
    return _as_instance(given, "retry", Retry)


def as_hooks(given: Hooks | None) -> Hooks:
    """
    Return the functions that are told how requests go, `Hooks()` for None.

    Raises:
        ConfigurationError: It is not a `Hooks`.
    """
    return _as_instance(given, "hooks", Hooks)


def as_on_unknown(given: str) -> OnUnknown:
    """
    Return what to do with an email whose outcome is unknown and that cannot be found.

    Raises:
        ConfigurationError: Neither `"raise"` nor `"resend"`.
    """
    if given not in ("raise", "resend"):
        raise ConfigurationError(f"on_unknown must be 'raise' or 'resend', not {given!r}")
    return "resend" if given == "resend" else "raise"


def as_flag(given: bool, name: str) -> bool:
    """
    Return an option that is on or off.

    Raises:
        ConfigurationError: It is neither True nor False.
    """
    if not isinstance(given, bool):
        raise ConfigurationError(f"{name} must be True or False, not {given!r}")
    return given


def _as_reconcile(given: bool) -> bool:
    return as_flag(given, "reconcile")


def as_sender(given: AddressLike | None, source: str = "sender") -> Address | None:
    """
    Return the one address that emails without a sender are sent from.

    Raises:
        ConfigurationError: It is not one address; the sentence names `source`.
    """
    try:
        found = parse_address_field(given or None, "sender")
    except EmailAPIError as error:
        prefix = "" if source == "sender" else f"{source}: "
        raise ConfigurationError(prefix + error.message) from None
    if len(found) > 1:
        raise ConfigurationError(f"{source} must be one address, not {len(found)}")
    return found[0] if found else None


def resolve_sender(given: AddressLike | None) -> Address | None:
    """
    Return the default sender: the argument, else the environment's, if any.

    Raises:
        ConfigurationError: It is not one address.
    """
    return as_sender(given) if given else as_sender(*from_environment("sender"))


def as_message_stream(given: str | None) -> str | None:
    """
    Return the id of the stream for emails that name none.

    Raises:
        ConfigurationError: It cannot be an id.
    """
    if given is None:
        return None
    if not isinstance(given, str) or not given.isprintable() or not given.strip():
        raise ConfigurationError(f"message_stream must be a stream's id, not {given!r}")
    if len(given) > STREAM_LIMIT:
        raise ConfigurationError(f"message_stream has {len(given)} characters, the service takes {STREAM_LIMIT}")
    return str.__str__(given)


@attrs.frozen(kw_only=True)
class Options:
    """
    What the calls of one client have in common; each is converted from what a user may give, and checked.

    Attributes:
        timeout: Seconds to connect, and seconds for each later socket operation.
        deadline: Seconds for one call, with its retries and look-ups.
        retry: When to retry.
        on_unknown: What to do with an email that cannot be found: `"raise"`, or `"resend"` once.
        reconcile: Whether emails carry a key, and those of unknown outcome are looked up by it.
        hooks: Functions that are told how requests go.
        sender: For emails that name no sender.
        message_stream: For emails that name no stream.

    Raises:
        ConfigurationError: An option is not valid; the sentence names it.
    """

    timeout: tuple[float, float] = attrs.field(default=(10.0, 10.0), converter=as_timeout)
    deadline: float = attrs.field(default=30.0, converter=as_deadline)
    retry: Retry = attrs.field(default=None, converter=as_retry)
    on_unknown: OnUnknown = attrs.field(default="raise", converter=as_on_unknown)
    reconcile: bool = attrs.field(default=True, converter=_as_reconcile)
    hooks: Hooks = attrs.field(default=None, converter=as_hooks)
    sender: Address | None = attrs.field(default=None, converter=as_sender)
    message_stream: str | None = attrs.field(default=None, converter=as_message_stream)


# What `Client(transport=...)` also has a use for.
_FOR_ANY_TRANSPORT = ("deadline", "sender", "message_stream")


def check_api_options(options: Options, **connection: object) -> None:
    """
    Check that no option of the API was given together with a transport that replaces the API.

    Args:
        options: The options of calls.
        **connection: The options of the connection to the API; one that is empty was not given.

    Raises:
        ConfigurationError: Some were; the sentence names them, and no value.
    """
    given = [name for name, value in connection.items() if value not in (None, "", False)]
    usual = Options()
    given += [
        field.name
        for field in attrs.fields(Options)
        if field.name not in _FOR_ANY_TRANSPORT and getattr(options, field.name) != getattr(usual, field.name)
    ]
    if given:
        names = ", ".join(f"{name}=" for name in given)
        why = "the transport replaces the API, which they are for: leave them out, or set them on the transport"
        raise ConfigurationError(f"{names} cannot be given with transport=; {why}")
