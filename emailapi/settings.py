"""Options of a client: defaults, converters, and the only code that reads the environment."""

from __future__ import annotations

import os
from typing import TypeVar
from urllib.parse import urlsplit

import attrs

from ._hosts import as_host, is_loopback
from ._secrets import Secret
from .errors import ConfigurationError, EmailAPIError
from .models.address import Address, AddressLike, parse_address_field
from .models.email import STREAM_LIMIT
from .models.options import Hooks, OnUnknown, Retry, is_seconds

DEFAULT_BASE_URL = "https://api.postmarkapp.com"
# The environment variables of each option; the first takes precedence.
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


def from_environment(option: str) -> tuple[str, str]:
    """Return the value and name of the first variable of an option (or of that variable) that is not blank."""
    for name in VARIABLES.get(option, (option,)):
        value = os.environ.get(name, "").strip()
        if value:
            return value, name
    return "", option


def _type_name(given: object) -> str:
    wrong = given if isinstance(given, type) else type(given)  # a type is what `hide` has left
    return wrong.__name__


def resolve_token(given: str | type | None, kind: str) -> Secret:
    """
    Return the token of a kind ("server token" or "account token"): the argument, else from the environment.

    Raises:
        ConfigurationError: There is none, or it has a character that is not valid in a header; the message does not
            repeat it.
    """
    if given is not None and not isinstance(given, str):
        raise ConfigurationError(f"token must be text, got {_type_name(given)}")
    token = (given or "").strip() or from_environment(kind)[0]
    if not token:
        raise ConfigurationError(f"no token: pass token=, or set {' or '.join(VARIABLES[kind])}")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigurationError("the token has a character that is not valid in a header: copy it again")
    return Secret(token)


def resolve_base_url(given: str | type | None, allow_http: bool) -> str:
    """
    Return the base URL: the argument, else from the environment, else the service's; without a trailing slash.

    Args:
        given: The argument.
        allow_http: Whether the token may be sent in clear off loopback; else `EMAILAPI_ALLOW_HTTP` decides.

    Raises:
        ConfigurationError: The URL or `EMAILAPI_ALLOW_HTTP` is not valid, or tokens would be sent in clear.
    """
    if given is not None and not isinstance(given, str):
        raise ConfigurationError(f"base_url must be text, got {_type_name(given)}")
    found, source = (given, "base_url") if given else from_environment("base_url")
    secret, given, found = Secret((found or DEFAULT_BASE_URL).strip()), None, ""
    if "@" in secret:
        raise ConfigurationError(f"{source} must not contain a user name or password")
    if "?" in secret or "#" in secret:
        raise ConfigurationError(f"{source} must not contain a query or a fragment")
    url = str(secret)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigurationError(f"{source} is not a valid URL: {error}") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigurationError(f"{source} must be http(s)://host, got {url!r}")
    if any(character <= " " or character == "\x7f" for character in url) or not url.isascii():
        raise ConfigurationError(f"{source} {url!r} has a character that is not valid in a URL")
    as_host(host, f"the host of {source}")
    if not _allows_http(allow_http) and parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(f"{source} {url!r} would send the token in clear: use https, or allow_http=True")
    return url.rstrip("/")


def _allows_http(given: bool) -> bool:
    word, source = from_environment("allow_http")
    if given or not word:
        return given
    allowed = _WORDS.get(word.lower())
    if allowed is None:
        raise ConfigurationError(f"{source} must be one of {', '.join(_WORDS)}, got {word!r}")
    return allowed


def as_timeout(given: object) -> tuple[float, float]:
    """
    Convert a timeout, one number or two, to the connect and the read timeout in seconds.

    Raises:
        ConfigurationError: The value is not one or two positive numbers; infinite timeouts are not supported.
    """
    pair = given if isinstance(given, tuple) else (given, given)
    if len(pair) != 2 or not all(is_seconds(number) for number in pair):
        raise ConfigurationError(f"timeout must be a positive number of seconds, or (connect, read), got {given!r}")
    return float(pair[0]), float(pair[1])


def as_deadline(given: float) -> float:
    """
    Convert a deadline in seconds.

    Raises:
        ConfigurationError: The value is not a positive number.
    """
    if not is_seconds(given):
        raise ConfigurationError(f"deadline must be a positive number of seconds, got {given!r}")
    return float(given)


def _as_instance(given: T | None, name: str, kind: type[T]) -> T:
    """Check that an option is an object of a class, and return it; None becomes an object with the defaults."""
    if given is not None and not isinstance(given, kind):
        raise ConfigurationError(f"{name} must be {kind.__name__}(...), got {type(given).__name__}")
    return kind() if given is None else given


def as_retry(given: Retry | None) -> Retry:
    """
    Convert the option `retry`; None becomes `Retry()`.

    Raises:
        ConfigurationError: The value is not a `Retry`.
    """
    return _as_instance(given, "retry", Retry)


def as_hooks(given: Hooks | None) -> Hooks:
    """
    Convert the option `hooks`; None becomes `Hooks()`.

    Raises:
        ConfigurationError: The value is not a `Hooks`.
    """
    return _as_instance(given, "hooks", Hooks)


def as_on_unknown(given: str) -> OnUnknown:
    """
    Validate the option `on_unknown`.

    Raises:
        ConfigurationError: The value is neither `"raise"` nor `"resend"`.
    """
    if given not in ("raise", "resend"):
        raise ConfigurationError(f"on_unknown must be 'raise' or 'resend', got {given!r}")
    return "resend" if given == "resend" else "raise"


def as_flag(given: bool, name: str) -> bool:
    """
    Validate a Boolean option.

    Raises:
        ConfigurationError: The value is neither True nor False.
    """
    if not isinstance(given, bool):
        raise ConfigurationError(f"{name} must be True or False, got {given!r}")
    return given


def _as_reconcile(given: bool) -> bool:
    return as_flag(given, "reconcile")


def as_sender(given: AddressLike | None, source: str = "sender") -> Address | None:
    """
    Convert the default sender.

    Raises:
        ConfigurationError: The value is not one address; the message names `source`.
    """
    try:
        found = parse_address_field(given or None, "sender")
    except EmailAPIError as error:
        prefix = "" if source == "sender" else f"{source}: "
        raise ConfigurationError(prefix + error.message) from None
    if len(found) > 1:
        raise ConfigurationError(f"{source} must be one address, got {len(found)}")
    return found[0] if found else None


def resolve_sender(given: AddressLike | None) -> Address | None:
    """
    Return the default sender: the argument, else from the environment, else None.

    Raises:
        ConfigurationError: The value is not one address.
    """
    return as_sender(given) if given else as_sender(*from_environment("sender"))


def as_message_stream(given: str | None) -> str | None:
    """
    Validate the default message stream.

    Raises:
        ConfigurationError: The value is not a valid id of a stream.
    """
    if given is None:
        return None
    if not isinstance(given, str) or not given.isprintable() or not given.strip():
        raise ConfigurationError(f"message_stream must be the id of a stream, got {given!r}")
    if len(given) > STREAM_LIMIT:
        raise ConfigurationError(f"message_stream must have at most {STREAM_LIMIT} characters, got {len(given)}")
    return str.__str__(given)


@attrs.frozen(kw_only=True, repr=False)
class Options:
    """
    The options that the requests of one client share, converted and validated.

    Attributes:
        timeout: Seconds to connect, and seconds for each later socket operation.
        deadline: Seconds for one call, including retries and look-ups.
        retry: When to retry.
        on_unknown: The reaction to an email of unknown outcome that cannot be found: `"raise"`, or `"resend"` once.
        reconcile: Whether emails carry a key, by which those of unknown outcome are looked up.
        hooks: Functions that are called for each request.
        sender: Sender of emails without one.
        message_stream: Stream of emails without one.

    Raises:
        ConfigurationError: An option is not valid; the message names it.
    """

    timeout: tuple[float, float] = attrs.field(default=(10.0, 10.0), converter=as_timeout)
    deadline: float = attrs.field(default=30.0, converter=as_deadline)
    retry: Retry = attrs.field(default=None, converter=as_retry)
    on_unknown: OnUnknown = attrs.field(default="raise", converter=as_on_unknown)
    reconcile: bool = attrs.field(default=True, converter=_as_reconcile)
    hooks: Hooks = attrs.field(default=None, converter=as_hooks)
    sender: Address | None = attrs.field(default=None, converter=as_sender)
    message_stream: str | None = attrs.field(default=None, converter=as_message_stream)


# The options that `Client(transport=...)` also uses.
_FOR_ANY_TRANSPORT = ("deadline", "sender", "message_stream")


def check_api_options(options: Options, **connection: object) -> None:
    """
    Check that no option for the API was given together with a transport that replaces the API.

    Args:
        options: The options of calls.
        **connection: The options of the connection to the API; an empty value means not given.

    Raises:
        ConfigurationError: Some were; the message names them, but not their values.
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
