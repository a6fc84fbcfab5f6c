"""The requests to the JSON API: what is the same for all operations."""

from __future__ import annotations

from functools import partial

from flask import Flask, Response, request

from ...errors import InvalidArgument
from .. import access
from ..captured import Place
from ..http_json import json_response, read_arguments, read_json
from ..rejection import Rejection
from ..routing import URLRule
from ..rules import MEGABYTE
from ..server_faults import ServerFaults
from ..server_view import ServerView
from ..simulation import Events
from ..surroundings import Surroundings
from . import control, description, emails_view, fault_control, incoming, posted, waiting
from .operations import Described, InboxCall
from .state import State

PREFIX = "/inbox/api/v1"
_BODY_LIMIT = 10 * MEGABYTE

OPERATIONS = (
    *emails_view.operations,
    *waiting.operations,
    *control.operations,
    *fault_control.operations,
    *incoming.operations,
    *posted.operations,
    *description.operations,
)
RULES = tuple(
    URLRule(f"{PREFIX}{each.path}", endpoint=f"inbox {each.method} {each.path}", methods=[each.method])
    for each in OPERATIONS
)


def error_response(rejection: Rejection) -> Response:
    """Return the response to a request that was rejected."""
    return json_response({"message": rejection.reason or rejection.message}, rejection.status)


def _body() -> dict[str, object]:
    """
    Return the fields of the body; none without a body.

    Raises:
        Rejection: As `read_json`; 402 for a body that is not an object.
    """
    if not request.content_length and "Transfer-Encoding" not in request.headers:
        return {}
    value, _ = read_json(request, _BODY_LIMIT)
    if not isinstance(value, dict):
        raise Rejection(402, "The body must be a JSON object.")
    return value


class InboxAPI:
    """The views of the JSON API."""

    def __init__(self, here: Surroundings) -> None:
        """Serve what is here."""
        self._here, self._state = here, State()

    def add_to(self, app: Flask) -> None:
        """Let an application respond to requests to the API; its URL map has `RULES`."""
        for rule, operation in zip(RULES, OPERATIONS, strict=True):
            app.view_functions[rule.endpoint] = partial(self._view, operation)

    def _view(self, operation: Described, **arguments: object) -> Response:
        here = self._here
        if not operation.needs_token:
            value = operation.function()
            return value if isinstance(value, Response) else json_response(value)
        server = access.server_of(here.store, request.headers.get(access.SERVER_HEADER), test_token=False)
        assert server is not None  # noqa: S101 - only the test token has none
        call = self._call(server.id, {} if operation.body is None else _body())
        try:
            operation.check(call)
            value = operation.function(call, **arguments)
        except InvalidArgument as error:
            return json_response({"message": str(error), "argument": error.argument}, 422)
        return value if isinstance(value, Response) else json_response(value)

    def _call(self, server: int, body: dict[str, object]) -> InboxCall:
        here, url = self._here, request.host_url.rstrip("/")
        gone = request.environ.get("waitress.client_disconnected", lambda: False)
        clock = here.clock()
        return InboxCall(
            server=server,
            view=ServerView(Place(lambda: here.store, lambda: url), server, clock.now, here.log),
            events=Events(lambda: here.store, clock.now),
            faults=ServerFaults(here.faults, server),
            all_faults=here.faults,
            clock=clock,
            webhooks=here.webhooks.of_server(server),
            reset=here.reset,
            state=self._state,
            ended=lambda: here.shaping.closing or gone(),
            query=read_arguments(request),
            body=body,
        )
