"""Starting everything that a sandbox consists of, and ending it in the right order."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from importlib.util import find_spec

import attrs

from ..errors import ConfigurationError
from .access import Hosts, inbox_password, is_loopback
from .app import create_app
from .clock import Clock
from .deliveries import Deliveries
from .effects import Shaping
from .faults import Faults
from .finding import index_some
from .forks import imports
from .instants import micros
from .listener import HTTPListener, listen, place_of, url_of
from .posting.attempts import Webhooks
from .posting.runner import Runner
from .posting.targets import Targets
from .posting.timetable import Timetable
from .posting.verification import Verifying
from .request_log import RequestLog
from .retention import sweep
from .scheduler import Chores, Scheduler
from .smtp.certificate import Certificate
from .smtp.desk import Desk
from .smtp.serving import SMTPListener
from .spool import Spool
from .store import Row, StorageFailed, Store, Transaction
from .surroundings import Surroundings
from .tables import account, servers

for _name in ("css_inline", "aiosmtpd"):  # imported with the first template, and the first connection of SMTP
    if find_spec(_name) is None:
        raise ModuleNotFoundError(name=_name)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Plan:
    """
    What is to run.

    Attributes:
        data: The data file, or None for memory.
        host: The address to listen at.
        http_port: The port of the API; 0 takes a free one, as for `smtp_port`.
        hosts: The host names that requests may name.
        targets: The hosts that webhooks may be at.
        timetable: When webhooks are tried again.
        allow_server_deletion: Whether the API deletes servers from now on.
        clock: Returns the clock.
        faults: The faults.
        log: Keeps the requests.
        webhooks: The attempts to post to webhooks.
        reset: Brings the sandbox back to how it began.
        fill: Puts into a new database what every sandbox has.
    """

    data: str | os.PathLike[str] | None
    host: str
    http_port: int
    smtp_port: int
    hosts: Hosts
    targets: Targets
    timetable: Timetable
    allow_server_deletion: bool
    clock: Callable[[], Clock]
    faults: Faults
    log: RequestLog
    webhooks: Webhooks
    reset: Callable[[Iterable[str]], None]
    fill: Callable[[Transaction], None]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Running:
    """
    What there is while a sandbox runs.

    Attributes:
        url: The base URL of the API.
        smtp: Address and port of SMTP.
        certificate: The certificate of SMTP.
        store: The database.
        scheduler: Performs the jobs.
        runner: Posts to webhooks.
        token: The token of the first server.
        account_token: The token of the account.
        inbox_password: The password of the inbox; empty if it needs none.
        closing: Ends everything.
        pid: The process that it runs in.
    """

    url: str
    smtp: tuple[str, int]
    certificate: Certificate
    store: Store
    scheduler: Scheduler
    runner: Runner
    token: str = attrs.field(repr=False)
    account_token: str = attrs.field(repr=False)
    inbox_password: str = attrs.field(repr=False)
    closing: ExitStack
    pid: int


def run(plan: Plan) -> Running:
    """
    Start everything.

    Raises:
        ConfigurationError: A port is taken, or the data file is not ours, is damaged or cannot be written. Nothing runs
            then.
    """
    try:
        return _start(plan)
    except StorageFailed as error:
        raise ConfigurationError(str(error)) from None


def _start(plan: Plan) -> Running:
    with ExitStack() as closing:
        http = closing.enter_context(listen(plan.host, plan.http_port))
        smtp = closing.enter_context(listen(plan.host, plan.smtp_port))
        store = Store(plan.data, plan.fill)
        closing.callback(store.close)
        spool = Spool(store, lambda rows: _process(plan.faults, rows))
        with store.transaction(writing=plan.allow_server_deletion, processed=False) as db:
            tokens = servers.tokens(db, servers.FIRST)[0], account.token(db)
            if plan.allow_server_deletion:
                account.allow(db, delete_servers=True)
            offset = account.clock_offset(db)
            password = "" if is_loopback(plan.host) else inbox_password(account.secret(db))
        runner = Runner(plan.clock, plan.targets, plan.timetable, plan.faults)
        chores = Chores(sweep, lambda store: spool.process_some() or index_some(store))
        scheduler = Scheduler(store, plan.clock, [Deliveries(), runner], chores)
        certificate = Certificate(plan.host)
        _serve(plan, closing, store, runner, http, place_of(smtp), password)
        closing.callback(SMTPListener(smtp, _desk(plan, store, spool), certificate).close)
        clock = plan.clock()
        if isinstance(clock, Clock):
            clock.attach(scheduler, timedelta(microseconds=offset))
        scheduler.start()
        closing.callback(runner.close)
        closing.callback(scheduler.close)
        return Running(
            url=url_of(http),
            smtp=place_of(smtp),
            certificate=certificate,
            store=store,
            scheduler=scheduler,
            runner=runner,
            token=tokens[0],
            account_token=tokens[1],
            inbox_password=password,
            closing=closing.pop_all(),
            pid=os.getpid(),
        )


def _process(faults: Faults, rows: Sequence[Row]) -> Callable[[Transaction], None]:
    """Read messages that came by SMTP, and return what stores them."""
    with imports:
        from .processing import Processing  # only now: it reads MIME, and most sandboxes get no message by SMTP

    return Processing(faults)(rows)


def _serve(
    plan: Plan,
    closing: ExitStack,
    store: Store,
    runner: Runner,
    listening: socket.socket,
    smtp: tuple[str, int],
    password: str,
) -> None:
    """Serve the API and the inbox."""
    shaping, verifying = Shaping(), Verifying(store, runner, lambda: micros(plan.clock().now()))
    here = Surroundings(
        store,
        plan.clock,
        plan.hosts,
        plan.faults,
        plan.log,
        shaping,
        verifying,
        plan.webhooks,
        plan.reset,
        smtp,
        password,
    )
    application = create_app(here)
    closing.callback(plan.faults.clear)
    closing.callback(HTTPListener(listening, application).close)
    closing.callback(store.wake)
    closing.callback(shaping.close)


def _desk(plan: Plan, store: Store, spool: Spool) -> Desk:
    return Desk(store, plan.clock, plan.faults, plan.log, spool)
