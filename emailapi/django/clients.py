"""The clients of a process: one for each distinct set of options, shared by all backends and threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from ..client import Client
from ..errors import ConfigurationError
from ..models.transport import Transport, is_transport
from ..transports.console import ConsoleTransport
from ..transports.memory import MemoryTransport
from ..transports.ses import SESTransport
from ..transports.smtp import SMTPTransport
from .options import BackendOptions

_TRANSPORTS: dict[object, Callable[..., Transport]] = {
    "smtp": SMTPTransport,
    "ses": SESTransport,
    "memory": MemoryTransport,
    "console": ConsoleTransport,
}
_CHOICES = "'api', 'smtp', 'ses', 'memory', 'console', a transport, or the import name of a factory"
# The options that make one client differ from another.
_KEY = (
    "server_token",
    "base_url",
    "message_stream",
    "deadline",
    "timeout",
    "on_unknown",
    "allow_http",
    "fallback",
    "fallback_ignore",
    "transport",
    "transport_options",
)
_SETTINGS = frozenset({"MAILERS", "EMAIL_BACKEND", "EMAIL_TIMEOUT", "EMAILAPI"})

# With each client the options, which keep alive whatever their key knows by its id only. There is no lock, which
# another thread might hold at a fork: each change is one step for all threads.
_clients: dict[Any, tuple[Client, BackendOptions]] = {}


def client_for(options: BackendOptions) -> Client:
    """
    Return the client with these options; it is made at the first call.

    Raises:
        ConfigurationError: An option is not valid.
    """
    key = tuple(_frozen(getattr(options, name)) for name in _KEY)
    found = _clients.get(key)
    # Two threads may both make one: the first is kept, and the other has not connected.
    return (found or _clients.setdefault(key, (_made(options), options)))[0]


def close_all() -> None:
    """Close the connections of all clients; a backend that is made afterwards opens new ones."""
    for key in [*_clients]:
        client, options = _clients.pop(key, (None, None))
        if client is None or options is None:
            continue
        # A client closes its transport, which is the user's where it was given as an object.
        if isinstance(options.transport, str) and not is_transport(options.fallback):
            client.close()


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple(sorted((str(name), _frozen(item)) for name, item in value.items()))
    if isinstance(value, (list, tuple, set, frozenset)):
        return tuple(_frozen(item) for item in value)
    if value is None or isinstance(value, (str, int, float, bool)):
        # With its type: 1 and True are equal. A `Secret` stays one, which no repr shows.
        return type(value).__name__, value
    return type(value).__name__, id(value)


def _limits(options: BackendOptions) -> dict[str, Any]:
    return {"deadline": options.deadline, "timeout": 10.0 if options.timeout is None else options.timeout}


def _made(options: BackendOptions) -> Client:
    given: dict[str, Any] = {"message_stream": options.message_stream, "fallback": _fallback(options)}
    if options.fallback_ignore:
        given["fallback_ignore"] = options.fallback_ignore
    if options.transport in ("api", None):
        return Client(
            options.server_token,
            base_url=options.base_url,
            allow_http=options.allow_http,
            on_unknown=options.on_unknown,  # type: ignore[arg-type]  # checked there
            **_limits(options),
            **given,
        )
    transport = _transport(options.transport, "transport", options, options.transport_options)
    return Client(transport=transport, deadline=options.deadline, **given)


def _transport(wanted: Any, name: str, options: BackendOptions, arguments: Mapping[str, Any]) -> Transport:
    if isinstance(wanted, str) and wanted in _TRANSPORTS:
        return _our_transport(wanted, f"{name}_options", options, arguments)
    maker = wanted
    if isinstance(maker, str):
        try:
            maker = import_string(maker)
        except ImportError as error:
            raise ConfigurationError(f"{name} must be {_CHOICES}, got {wanted!r}: {error}") from None
    if is_transport(maker):
        return maker
    made = maker(**arguments) if callable(maker) else None
    if is_transport(made):
        return made
    raise ConfigurationError(f"{name} must be {_CHOICES}, got {wanted!r}")


def _our_transport(kind: str, name: str, options: BackendOptions, arguments: Mapping[str, Any]) -> Transport:
    limits = _limits(options) if kind in ("smtp", "ses") else {}
    try:
        return _TRANSPORTS[kind](**{**limits, **arguments})
    except TypeError as error:  # an argument that the transport does not have
        raise ConfigurationError(f"{name}: {error}") from None


def _fallback(options: BackendOptions) -> Transport | None:
    wanted = options.fallback
    if wanted is None or wanted == "":
        return None
    if isinstance(wanted, Mapping):
        return _our_transport("smtp", "fallback", options, wanted)
    return _transport(wanted, "fallback", options, {})


def _forget(*, setting: str, **kwargs: object) -> None:  # noqa: ARG001 - receivers take whatever comes
    if setting in _SETTINGS:
        close_all()


setting_changed.connect(_forget, dispatch_uid="emailapi.django.clients")
