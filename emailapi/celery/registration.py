"""Registering the task with an application, and putting emails into its queue."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import attrs
from celery import Celery
from celery.result import AsyncResult
from kombu.exceptions import OperationalError

from ..client import Client
from ..errors import ConnectionFailed, InvalidArgument
from ..models.email import TemplateEmail
from ..queues import DeliveryReport, FileReference, to_payload, to_payloads
from ..queues.content import Loader, describe, hide
from ..queues.payloads import PAYLOAD_BYTES
from ..transports.batch import BATCH_LIMIT
from ..transports.inputs import EmailLike
from ..webhooks import SeenStore
from .task import Run, task_class
from .worker import SPARE_SECONDS, Settings, Worker, visibility_timeout
from .worker_checks import check_accepts_json, check_at_start

TASK_NAME = "emailapi.deliver"


def register(
    app: Celery,
    client_factory: Callable[[], Client],
    *,
    store: SeenStore,
    queue: str | None = None,
    lookup_delay: float | None = None,
    max_attempts: int = 8,
    max_redeliveries: int = 5,
    max_bytes: int = PAYLOAD_BYTES,
    time_limit: float = 600.0,
    record: Callable[[DeliveryReport], None] | None = None,
    load: Loader | None = None,
    name: str = TASK_NAME,
) -> CeleryQueue:
    """
    Register the task that sends emails, in the module that the workers load.

    A task whose worker was killed is delivered again; each of its emails is looked up then, and sent if it is missing.

    Args:
        app: The Celery application. Its own settings may stay: those that matter are set for this task alone.
        client_factory: Makes the client, once in each worker process: `Client`, or a function without arguments.
        store: Counts how often workers have died, for all workers: a `RedisSeenStore`.
        queue: The queue; the application's default queue if None. Workers must consume it: `celery worker -Q ...`.
        lookup_delay: Seconds between a delivery that may go on elsewhere and the look-up of its emails; by default
            computed from the client's deadline and `max_bytes`.
        max_attempts: How often emails that were not accepted are tried.
        max_redeliveries: How often a worker may die by an email, before the email is given up.
        max_bytes: The most bytes of one task; smaller tasks need a shorter `lookup_delay`.
        time_limit: Seconds after which a task is interrupted, and run again.
        record: Called in the worker with the report of each run, to write down rejected emails.
        load: Loads attachments that are references.
        name: The name of the task, if there are several.

    Returns:
        The queue, with `send`, `send_many` and `send_at`.

    Raises:
        InvalidArgument: A number is out of its range, or something cannot be called.

    A worker exits when it starts, with a sentence, if `lookup_delay` is shorter than one delivery may take, if `store`
    is in the memory of one process, if the client cannot be made, or if `accept_content` has no JSON.
    """
    _check_numbers(max_attempts=max_attempts, max_redeliveries=max_redeliveries, max_bytes=max_bytes)
    _check_seconds(lookup_delay=0.0 if lookup_delay is None else lookup_delay, time_limit=time_limit)
    _check_callable(client_factory=client_factory, record=record or print, load=load or print)
    _check_callable(**{f"store.{method}": getattr(store, method, None) for method in ("claim", "release", "count")})
    worker = Worker(
        Settings(
            client_factory=client_factory,
            store=store,
            lookup_delay=lookup_delay,
            max_attempts=max_attempts,
            max_redeliveries=max_redeliveries,
            max_bytes=max_bytes,
            time_limit=time_limit,
            record=record,
            load=load,
        )
    )

    def run(task: Any, payload: dict[str, Any], attempt: int = 1, look_up: bool = False) -> dict[str, Any]:
        payload = hide(payload)
        return Run(worker, task, payload, attempt, look_up).execute()

    task = app.task(
        run,
        name=name,
        bind=True,
        base=task_class(app, queue),
        acks_late=True,
        reject_on_worker_lost=True,
        acks_on_failure=True,
        acks_on_timeout=False,
        serializer="json",
        max_retries=None,
        soft_time_limit=time_limit,
        time_limit=time_limit + SPARE_SECONDS,
    )
    check_at_start(app, worker)
    return CeleryQueue(app=app, task=task, queue=queue, max_bytes=max_bytes)


def _check_numbers(**numbers: object) -> None:
    for argument, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise InvalidArgument(f"{argument} must be a whole number of at least 1, got {value!r}", argument=argument)


def _check_seconds(**seconds: object) -> None:
    for argument, value in seconds.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
            raise InvalidArgument(f"{argument} must be a number of seconds, got {value!r}", argument=argument)


def _check_callable(**functions: object) -> None:
    for argument, value in functions.items():
        if not callable(value):
            raise InvalidArgument(f"{argument} must be callable, got {type(value).__name__}", argument=argument)


@attrs.frozen(kw_only=True)
class CeleryQueue:
    """
    The queue that `register` returns.

    Attributes:
        app: The application.
        task: The task of Celery, whose argument is a payload: `task.delay(to_payload(email, key="receipt-7"))`.
        queue: The queue that emails are put into; None for the application's default.
        max_bytes: The most bytes of one task.
    """

    app: Celery = attrs.field(repr=False)
    task: Any
    queue: str | None = None
    max_bytes: int = PAYLOAD_BYTES

    def send(
        self,
        email: EmailLike | TemplateEmail,
        *,
        key: str,
        references: Iterable[FileReference] = (),
        check_first: bool = False,
        on_commit: bool = False,
    ) -> AsyncResult[dict[str, Any]] | None:
        """
        Put one email into the queue.

        An email that was queued by the same key less than a day ago is looked up before it is sent.

        Args:
            email: As of `emailapi.queues.to_payload`, by which it is validated.
            key: The idempotency key, the same whenever this email is put into a queue.
            references: Attachments that the worker loads.
            check_first: Look the email up before it is sent: it may have been sent before, in another way.
            on_commit: Queue it when the transaction of Django ends, and not at all when it is rolled back.

        Returns:
            The result of Celery; None with `on_commit`.

        Raises:
            InvalidEmail: The email is not valid.
            InvalidArgument: The key is not valid.
            ConnectionFailed: The broker cannot be reached; the email is not in the queue. With `on_commit`, the end of
                the transaction raises it.
        """
        return self._publish(to_payload(email, key=key, references=[*references]), check_first, on_commit=on_commit)

    def send_many(
        self,
        emails: Iterable[EmailLike | TemplateEmail],
        *,
        key: str,
        max_emails: int = BATCH_LIMIT,
        references: Iterable[FileReference] = (),
        check_first: bool = False,
        on_commit: bool = False,
    ) -> list[AsyncResult[dict[str, Any]]]:
        """
        Put many emails into the queue, in tasks of at most 500 emails.

        The key of each email is `f"{key}/{index}"`. A program that was stopped in the middle queues all emails again,
        in the same order and with `check_first`: those that were sent already are found.

        Args:
            emails: As of `emailapi.queues.to_payloads`; taken as they are needed.
            key: The beginning of all keys.
            max_emails: The most emails of one task, from 1 to 500.
            references: As of `send`; all emails of one task must not exceed 50 MB with them.
            check_first: As of `send`; one search for each email.
            on_commit: As of `send`.

        Returns:
            The results of Celery; none with `on_commit`.

        Raises:
            InvalidEmail: An email is not valid; the error names its place. Tasks before it are in the queue.
            InvalidArgument: `emails` is a single email, or an argument is not valid.
            ConnectionFailed: The broker cannot be reached; tasks before this one are in the queue.
        """
        payloads = to_payloads(
            emails, key=key, max_emails=max_emails, max_bytes=self.max_bytes, references=[*references]
        )
        results = [self._publish(payload, check_first, on_commit=on_commit) for payload in payloads]
        return [result for result in results if result is not None]

    def send_at(
        self,
        email: EmailLike | TemplateEmail,
        at: datetime,
        *,
        key: str,
        references: Iterable[FileReference] = (),
        on_commit: bool = False,
    ) -> AsyncResult[dict[str, Any]] | None:
        """
        Put one email into the queue that is sent at a time.

        A worker holds such a task in memory until then, and the broker delivers it to another one, too, when it is not
        acknowledged within the visibility timeout. So this is for minutes: later emails belong in your database, and
        Celery's beat queues them when they are due.

        Args:
            email: As of `send`.
            at: The time, with a time zone; an email whose time is past is sent at once.
            key: As of `send`.
            references: As of `send`.
            on_commit: As of `send`.

        Raises:
            InvalidArgument: The time has no zone, or is later than half of the visibility timeout; or as `send`.
            InvalidEmail: The email is not valid.
            ConnectionFailed: The broker cannot be reached; the email is not in the queue.
        """
        if not isinstance(at, datetime) or at.tzinfo is None:
            raise InvalidArgument(f"at must be a datetime with a time zone, got {at!r}", argument="at")
        latest = visibility_timeout(self.app) / 2
        if at - datetime.now(UTC) > timedelta(seconds=latest):
            raise InvalidArgument(
                f"at must be less than {latest:g} seconds away, half of the broker's visibility timeout, got {at}: the "
                "broker would deliver the task several times; keep the email in your database, and queue it by "
                "Celery's beat",
                argument="at",
            )
        return self._publish(to_payload(email, key=key, references=[*references]), on_commit=on_commit, eta=at)

    def _publish(
        self, payload: dict[str, Any], check_first: bool = False, *, on_commit: bool = False, **options: Any
    ) -> AsyncResult[dict[str, Any]] | None:
        check_accepts_json(self.app)
        if on_commit:
            from django.db import transaction

            transaction.on_commit(partial(self._publish, payload, check_first, **options))
            return None
        try:
            result: AsyncResult[dict[str, Any]] = self.task.apply_async([payload, 1, check_first], **options)
        except Exception as error:
            if not isinstance(error, _connection_errors(self.app)):
                raise
            why = (
                f"Celery's broker or result backend cannot be reached, {describe(payload)} is not in the queue: {error}"
            )
            raise ConnectionFailed(why) from error
        return result


def _connection_errors(app: Celery) -> tuple[type[BaseException], ...]:
    """Return the errors of the broker, and of the backend of results, which is asked before the email is published."""
    with app.connection_for_write() as connection:
        broker = (*connection.connection_errors, *connection.channel_errors)
    return (OperationalError, OSError, RuntimeError, *broker, *getattr(app.backend, "connection_errors", ()))
