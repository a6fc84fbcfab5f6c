"""
Pages of the inbox: a function, its path, and the template that shows what the function returns.

A module fills a `Pages` of its own:

    pages = Pages()

    @pages.show("/requests", "requests.html")
    def show_requests(call: PageCall) -> Values: ...

    @pages.act("/suppressions/lift")
    def lift(call: PageCall) -> Response: ...

A function of `show` returns the values of its template, or a whole response. A function of `act` changes something and
returns a response, usually `call.back("/suppressions", "...")`. Both raise `InvalidArgument` for what is not valid, and
`Rejection` for what does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from urllib.parse import quote, urlencode

import attrs
from flask import Response
from werkzeug.datastructures import FileStorage, MultiDict

from ...errors import InvalidArgument
from ..calls import Call
from ..captured import CapturedEmail, Place
from ..clock import Clock
from ..faults import Faults
from ..finding import catch_up
from ..posting.attempts import Webhooks
from ..rejection import Rejection
from ..server_faults import ServerFaults
from ..server_view import ServerView
from ..simulation import Events
from ..store import Row, StorageFailed, Store
from ..surroundings import Surroundings
from ..tables import servers
from .times import Times

Values = Mapping[str, object]
Function = Callable[..., Values | Response]


@attrs.frozen(kw_only=True)
class PageCall:
    """
    One request to a page of a server.

    Attributes:
        here: Everything that the application works with.
        server: The server, with all settings.
        host: The name and port by which the browser calls the sandbox.
        query: The query; of a name given twice, the first.
        form: The fields of the form that was sent.
        files: The files of the form.
    """

    here: Surroundings
    server: Row = attrs.field(repr=False)
    host: str
    query: Mapping[str, str]
    form: MultiDict[str, str] = attrs.field(repr=False)
    files: MultiDict[str, FileStorage] = attrs.field(repr=False)

    @property
    def base(self) -> str:
        """The path of the server's pages."""
        return f"/inbox/{self.server['id']}"

    @property
    def store(self) -> Store:
        """The database."""
        return self.here.store

    @property
    def clock(self) -> Clock:
        """The clock."""
        return self.here.clock()

    @property
    def times(self) -> Times:
        """Words for instants, by the sandbox's clock."""
        return Times(self.clock.now())

    @property
    def view(self) -> ServerView:
        """The emails and requests of the server."""
        place = Place(lambda: self.store, lambda: f"http://{self.host}")
        return ServerView(place, self.server["id"], self.clock.now, self.here.log)

    @property
    def events(self) -> Events:
        """Makes events of messages."""
        return Events(lambda: self.store, self.clock.now, "button")

    @property
    def webhooks(self) -> Webhooks:
        """The attempts to post to webhooks of the server."""
        return self.here.webhooks.of_server(self.server["id"])

    @property
    def faults(self) -> ServerFaults:
        """The failures of the server."""
        return ServerFaults(self.here.faults, self.server["id"])

    def catch_up(self) -> None:
        """Index all messages, so that they are found; if nothing can be stored, those that are indexed are found."""
        with suppress(StorageFailed):
            catch_up(self.store)

    def email(self, message_id: str) -> CapturedEmail:
        """
        Return an email of the server, sent or inbound.

        Raises:
            Rejection: 404: there is none with this id.
        """
        found = self.view.get(message_id)
        if found is None:
            raise Rejection(
                701,
                f"There is no message '{message_id[:80]}' on this server: it was deleted, or is older than messages are"
                " kept.",
                status=404,
            )
        return found

    def ask_api(self, function: Callable[..., object], body: object = None, **arguments: object) -> object:
        """
        Carry out a route of the service's API for the server, with all its rules, and return its value.

        Raises:
            InvalidArgument: The route rejects it.
        """
        try:
            with self.store.transaction() as db:
                made = Call(
                    db=db,
                    now=self.clock.now(),
                    server=servers.sending(self.server),
                    query={},
                    body=body,
                    faults=Faults(),
                )
                return function(made, **arguments)
        except Rejection as rejection:
            raise InvalidArgument(rejection.reason or rejection.message) from None

    def back(self, path: str = "", said: str = "", *, failed: bool = False, **query: str) -> Response:
        """Return the response that leads to a page of the server, which then shows a text."""
        told = {"said": said, **({"failed": "1"} if failed else {})} if said else {}
        asked = urlencode({name: value for name, value in {**query, **told}.items() if value})
        location = f"{self.base}{quote(path)}{'?' + asked if asked else ''}"
        return Response(status=303, headers={"Location": location})


@attrs.frozen(kw_only=True)
class Described:
    """
    A page, or an action of one.

    Attributes:
        method: HTTP method.
        path: Path below that of the server, with `<name>` where the function takes an argument.
        function: Called with the `PageCall`, and the arguments of the path by name.
        template: The name of the template; empty for an action that always leads to another page.
    """

    method: str
    path: str
    function: Function
    template: str = ""


class Pages:
    """The pages of one module."""

    def __init__(self) -> None:
        """Begin without any."""
        self._pages: list[Described] = []

    def __iter__(self) -> Iterator[Described]:
        """Go through the pages."""
        return iter(self._pages)

    def show(self, path: str, template: str) -> Callable[[Function], Function]:
        """Register a function whose values a template shows."""
        return self._add("GET", path, template)

    def act(self, path: str, template: str = "") -> Callable[[Function], Function]:
        """Register a function that changes something; a template shows the values, if it returns any."""
        return self._add("POST", path, template)

    def _add(self, method: str, path: str, template: str) -> Callable[[Function], Function]:
        def register(function: Function) -> Function:
            self._pages.append(Described(method=method, path=path, function=function, template=template))
            return function

        return register
