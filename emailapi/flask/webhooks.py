"""A blueprint that receives webhooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from flask import Blueprint, Response, current_app, request

from ..errors import InvalidArgument
from ..webhooks.base import BaseEvent
from ..webhooks.parsing import Event
from ..webhooks.receiving import BODY_LIMIT, WebhookRequest, check_called, early_response, receive
from .dispatch import event_received

if TYPE_CHECKING:
    from ..webhooks.seen import SeenStore
    from ..webhooks.verifier import Verifier

E = TypeVar("E", bound=BaseEvent)
H = TypeVar("H", bound=Callable[..., object])

_KINDS: tuple[type[BaseEvent], ...] = (*get_args(Event), BaseEvent)


class WebhookBlueprint(Blueprint):
    """
    A blueprint with one view that receives webhooks, created by `webhook_blueprint`; `on` registers handlers of events.

    Args:
        verifier: Checks the credentials.
        url_prefix: The path that the service posts to.
        seen: The store of handled events. Without a store, repeated deliveries are handled again.
        name: The name of the blueprint.
    """

    def __init__(
        self, verifier: Verifier, *, url_prefix: str = "/hooks", seen: SeenStore | None = None, name: str = "emailapi"
    ) -> None:
        """Add the view."""
        super().__init__(name, __name__, url_prefix=url_prefix)
        self._verifier, self._seen = verifier, seen
        self._handlers: list[tuple[tuple[type[BaseEvent], ...], Callable[[Any], object]]] = []
        for rule in ("", "/"):
            self.add_url_rule(rule, "receive", self._receive, methods=["POST"], strict_slashes=False)

    def on(self, *kinds: type[BaseEvent]) -> Callable[[H], H]:
        """
        Return a decorator that registers a handler for events of these classes, or of all classes if none is given.

        Handlers are called in the order of registration, with the event as their argument. If a handler raises, the
        response is 500, and the service sends the event again, to all handlers; `StopRetries` prevents that.

        Args:
            kinds: Classes of events, such as `BounceEvent`.

        Raises:
            InvalidArgument: An argument is not a class of events.
        """
        for kind in kinds:
            if kind not in _KINDS:
                names = ", ".join(sorted(known.__name__ for known in _KINDS))
                raise InvalidArgument(f"kinds must be classes of events ({names}), got {kind!r}", argument="kinds")

        def register(handler: H) -> H:
            self._handlers.append((kinds or (BaseEvent,), handler))
            return handler

        return register

    def _receive(self) -> Response:
        # Inbound emails may be larger than the limit of the application.
        request.max_content_length = BODY_LIMIT
        given = WebhookRequest(method=request.method, headers=request.headers, remote_addr=request.remote_addr)
        response = early_response(given, self._verifier, request.content_length or 0, BODY_LIMIT)
        if response is None:
            whole = WebhookRequest(
                method=request.method,
                headers=request.headers,
                body=request.get_data(cache=False),
                remote_addr=request.remote_addr,
            )
            response = receive(whole, self._verifier, self._handle, self._seen)
        return Response(response.body, response.status, response.headers, content_type="text/plain; charset=utf-8")

    def _handle(self, event: Event) -> None:
        for kinds, handler in self._handlers:
            if isinstance(event, kinds):
                # Coroutine functions require the extra flask[async], and raise RuntimeError without it.
                check_called(current_app.ensure_sync(handler)(event))
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        event_received.send(app, _async_wrapper=app.ensure_sync, event=event)


def webhook_blueprint(
    verifier: Verifier, *, url_prefix: str = "/hooks", seen: SeenStore | None = None, name: str = "emailapi"
) -> WebhookBlueprint:
    """
    Return a blueprint that receives webhooks at `url_prefix`.

    Register handlers with `@hooks.on(BounceEvent)`; the signal `event_received` is sent after them. A body may have
    35 MB, regardless of `MAX_CONTENT_LENGTH`, and is read after the credentials are verified.

    Args:
        verifier: The `emailapi.webhooks.Verifier` that checks the credentials.
        url_prefix: The path that the service posts to.
        seen: The store of handled events. Without a store, repeated deliveries are handled again.
        name: The name of the blueprint.

    Example:
        ::

            hooks = webhook_blueprint(Verifier(basic=("hooks", "a-long-secret")), url_prefix="/hooks")

            @hooks.on(BounceEvent)
            def bounced(event):
                print(event.recipient)

            app.register_blueprint(hooks)
    """
    return WebhookBlueprint(verifier, url_prefix=url_prefix, seen=seen, name=name)
