"""Options of a client: their defaults, what the environment says, and what they may be."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import attrs

from .errors import ConfigurationError, EmailAPIError
from .models.address import Address, AddressLike, addresses
from .models.options import Hooks, OnUnknown, Retry, is_seconds

if TYPE_CHECKING:
    from .transports.relief import Relief

DEFAULT_BASE_URL = "https://api.postmarkapp.com"
SERVER_TOKEN_VARIABLES = ("EMAILAPI_SERVER_TOKEN", "POSTMARK_SERVER_TOKEN")
ACCOUNT_TOKEN_VARIABLES = ("EMAILAPI_ACCOUNT_TOKEN", "POSTMARK_ACCOUNT_TOKEN")
SENDER_VARIABLES = ("EMAILAPI_SENDER", "POSTMARK_SENDER_EMAIL")
BASE_URL_VARIABLES = ("EMAILAPI_BASE_URL",)
ALLOW_HTTP_VARIABLES = ("EMAILAPI_ALLOW_HTTP",)


Timeout = float | tuple[float, float]


class Secret(str):
    """A text that no repr shows, whatever container or traceback it stands in."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Hide the text."""
        return "'***'"


def from_environment(names: tuple[str, ...]) -> str | None:
    """Return the first of these variables that is set to more than white space."""
    for name in names:
        value = os.environ.get(name, "").strip()
        if value:
            return value
    return None


def check_token(given: str | None, variables: tuple[str, ...]) -> Secret:
    """
    Return the token that was given, else the environment's.

    Raises:
        ConfigurationError: There is none, or it cannot stand in a header; the sentence does not repeat it.
    """
    if given is not None and not isinstance(given, str):
        raise ConfigurationError(f"token must be text, not {type(given).__name__}")
    token = (given or "").strip() or from_environment(variables)
    if not token:
        raise ConfigurationError(f"no token: pass one, or set {' or '.join(variables)}")
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


def check_base_url(given: str | None, allow_http: bool) -> str:
    """
    Return the base URL that was given, else the environment's, else the service's, without a slash at its end.

    Raises:
        ConfigurationError: It is no plain http(s) URL, or tokens would travel in clear.
    """
    if given is not None and not isinstance(given, str):
        raise ConfigurationError(f"base_url must be text, not {type(given).__name__}")
    url = (given or from_environment(BASE_URL_VARIABLES) or DEFAULT_BASE_URL).strip()
    if "@" in url:
        raise ConfigurationError("base_url must not carry a user name or password")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigurationError(f"base_url is no URL: {error}") from None
    if "?" in url or "#" in url:
        raise ConfigurationError("base_url must not carry a query or a fragment")
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigurationError(f"base_url must be http(s)://host, not {url!r}")
    if any(character <= " " or character == "\x7f" for character in url) or not url.isascii():
        raise ConfigurationError(f"base_url {url!r} has a character that cannot stand in a URL")
    if parts.scheme == "http" and not allow_http and not is_loopback(host):
        raise ConfigurationError(f"base_url {url!r} would send the token in clear: use https, or allow_http=True")
    return url.rstrip("/")


def check_allow_http(given: bool) -> bool:
    """Return whether clear text off loopback is allowed, by argument or environment."""
    return given or (from_environment(ALLOW_HTTP_VARIABLES) or "").lower() in ("1", "true", "yes", "on")


def check_timeout(given: object) -> tuple[float, float]:
    """
    Return the connect and the read timeout in seconds, given as one number or as both.

    Raises:
        ConfigurationError: Not one or two positive numbers; there is no way to wait for ever.
    """
    pair = given if isinstance(given, tuple) else (given, given)
    if len(pair) != 2 or not all(is_seconds(number) for number in pair):
        raise ConfigurationError(f"timeout must be a positive number of seconds, or (connect, read), not {given!r}")
    return float(pair[0]), float(pair[1])


def check_deadline(given: float) -> float:
    """
    Return the seconds that one call may take.

    Raises:
        ConfigurationError: Not a positive number.
    """
    if not is_seconds(given):
        raise ConfigurationError(f"deadline must be a positive number of seconds, not {given!r}")
    return float(given)


def check_retry(given: Retry | None) -> Retry:
    """
    Return how often what may be tried again is tried.

    Raises:
        ConfigurationError: It is no `Retry`.
    """
    if given is not None and not isinstance(given, Retry):
        raise ConfigurationError(f"retry must be a Retry, not {type(given).__name__}")
    return given or Retry()


def check_hooks(given: Hooks | None) -> Hooks:
    """
    Return the functions that are told how requests go.

    Raises:
        ConfigurationError: They are no `Hooks`.
    """
    if given is not None and not isinstance(given, Hooks):
        raise ConfigurationError(f"hooks must be Hooks, not {type(given).__name__}")
    return given or Hooks()


def check_on_unknown(given: str) -> OnUnknown:
    """
    Return what to do with a mail that may have been sent and cannot be found.

    Raises:
        ConfigurationError: Neither `"raise"` nor `"resend"`.
    """
    if given not in ("raise", "resend"):
        raise ConfigurationError(f"on_unknown must be 'raise' or 'resend', not {given!r}")
    return "resend" if given == "resend" else "raise"


def check_flag(given: bool, name: str) -> bool:
    """
    Return an option that is on or off.

    Raises:
        ConfigurationError: It is neither True nor False.
    """
    if not isinstance(given, bool):
        raise ConfigurationError(f"{name} must be True or False, not {given!r}")
    return given


def check_sender(given: AddressLike | None) -> Address | None:
    """
    Return the default sender that was given, else the environment's, if any.

    Raises:
        ConfigurationError: It is not one address.
    """
    try:
        found = addresses(given or from_environment(SENDER_VARIABLES), "sender")
    except EmailAPIError as error:
        raise ConfigurationError(error.message) from None
    if len(found) > 1:
        raise ConfigurationError(f"sender must be one address, not {len(found)}")
    return found[0] if found else None


def check_message_stream(given: str | None) -> str | None:
    """
    Return the default stream's id, if one was given.

    Raises:
        ConfigurationError: It cannot be one.
    """
    if given is None:
        return None
    if not isinstance(given, str) or not given.isprintable() or not given.strip():
        raise ConfigurationError(f"message_stream must be a stream's id, not {given!r}")
    return given


@attrs.frozen(kw_only=True)
class Options:
    """
    What the calls of one client have in common.

    Attributes:
        timeout: Seconds to connect, and seconds for each later socket operation.
        deadline: Seconds for one call, with all that is tried again and looked up.
        retry: How often what may be tried again is tried.
        on_unknown: What to do with a mail that cannot be found: `"raise"`, or `"resend"` once.
        reconcile: Whether mails carry a key, and unknown ones are looked up by it.
        hooks: Functions that are told how requests go.
        sender: Stands in for a mail's own sender.
        message_stream: Stands in for a mail's own stream.
        relief: The way out behind the API, and what the API has been doing.
    """

    timeout: tuple[float, float]
    deadline: float = 30.0
    retry: Retry = attrs.field(factory=Retry)
    on_unknown: OnUnknown = "raise"
    reconcile: bool = True
    hooks: Hooks = attrs.field(factory=Hooks)
    sender: Address | None = None
    message_stream: str | None = None
    relief: Relief | None = None


_CHECKS: dict[str, Callable[[Any], object]] = {
    "timeout": check_timeout,
    "deadline": check_deadline,
    "retry": check_retry,
    "on_unknown": check_on_unknown,
    "reconcile": partial(check_flag, name="reconcile"),
    "hooks": check_hooks,
    "sender": check_sender,
    "message_stream": check_message_stream,
}


def check_options(given: Mapping[str, object]) -> dict[str, Any]:
    """
    Return the options of a client, by name, as its calls want them.

    Raises:
        ConfigurationError: One that cannot be; the sentence names it.
    """
    return {name: _CHECKS[name](value) for name, value in given.items()}
