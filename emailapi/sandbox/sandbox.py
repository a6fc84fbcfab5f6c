"""The sandbox: starting and closing it, and its settings."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING

from .._hints import guard_repr
from ..errors import ConfigurationError, InvalidArgument
from .access import Hosts
from .arguments import check_place, check_stored_text
from .captured import Place
from .clock import Clock
from .faults import Faults
from .inbound_emails import Receiving
from .instants import micros
from .posting.attempts import Webhooks
from .posting.targets import Targets
from .posting.timetable import Timetable
from .request_log import RequestLog
from .resetting import check_kept, empty, reset
from .simulation import Events
from .store import Store, Transaction
from .tables import account, servers, signatures

if TYPE_CHECKING:
    from typing import Self

    from .running import Running


@guard_repr
class Sandbox(Receiving):
    """
    The service's API on this machine, for development and tests.

    Emails that it accepts are kept in SQLite and delivered nowhere. Any Postmark client, in any language, works with
    only its base URL changed.

    Emails from any sender are accepted, also if the account has no domain or sender signature for the sender. Domains
    and sender signatures can be created, verified and confirmed all the same (see `confirm_signature`). The DNS records
    of a domain are always found, except for names under `.invalid`.

        with Sandbox() as sandbox:
            client = Client(sandbox.token, base_url=sandbox.url)

    Attributes:
        faults: Failures that tests arm: rejections, cut connections, slow responses, bounces.
        events: Makes events of messages: deliveries, bounces, opens, clicks, complaints.
        webhooks: The requests to webhooks, and posting them again.
    """

    def __init__(
        self,
        data: str | os.PathLike[str] | None = None,
        http_port: int = 0,
        smtp_port: int = 0,
        *,
        host: str = "127.0.0.1",
        allowed_hosts: Iterable[str] = (),
        webhook_hosts: Iterable[str] = (),
        allow_server_deletion: bool = False,
        webhook_schedule: str = "2026",
    ) -> None:
        """
        Describe a sandbox; `start`, or `with`, runs it.

        Args:
            data: A file that keeps messages and tokens between runs; None keeps them in memory.
            http_port: The port of the API; 0 selects a free port, which `url` has.
            smtp_port: The port of SMTP; 0 selects a free port, which `Sandbox.smtp_port` has.
            host: The address to listen on. Off loopback, every program that reaches the port can try tokens.
            allowed_hosts: Host names that requests may use, in addition to those of loopback.
            webhook_hosts: Hosts that webhooks may be posted to, in addition to this machine.
            allow_server_deletion: Whether the API deletes servers, as `allow(delete_servers=True)` grants it. False
                leaves it as the data file has it; a new sandbox does not delete servers.
            webhook_schedule: When webhooks are tried again: `"2026"`, or `"2019"` for the schedule that the service's
                documentation had before.

        Raises:
            ConfigurationError: An item of `allowed_hosts` or `webhook_hosts` is not a valid host name, the schedule is
                unknown, or an argument has a wrong type.
        """
        check_place(data, host, allow_server_deletion)
        self._clock = Clock()
        self.events = Events(lambda: self.store, self._now)
        self.faults = Faults()
        self._requests = RequestLog()
        self._data = data
        self._host = host
        self._http_port = http_port
        self._smtp_port = smtp_port
        self._hosts = Hosts(host, allowed_hosts)
        self._targets, self._timetable = Targets(webhook_hosts), Timetable(webhook_schedule)
        self.webhooks = Webhooks(lambda: self.store, lambda: self._ask().runner)
        self._allow_server_deletion = allow_server_deletion
        self._running: Running | None = None

    def __repr__(self) -> str:
        """Return where it runs, without its tokens."""
        where = self._running.url if self._running else "not running"
        return f"<Sandbox {where}, data {'in memory' if self._data is None else os.fspath(self._data)!r}>"

    def start(self) -> Self:
        """
        Listen, and return the sandbox.

        Raises:
            ConfigurationError: The port is in use, the data file belongs to another program or cannot be written, the
                extra `sandbox` is not installed, or the sandbox is running. Nothing has been changed then.
        """
        if self._running is not None:
            raise ConfigurationError("the sandbox is running already")
        try:
            from .running import Plan, run
        except ModuleNotFoundError as error:
            missing = (error.name or "").partition(".")[0]
            raise ConfigurationError(
                f'the sandbox needs {missing}, which is not installed: pip install "emailapi-sdk[sandbox]"'
            ) from None
        self._running = run(
            Plan(
                data=self._data,
                host=self._host,
                http_port=self._http_port,
                smtp_port=self._smtp_port,
                hosts=self._hosts,
                targets=self._targets,
                timetable=self._timetable,
                allow_server_deletion=self._allow_server_deletion,
                clock=lambda: self.clock,
                faults=self.faults,
                log=self._requests,
                fill=self._fill,
                webhooks=self.webhooks,
                reset=self.reset,
            )
        )
        return self

    def _place(self) -> Place:
        return Place(lambda: self.store, lambda: self.url)

    def _now(self) -> datetime:
        return self.clock.now()

    def _log(self) -> RequestLog:
        return self._requests

    def _fill(self, db: Transaction) -> None:
        account.found(db)
        servers.create(db, "Sandbox", micros(self.clock.now()))

    def close(self) -> None:
        """
        Stop the sandbox; data in memory is lost.

        Closing a sandbox that is not running does nothing. In a forked child, the sandbox of the parent goes on.
        """
        running, self._running = self._running, None
        if running is not None and running.pid == os.getpid():
            running.closing.close()

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self, error_class: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def _ask(self) -> Running:
        if self._running is None:
            raise ConfigurationError("the sandbox is not running: use `with Sandbox() as sandbox:`, or start()")
        return self._running

    @property
    def clock(self) -> Clock:
        """The clock, which tests move; a test may put one of its own in its place, also while the sandbox runs."""
        return self._clock

    @clock.setter
    def clock(self, clock: Clock) -> None:
        jobs = None if self._running is None else self._running.scheduler
        if isinstance(clock, Clock):
            clock.attach(jobs)
        if isinstance(self._clock, Clock) and self._clock is not clock:
            self._clock.detach(jobs)
        self._clock = clock

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return self._ask().url

    @property
    def inbox_url(self) -> str:
        """The web inbox, for a browser."""
        return f"{self.url}/inbox"

    @property
    def inbox_password(self) -> str:
        """The password of the inbox; empty on loopback, where it needs none. It stays the same for a data file."""
        return self._ask().inbox_password

    @property
    def smtp_host(self) -> str:
        """The host name of SMTP, for clients that log in with a server's token as user name and as password."""
        return self._ask().smtp[0]

    @property
    def smtp_port(self) -> int:
        """The port of SMTP, with STARTTLS."""
        return self._ask().smtp[1]

    @property
    def smtp_certificate(self) -> str:
        """The certificate, in PEM, of the authority that has signed the certificate of SMTP; new at each start."""
        return self._ask().certificate.authority

    @property
    def token(self) -> str:
        """The token of the first server."""
        return self._ask().token

    @property
    def account_token(self) -> str:
        """The token of the account."""
        return self._ask().account_token

    @property
    def store(self) -> Store:
        """
        The database, for tests that need what no call offers yet.

        Raises:
            ConfigurationError: The sandbox is not running, or was started before a fork, by the parent process.
        """
        running = self._ask()
        if running.pid != os.getpid():
            raise ConfigurationError(
                f"the sandbox runs in process {running.pid}, which started it: a forked child has its API only"
            )
        return running.store

    def allow(self, *, delete_servers: bool | None = None, remove_data: bool | None = None) -> None:
        """
        Grant or withdraw permissions that the service's support grants; None leaves a permission as it is.

        Args:
            delete_servers: Whether the API deletes servers. At first it does not, as at the service (code 604).
            remove_data: Whether it takes data removals. At first it does; the service wants to be asked (code 1302).

        Raises:
            InvalidArgument: A permission is neither True, False nor None.
        """
        with self.store.transaction() as db:
            account.allow(db, delete_servers=delete_servers, remove_data=remove_data)

    def reset(self, keep: Iterable[str] = ()) -> None:
        """
        Delete everything but the tokens of the account and the first server, and the time of the clock.

        Args:
            keep: The parts that are kept: `"messages"`, `"suppressions"`, `"statistics"`, `"streams"`, `"templates"`,
                `"webhooks"`, `"inbound_rules"`, `"servers"`, `"domains"` (with the sender signatures),
                `"data_removals"`, `"faults"`, `"requests"`. All streams stay if anything is kept that belongs to one.

        Raises:
            InvalidArgument: `keep` has another name.
        """
        kept = check_kept(keep)
        empty(self.store, kept)
        with self.store.transaction() as db:
            reset(db, micros(self._now()), kept)
        for name, part in (("faults", self.faults), ("requests", self._requests)):
            if name not in kept:
                part.clear()

    def confirm_signature(self, email_address: str) -> None:
        """
        Confirm a sender signature, as its owner does by the link in the service's email.

        Args:
            email_address: The address of the signature.

        Raises:
            InvalidArgument: The account has no sender signature of this address.
        """
        check_stored_text(email_address, "email_address", or_none=False)
        with self.store.transaction() as db:
            row = signatures.by_address(db, email_address)
            if row is None:
                raise InvalidArgument(f"there is no sender signature {email_address!r}", argument="email_address")
            signatures.change(db, row["signature_id"], confirmed=True)
