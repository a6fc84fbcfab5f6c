"""The view that receives webhooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

from .._hints import unknown_name_message
from ..errors import ConfigurationError
from ..webhooks.headers import content_length
from ..webhooks.inbound import InboundEvent
from ..webhooks.parsing import Event
from ..webhooks.receiving import BODY_LIMIT, WebhookRequest, early_response, receive, respond
from ..webhooks.seen import SeenStore
from ..webhooks.verifier import Verifier
from .options import shared_options
from .seen_stores import CacheSeenStore, DatabaseSeenStore
from .signals import inbound, tracking

_CREDENTIALS = ("basic", "headers", "networks", "trust_proxies")
_CONFIG = dict.fromkeys((*_CREDENTIALS, "seen"))

# Made once, until the settings change: a store in memory must be the same for all requests. There is no lock, which
# another thread might hold at a fork.
_made: dict[str, tuple[Verifier, SeenStore | None]] = {}


def webhook_config() -> tuple[Verifier, SeenStore | None]:
    """
    Return the verifier of requests and the store of handled events that `EMAILAPI["WEBHOOK"]` describes.

    Raises:
        ImproperlyConfigured: There are no credentials, or a value is not valid.
    """
    return _made.get("webhook") or _made.setdefault("webhook", _read_config())


def _forget(*, setting: str, **kwargs: object) -> None:  # noqa: ARG001 - receivers take whatever comes
    if setting in ("EMAILAPI", "INSTALLED_APPS"):
        _made.clear()


setting_changed.connect(_forget, dispatch_uid="emailapi.django.views")


def _read_config() -> tuple[Verifier, SeenStore | None]:
    given = shared_options().get("webhook") or {}
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured(f"EMAILAPI['WEBHOOK'] must be a dict, not {type(given).__name__}")
    values = {str(name).lower(): value for name, value in given.items()}
    for name in values:
        if name not in _CONFIG:
            raise ImproperlyConfigured(f"EMAILAPI['WEBHOOK']: {unknown_name_message(name, _CONFIG, 'name')}")
    try:
        verifier = Verifier(**{name: values[name] for name in _CREDENTIALS if name in values})
    except ConfigurationError as error:
        raise ImproperlyConfigured(f"EMAILAPI['WEBHOOK']: {error.message}") from None
    return verifier, _store(values.get("seen"))


def _store(wanted: Any) -> SeenStore | None:
    if wanted is None:
        return None
    if wanted == "db" and not apps.is_installed("emailapi.django.seen"):
        text = "seen='db' needs \"emailapi.django.seen\" in INSTALLED_APPS, and manage.py migrate"
        raise ImproperlyConfigured(f"EMAILAPI['WEBHOOK']: {text}")
    known: dict[object, Callable[[], SeenStore]] = {"cache": CacheSeenStore, "db": DatabaseSeenStore}
    found: Any = known.get(wanted, wanted) if isinstance(wanted, str) else wanted
    if isinstance(found, str):
        try:
            found = import_string(found)
        except ImportError as error:
            raise ImproperlyConfigured(f"EMAILAPI['WEBHOOK']: seen cannot be imported: {error}") from None
    made: SeenStore = found() if isinstance(found, type) or not hasattr(found, "claim") else found
    return made


@csrf_exempt
@transaction.non_atomic_requests
def webhook(request: HttpRequest) -> HttpResponse:
    """
    Receive a webhook, and send the signal `tracking` or `inbound` with its event.

    The response is 500 when a receiver raises, so that the service sends the event again; `StopRetries` ends that. With
    `ATOMIC_REQUESTS` the receivers run in a transaction, which is rolled back then.
    """
    verifier, seen = webhook_config()
    method, address = str(request.method), request.META.get("REMOTE_ADDR")
    given = WebhookRequest(method=method, headers=request.headers, remote_addr=address)
    response = early_response(given, verifier, content_length(given.headers), BODY_LIMIT)
    if response is None:
        # `request.body` would obey DATA_UPLOAD_MAX_MEMORY_SIZE; emails that come in are larger.
        body = request.read(BODY_LIMIT + 1)
        whole = WebhookRequest(method=method, headers=request.headers, body=body, remote_addr=address)
        too_large = len(body) > BODY_LIMIT
        response = respond(413) if too_large else receive(whole, verifier, _announce, seen)
    return HttpResponse(
        response.body,
        status=response.status,
        content_type="text/plain; charset=utf-8",
        headers=dict(response.headers),
    )


# Projects may ask for a login on every page (Django 5.1 and newer); the service has none.
webhook.login_required = False


def _announce(event: Event) -> None:
    signal = inbound if isinstance(event, InboundEvent) else tracking
    with ExitStack() as transactions:
        for name in connections:
            if connections[name].settings_dict["ATOMIC_REQUESTS"]:
                transactions.enter_context(transaction.atomic(using=name))
        signal.send(sender=type(event), event=event)
