"""System checks of the settings; none of them uses the network."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning as CheckWarning, register
from django.core.exceptions import ImproperlyConfigured
from django.urls import get_resolver
from django.utils.log import AdminEmailHandler

from .._hints import unknown_name_message
from .._hosts import is_loopback
from ..errors import ConfigurationError
from ..settings import from_environment, resolve_base_url, resolve_token
from .backend import HAS_MAILERS, is_ours
from .options import OPTION_NAMES, BackendOptions, read_options, shared_options

# Tokens that stand in examples.
_PLACEHOLDERS = ("xxx", "your", "token", "changeme", "change-me", "placeholder", "todo", "secret", "<", "...")
# A request that fails waits so long for the report of its failure.
_LONGEST_DEADLINE = 5
_BROKEN_LINKS = "django.middleware.common.BrokenLinkEmailsMiddleware"


@attrs.define
class _Mailer:
    """A mailer of ours, with its name in the settings."""

    name: str
    alias: str | None
    options: BackendOptions


def _configured() -> Iterator[tuple[str, str | None, Mapping[str, Any]]]:
    if HAS_MAILERS and hasattr(settings, "MAILERS"):
        for alias, config in settings.MAILERS.items():
            if is_ours(config.get("BACKEND", "")):
                yield f"MAILERS[{alias!r}]", alias, config.get("OPTIONS", {})
    # Reading a setting that is not set is deprecated, too.
    elif settings.is_overridden("EMAIL_BACKEND") and is_ours(settings.EMAIL_BACKEND):
        yield "EMAILAPI", None, {}


def _read(alias: str | None, given: Mapping[str, Any]) -> BackendOptions:
    return read_options({key: value for key, value in given.items() if key in OPTION_NAMES}, alias)


def _mailers() -> Iterator[_Mailer]:
    for name, alias, given in _configured():
        try:
            yield _Mailer(name, alias, _read(alias, given))
        except (ConfigurationError, ImproperlyConfigured):  # E003 tells
            continue


@register("mail")
def check_options(**kwargs: object) -> list[CheckMessage]:  # noqa: ARG001 - Django passes what it likes
    """Check that the options of mailers are known and valid (E003)."""
    found: list[CheckMessage] = []
    for name, alias, given in _configured():
        try:
            for option in given:
                if option not in OPTION_NAMES:
                    raise ConfigurationError(unknown_name_message(str(option), dict.fromkeys(OPTION_NAMES), "option"))
            _read(alias, given).guard()
        except (ConfigurationError, ImproperlyConfigured) as error:
            text = str(error).removeprefix(f"{name}: ")
            found.append(Error(f"{name}: {text}.", id="emailapi.E003"))
    return found


@register("mail")
def check_tokens(**kwargs: object) -> list[CheckMessage]:  # noqa: ARG001
    """Check that mailers have a server token (E001), one that is not the account's (W006), and `EMAILAPI` (W001)."""
    found: list[CheckMessage] = []
    account = from_environment("account token")[0]
    for mailer in _mailers():
        token = mailer.options.server_token
        if mailer.options.transport not in ("api", None):
            continue
        try:
            usable = resolve_token(token, "server token")
        except ConfigurationError:
            usable = None
        if usable is None or str(usable).lower().startswith(_PLACEHOLDERS):
            why = "no server token" if not token else "a server token that is a placeholder"
            hint = "Set 'server_token' (or EMAILAPI_SERVER_TOKEN in the environment)."
            found.append(Error(f"{mailer.name} has {why}.", hint=hint, id="emailapi.E001"))
        elif usable == account:
            hint = "Take the token of a server, on its page 'API Tokens'."
            found.append(CheckWarning(f"{mailer.name} has the account token.", hint=hint, id="emailapi.W006"))
    if HAS_MAILERS and hasattr(settings, "MAILERS") and _has_shared_token():
        text = "MAILERS and EMAILAPI['SERVER_TOKEN'] are both set."
        hint = "Set 'server_token' in the OPTIONS of each mailer, so that each says which server it uses."
        found.append(CheckWarning(text, hint=hint, id="emailapi.W001"))
    return found


def _has_shared_token() -> bool:
    try:
        return bool(shared_options().get("server_token"))
    except ImproperlyConfigured:  # E003 tells
        return False


@register("mail")
def check_connections(**kwargs: object) -> list[CheckMessage]:  # noqa: ARG001
    """Check that tokens (E002) and emails by the fallback (W005) are not sent in clear."""
    found: list[CheckMessage] = []
    for mailer in _mailers():
        options = mailer.options
        try:
            resolve_base_url(options.base_url, options.allow_http)
        except ConfigurationError as error:
            found.append(Error(f"{mailer.name}: {error.message}.", id="emailapi.E002"))
        fallback = options.fallback
        if not isinstance(fallback, Mapping) or is_loopback(str(fallback.get("hostname", ""))):
            continue
        if fallback.get("tls") in ("none", "opportunistic") or fallback.get("start_tls") is False:
            text = f"{mailer.name}: the fallback {fallback.get('hostname')!r} does not require TLS."
            found.append(CheckWarning(text, hint="Leave 'tls' out: TLS is required then.", id="emailapi.W005"))
    return found


@register("mail")
def check_senders(**kwargs: object) -> list[CheckMessage]:  # noqa: ARG001
    """Check that the default senders have a domain that the service can send from (W002)."""
    if not [*_configured()]:
        return []
    found: list[CheckMessage] = []
    for name in ("DEFAULT_FROM_EMAIL", "SERVER_EMAIL"):
        domain = str(getattr(settings, name)).rpartition("@")[2].rstrip(" >").lower()
        if "." not in domain or domain.endswith((".local", ".localhost", ".localdomain")):
            text = f"{name} has no domain that email can be sent from."
            hint = "Set it to an address of a domain or signature that the service has verified."
            found.append(CheckWarning(text, hint=hint, id="emailapi.W002"))
    return found


@register("mail", deploy=True)
def check_transports(**kwargs: object) -> list[CheckMessage]:  # noqa: ARG001
    """Check that a production system really sends (W003)."""
    return [
        CheckWarning(f"{mailer.name}: transport {mailer.options.transport!r} sends nothing.", id="emailapi.W003")
        for mailer in _mailers()
        if not settings.DEBUG and mailer.options.transport in ("memory", "console")
    ]


@register("mail")
def check_webhooks(**kwargs: object) -> list[CheckMessage]:  # noqa: ARG001
    """Check that the view of webhooks has credentials (E004)."""
    from .views import webhook, webhook_config

    if not getattr(settings, "ROOT_URLCONF", None) or webhook not in _views(get_resolver()):
        return []
    try:
        webhook_config()
    except ImproperlyConfigured as error:
        text = f"The URLs of emailapi.django are included: {error}."
        hint = "Set EMAILAPI['WEBHOOK'] = {'basic': [(user, password)]}, and the same login at the service."
        return [Error(text, hint=hint, id="emailapi.E004")]
    return []


def _views(resolver: Any) -> Iterator[object]:
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _views(pattern)
        else:
            yield pattern.callback


@register("mail")
def check_reports(**kwargs: object) -> list[CheckMessage]:  # noqa: ARG001
    """Check that a report of a failure neither raises nor takes long (W007)."""
    slow = {
        mailer.alias
        for mailer in _mailers()
        if mailer.alias is not None and not mailer.options.fail_silently and not _is_short(mailer.options.deadline)
    }
    used: dict[str, str] = {}
    if settings.ADMINS:
        handlers = [handler for handler in _handlers() if isinstance(handler, AdminEmailHandler)]
        used.update({getattr(handler, "using", None) or "default": "AdminEmailHandler" for handler in handlers})
    if settings.MANAGERS and _BROKEN_LINKS in settings.MIDDLEWARE:
        used.setdefault("default", "BrokenLinkEmailsMiddleware")
    hint = (
        "Give it a mailer of its own: {'fail_silently': True, 'deadline': 3} in the OPTIONS of MAILERS['admin'], and "
        "'using': 'admin' for the handler."
    )
    return [
        CheckWarning(
            f"{name} sends by MAILERS[{alias!r}], whose errors and delays become those of the request.",
            hint=hint,
            id="emailapi.W007",
        )
        for alias, name in used.items()
        if alias in slow
    ]


def _is_short(deadline: object) -> bool:
    return isinstance(deadline, (int, float)) and deadline <= _LONGEST_DEADLINE


def _handlers() -> Iterator[logging.Handler]:
    loggers = [logging.getLogger(), *logging.getLogger().manager.loggerDict.values()]
    for logger in loggers:
        yield from getattr(logger, "handlers", ())
