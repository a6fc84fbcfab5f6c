"""A blueprint that receives webhooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from flask import Blueprint, Response, current_app, request

from ..errors import InvalidArgument
from ..webhooks.base import BaseEvent
from ..webhooks.parsing import Event
from ..webhooks.receiving import BODY_LIMIT, WebhookRequest, receive, refusal
from .dispatch import event_received

if TYPE_CHECKING:
    from ..webhooks.seen import SeenStore
    from ..webhooks.verifier import Verifier

E = TypeVar("E", bound=BaseEvent)
H = TypeVar("H", bound=Callable[..., object])

_KINDS: tuple[type[BaseEvent], ...] = (*get_args(Event), BaseEvent)


class WebhookBlueprint(Blueprint):
    """
    A blueprint whose one view receives webhooks; `on` registers what handles the events.

    Args:
        verifier: Checks the credentials.
        url_prefix: The path that the service posts to.
        seen: Remembers the events that were handled; without one each delivery is handled.
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
        Return a decorator for a function that handles events of these kinds, or of every kind when none is given.

        Functions of one kind are called in their order. If one raises, the response is 500 and the service sends the
        event again, to all of them; `StopRetries` ends that.

        Raises:
            InvalidArgument: One is not a class of events.
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
        # Emails that come in are larger than what an application usually allows.
        request.max_content_length = BODY_LIMIT
        given = WebhookRequest(method=request.method, headers=request.headers, remote_addr=request.remote_addr)
        response = refusal(given, self._verifier, request.content_length or 0, BODY_LIMIT)
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
                # An asynchronous function runs, too, where Flask has its extra for them, and is an error elsewhere.
                current_app.ensure_sync(handler)(event)
        event_received.send(current_app._get_current_object(), event=event)  # type: ignore[attr-defined]


def webhook_blueprint(
    verifier: Verifier, *, url_prefix: str = "/hooks", seen: SeenStore | None = None, name: str = "emailapi"
) -> WebhookBlueprint:
    """
    Return a blueprint that receives webhooks at `url_prefix`.

    Its functions are registered by `@hooks.on(BounceEvent)`; receivers of the signal `event_received` are called after
    them. A body may have 35 MB, whatever `MAX_CONTENT_LENGTH` says, and is read after the credentials are checked.

    Args:
        verifier: Checks the credentials, a `emailapi.webhooks.Verifier`.
        url_prefix: The path that the service posts to.
        seen: Remembers the events that were handled; without one each delivery is handled.
        name: The name of the blueprint.
    """
    return WebhookBlueprint(verifier, url_prefix=url_prefix, seen=seen, name=name)
