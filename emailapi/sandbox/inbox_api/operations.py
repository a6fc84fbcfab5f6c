"""
Operations of the JSON API: a function, its method and path, and the names that its query and its body may have.

A module fills an `Operations` of its own:

    operations = Operations()

    @operations.add("GET", "/requests", query=("rejected", "limit"))
    def list_requests(call: InboxCall) -> object: ...

A function returns a value that is sent as JSON, or a whole response. It raises `InvalidArgument` for a request that is
not valid, and `Rejection` for what does not exist.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

import attrs

from ..._hints import unknown_name_message
from ...errors import InvalidArgument
from ..captured import CapturedEmail
from ..clock import Clock
from ..faults import Faults
from ..posting.attempts import Webhooks
from ..rejection import Rejection
from ..server_view import ServerView
from ..simulation import Events
from .state import State

Operation = Callable[..., object]


@attrs.frozen(kw_only=True)
class InboxCall:
    """
    One request.

    Attributes:
        server: The id of the server whose token it has.
        view: The emails and requests of the server.
        events: Makes events of messages.
        faults: The failures of the server, and `all_faults` those of the whole sandbox.
        clock: The clock.
        webhooks: The attempts to post to webhooks of the server.
        reset: Deletes everything but what it is told to keep.
        state: Faults and waits of earlier requests.
        ended: Returns whether the client has gone, or the sandbox closes.
        query: The query, by lower-case names.
        body: The JSON object; empty where none was sent.
    """

    server: int
    view: ServerView
    events: Events
    faults: Faults
    all_faults: Faults
    clock: Clock
    webhooks: Webhooks
    reset: Callable[[Iterable[str]], None]
    state: State
    ended: Callable[[], bool]
    query: Mapping[str, str]
    body: Mapping[str, object]

    def email(self, message_id: str) -> CapturedEmail:
        """
        Return an email of the server.

        Raises:
            Rejection: 701: there is none with this id.
        """
        found = self.view.get(message_id)
        if found is None:
            raise Rejection(701, f"There is no message '{message_id[:80]}' on this server.", status=404)
        return found

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """
        Return a whole number of the query.

        Raises:
            InvalidArgument: The text is not a number, or the number is outside the limits.
        """
        text = self.query.get(name, "")
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default if not text else -1
        if not least <= number <= most:
            raise InvalidArgument(
                f"{name} must be a whole number from {least} to {most}, got {text[:80]!r}", argument=name
            )
        return number

    def kind(self, known: Iterable[str], what: str) -> str:
        """
        Return the field `type` of the body.

        Raises:
            InvalidArgument: The field is missing, not text, or none of the known types.
        """
        kind, names = self.text("type"), dict.fromkeys(known)
        if kind is None:
            raise InvalidArgument(f"type is missing; known: {', '.join(names)}", argument="type")
        if kind not in names:
            raise InvalidArgument(unknown_name_message(kind[:80], names, f"type of {what}"), argument="type")
        return kind

    def arguments(self, kind: str, common: Iterable[str], own: Mapping[str, str]) -> dict[str, object]:
        """
        Return the fields of the body that are arguments of a type's own, by their names in Python.

        Raises:
            InvalidArgument: There is another field, which is not common to all types.
        """
        other = next((name for name in self.body if name not in own and name not in ("type", *common)), None)
        if other is not None:
            raise InvalidArgument(f"{other} is not a field of {kind!r}", argument=other)
        return {ours: self.body[name] for name, ours in own.items() if name in self.body}

    def text(self, name: str) -> str | None:
        """
        Return a text of the body; None if it is null or absent.

        Raises:
            InvalidArgument: The value is not a string, or has a NUL character or a lone surrogate.
        """
        value = self.body.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise InvalidArgument(f"{name} must be a string, got {type(value).__name__}", argument=name)
        if "\0" in value or not _encodable(value):
            raise InvalidArgument(f"{name} has a NUL character or a lone surrogate", argument=name)
        return value


def named_arguments(owner: type, methods: str, *without: str) -> dict[str, dict[str, str]]:
    """
    Return the methods of a class with the names of their arguments: the names here, and those in Python.

    Args:
        owner: The class.
        methods: The names of the methods, between spaces.
        *without: Arguments that all methods have.
    """
    found = {}
    for method in methods.split():
        parameters = inspect.signature(getattr(owner, method)).parameters.values()
        own = [one.name for one in parameters if one.kind is not one.VAR_KEYWORD and one.name not in ("self", *without)]
        # `type` is that of the event or the fault.
        found[method] = {"bounce_type" if name == "type" else name: name for name in own}
    return found


@contextmanager
def argument_names(names: Mapping[str, str]) -> Iterator[None]:
    """
    Let errors of a block name the fields of the body instead of the arguments in Python.

    Raises:
        InvalidArgument: The block raised an `InvalidArgument`.
    """
    try:
        yield
    except InvalidArgument as error:
        raise InvalidArgument(str(error), argument=names.get(error.argument or "", error.argument)) from None


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@attrs.frozen(kw_only=True)
class Described:
    """
    An operation.

    Attributes:
        method: HTTP method.
        path: Path below that of the API, with `<name>` where the function takes an argument.
        function: Called with the `InboxCall`, and the arguments of the path by name.
        query: The names that the query may have.
        body: The names that the body may have; None if the operation reads no body.
        needs_token: Whether the request must have the token of a server.
    """

    method: str
    path: str
    function: Operation
    query: tuple[str, ...] = ()
    body: tuple[str, ...] | None = None
    needs_token: bool = True

    def check(self, call: InboxCall) -> None:
        """
        Check that a request has no names that the operation does not know: a filter that is not applied misleads.

        Raises:
            InvalidArgument: A name is unknown.
        """
        for given, known, what in ((call.query, self.query, "parameter"), (call.body, self.body or (), "field")):
            unknown = next((name for name in given if name not in known), None)
            if unknown is not None:
                message = (
                    unknown_name_message(unknown[:80], dict.fromkeys(known), what)
                    if known
                    else (f"there is no {what} {unknown[:80]!r} here")
                )
                raise InvalidArgument(message, argument=unknown[:80])


class Operations:
    """The operations of one module."""

    def __init__(self) -> None:
        """Begin without any."""
        self._operations: list[Described] = []

    def __iter__(self) -> Iterator[Described]:
        """Go through the operations."""
        return iter(self._operations)

    def add(
        self,
        method: str,
        path: str,
        *,
        query: tuple[str, ...] = (),
        body: tuple[str, ...] | None = None,
        needs_token: bool = True,
    ) -> Callable[[Operation], Operation]:
        """Register a function."""

        def register(function: Operation) -> Operation:
            self._operations.append(
                Described(method=method, path=path, function=function, query=query, body=body, needs_token=needs_token)
            )
            return function

        return register
