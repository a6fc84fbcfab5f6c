"""A server of the sandbox for each test, all on one sandbox a process."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from itertools import count
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from .._closing import Closing
from ..account_client import AccountClient
from ..client import Client
from ..errors import EmailAPIError
from ..sandbox import Sandbox
from ..sandbox.captured import CapturedEmail
from ..sandbox.clock import Clock
from ..sandbox.faults import Faults
from ..sandbox.posting.attempts import Webhooks
from ..sandbox.request_log import RecordedRejection
from ..sandbox.server_faults import ServerFaults
from ..sandbox.server_view import ServerView
from ..sandbox.simulation import Events
from ..sandbox.tables import webhook_requests

if TYPE_CHECKING:
    import requests

    from ..models.address import AddressLike
    from ..models.options import Hooks, OnUnknown, Retry
    from ..models.transport import Transport
    from ..settings import Timeout


_REPORTED = 5


class ClientOptions(TypedDict, total=False):
    """
    The options of `Client` that `SandboxServer.client` takes: all but the token and the base URL.

    Attributes:
        timeout: Seconds for each socket operation, or `(connect, read)`.
        deadline: Seconds for one call.
        retry: When to retry.
        fallback: A second transport.
        fallback_ignore: Fields that `fallback` may leave out.
        on_unknown: The behaviour for an email of unknown outcome that cannot be found.
        reconcile: Whether emails of unknown outcome are looked up.
        sender: For emails that name no sender.
        message_stream: For emails that name no stream.
        hooks: Functions that are told how requests go.
        session: A `requests.Session` to send by.
    """

    timeout: Timeout
    deadline: float
    retry: Retry
    fallback: Transport
    fallback_ignore: frozenset[str] | set[str] | tuple[str, ...]
    on_unknown: OnUnknown
    reconcile: bool
    sender: AddressLike
    message_stream: str
    hooks: Hooks
    session: requests.Session


class SandboxServer(Closing, ServerView):
    """
    A server of its own on the sandbox that the tests of a process share: no test sees emails of another one.

    `messages`, `wait_for`, `expect`, `mark`, `requests` and `receive` are those of `emailapi.sandbox.Sandbox`, for this
    server.

    Attributes:
        token: The token of the server.
        url: The base URL of the sandbox.
        smtp_host: The host name of SMTP, for clients that log in with the token as user name and as password.
        smtp_port: The port of SMTP.
        events: Makes events of messages, as `Sandbox.events`.
        faults: Failures of this server, as `Sandbox.faults`; they end with the test.
        webhooks: The requests to webhooks of this server, as `Sandbox.webhooks`.
        clock: The clock of the sandbox, which all tests of the process share. It only goes forward. It runs again when
            the test ends.
    """

    def __init__(self, sandbox: Sandbox, token: str, server_id: int) -> None:
        """Keep where the server is."""
        super().__init__(sandbox._place(), server_id, sandbox._now, sandbox._log())
        self._sandbox = sandbox
        self.token, self.url = token, sandbox.url
        self.smtp_host, self.smtp_port = sandbox.smtp_host, sandbox.smtp_port
        self.events: Events = sandbox.events
        self.faults: Faults = ServerFaults(sandbox.faults, server_id)
        self.webhooks: Webhooks = sandbox.webhooks.of_server(server_id)
        self.clock: Clock = sandbox.clock
        self._clients = ExitStack()

    def __repr__(self) -> str:
        """Return where it is, without the token."""
        return f"<SandboxServer {self.url}>"

    def client(self, **options: Unpack[ClientOptions]) -> Client:
        """
        Return a client of the server, which is closed when the test ends.

        Args:
            **options: Options of `Client`, but for the token and the base URL.

        Raises:
            ConfigurationError: An option is not valid.
        """
        client = Client(self.token, base_url=self.url, **options)
        self._clients.callback(client.close)
        return client

    def environment(self) -> Mapping[str, str]:
        """Return the environment variables by which clients without arguments find the server."""
        return {"EMAILAPI_SERVER_TOKEN": self.token, "EMAILAPI_BASE_URL": self.url}

    def report(self) -> str:
        """Return the last five emails and the last five rejected requests in words, without bodies and tokens."""
        try:
            emails, rejected = self.messages(limit=_REPORTED), self.requests(rejected=True)[:_REPORTED]
        except EmailAPIError as error:
            return f"The sandbox does not tell: {error}"
        lines = ["The last emails, newest first:" if emails else "The sandbox has accepted no email."]
        lines += [f"  {email.summary}: {_outcome(email)}" for email in emails]
        lines.append("The last rejected requests, newest first:" if rejected else "It has rejected no request.")
        for request in rejected:
            lines.append(f"  {request.method} {request.path}: {request.fault or request.status}")
            lines += [f"    {_place(each)}code {each.code}: {each.message}" for each in request.rejections]
        return "\n".join(lines)

    def close(self) -> None:
        """
        Close the clients, cancel the faults, and let the clock run; emails stay until the sandbox ends.

        Webhooks are posted to no more: what listens on the port of an endpoint then may belong to another test.
        """
        self._clients.close()
        self.faults.clear()
        with self._sandbox.store.transaction() as db:
            webhook_requests.clear(db, self._id)
        self.clock.run()


def _outcome(email: CapturedEmail) -> str:
    events = [f"{event.type} at {event.recipient}" for event in email.events[-_REPORTED:]]
    return ", ".join(events) or "no event yet"


def _place(rejection: RecordedRejection) -> str:
    return "" if rejection.index is None else f"email {rejection.index} of the batch, "


class SharedSandbox(Closing):
    """A running sandbox, and what creates its servers."""

    def __init__(self) -> None:
        """
        Start the sandbox at a free port.

        Raises:
            ConfigurationError: The extra `sandbox` is not installed.
        """
        self._sandbox = Sandbox().start()
        self._account = AccountClient(self._sandbox.account_token, base_url=self._sandbox.url)
        self._numbers = count(1)

    def server(self) -> SandboxServer:
        """Create a server, and return it."""
        made: Any = self._account.servers.create(name=f"Test {next(self._numbers)}")
        return SandboxServer(self._sandbox, made.api_tokens[0], made.id)

    def close(self) -> None:
        """Stop the sandbox."""
        self._account.close()
        self._sandbox.close()
