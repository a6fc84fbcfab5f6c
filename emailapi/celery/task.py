"""The task: one delivery of a payload, and what Celery is told when it has to run again."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import attrs
from celery.exceptions import Reject, Retry, SoftTimeLimitExceeded

from .._log import logger
from ..client import Client
from ..errors import ConfigurationError, EmailAPIError, InvalidArgument, Outcome
from ..queues import DeliveryReport, EmailFailure, RetryLater, compute_lookup_delay, deliver
from ..queues.payloads import Loader, describe, keys_of, split
from ..webhooks import SeenStore

if TYPE_CHECKING:
    from collections.abc import Iterator

# A counter of redeliveries is kept for a day after the last one.
COUNT_SECONDS = 24 * 3600.0
# From the second redelivery on, each email has a task of its own: the one that crashes its worker is found.
SPLIT_AT = 2
# Seconds before a look-up when the client that tells them cannot be made.
DEFAULT_DELAY = 120.0


class DeliveryGivenUp(EmailAPIError):
    """
    A task has ended although some of its emails were not sent, or may not have been.

    Attributes:
        keys: The idempotency keys of these emails.
    """

    keys: tuple[str, ...] = ()

    def __init__(self, message: str, *, keys: tuple[str, ...] = (), **facts: Any) -> None:
        """Store the keys beside the facts of every error."""
        super().__init__(message, **facts)
        self.keys = keys


@attrs.frozen(kw_only=True)
class Settings:
    """What `register` was given; see there."""

    client_factory: Callable[[], Client] = attrs.field(repr=False)
    store: SeenStore
    lookup_delay: float | None
    max_attempts: int
    max_redeliveries: int
    max_bytes: int
    record: Callable[[DeliveryReport], None] | None
    load: Loader | None


class Worker:
    """Runs the task in one process: the client is made after the fork, at its first task."""

    def __init__(self, settings: Settings) -> None:
        """Store the settings; nothing is opened."""
        self.settings = settings
        self._clients: dict[int, Client] = {}

    def client(self) -> Client:
        """Return the client of this process."""
        process = os.getpid()
        if process not in self._clients:
            self._clients[process] = self.settings.client_factory()
        return self._clients[process]

    def close(self) -> None:
        """Close the client of this process, if there is one."""
        client = self._clients.pop(os.getpid(), None)
        if client is not None:
            client.close()

    def lookup_delay(self) -> float:
        """
        Return how long to wait before a look-up, in seconds.

        Raises:
            ConfigurationError: The chosen delay is shorter than the longest delivery of one task.
        """
        longest = compute_lookup_delay(self.client(), max_bytes=self.settings.max_bytes, index_lag=0)
        given = self.settings.lookup_delay
        if given is not None and given < longest:
            raise ConfigurationError(
                f"lookup_delay must be at least {longest:g} seconds, the longest delivery of one task, got {given:g}: "
                "a look-up before this time may miss emails that another worker is still sending"
            )
        return compute_lookup_delay(self.client(), max_bytes=self.settings.max_bytes) if given is None else given

    def safe_delay(self) -> float:
        """Return how long to wait before a look-up if the settings may be wrong, in seconds."""
        try:
            return self.lookup_delay()
        except Exception:
            return self.settings.lookup_delay or DEFAULT_DELAY

    def run(self, task: Any, payload: Mapping[str, Any], attempt: int, look_up: bool) -> dict[str, Any]:
        """
        Run the task once.

        Raises:
            Retry: Another message has been published that goes on.
            Reject: None could be published; the broker delivers this message again.
            DeliveryGivenUp: Some emails were tried too often.
            InvalidArgument: This is no payload.
        """
        run = Run(self, task, payload, attempt)
        if (task.request.delivery_info or {}).get("redelivered") and not task.request.is_eager:
            run.begin_again()
        try:
            with self._claimed(run, look_up):
                report = deliver(
                    self.client(),
                    payload,
                    attempt=attempt,
                    redelivered=look_up,
                    lookup_delay=self.lookup_delay(),
                    load=self.settings.load,
                )
        except RetryLater as again:
            run.go_on(again)
        except InvalidArgument:
            raise
        except (Exception, SoftTimeLimitExceeded) as error:
            run.go_on_after(error)
        self.tell(report)
        return report.to_dict()

    @contextmanager
    def _claimed(self, run: Run, look_up: bool) -> Iterator[None]:
        """
        Hold the keys of emails that are looked up: two messages of one task may be there after a worker has died.

        Both would find nothing, and send.
        """
        claimed: list[str] = []
        store, names = self.settings.store, [f"delivery:{key}" for key in run.keys] if look_up else []
        try:
            for name in names:
                if not store.claim(name, self.lookup_delay()):
                    # Another time each, so that they do not meet again.
                    run.again(run.payload, self.lookup_delay() * random.uniform(1, 2))  # noqa: S311 - not a secret
                claimed.append(name)
            yield
        finally:
            for name in claimed:
                store.release(name)

    def tell(self, report: DeliveryReport) -> None:
        """Give a report to the application; its own errors are logged, for the emails are done."""
        if self.settings.record is not None:
            try:
                self.settings.record(report)
            except Exception:
                logger.exception("record failed for the report of a task")


@attrs.frozen
class Run:
    """One run of the task."""

    worker: Worker
    task: Any
    payload: Mapping[str, Any]
    attempt: int

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the payload."""
        return keys_of(self.payload)

    def begin_again(self) -> NoReturn:
        """Go on with a message that the broker has delivered again: its first worker has died, or still sends."""
        settings, keys = self.worker.settings, self.keys
        name = f"redelivered:{keys[0]}:{len(keys)}"
        counted = settings.store.count(name, COUNT_SECONDS)
        if counted > settings.max_redeliveries and len(keys) == 1:
            why = f"the worker that sends it has died {counted} times: its email is given up"
            self.give_up(why, [EmailFailure(key, EmailAPIError(why, outcome=Outcome.UNKNOWN)) for key in keys])
        seconds = self.worker.safe_delay()
        if counted >= SPLIT_AT and len(keys) > 1:
            *others, last = split(self.payload)
            for payload in others:
                self.publish(payload, seconds)
            self.again(last, seconds)
        self.again(self.payload, seconds)

    def go_on(self, again: RetryLater) -> NoReturn:
        """Publish the emails that are to be tried again, or give them up."""
        self.worker.tell(again.report)
        if self.attempt >= self.worker.settings.max_attempts:
            waiting = [*again.report.unknown, *again.report.not_sent]
            self.give_up(f"{self.attempt} attempts were not enough; the last: {waiting[0].error}", waiting)
        self.again(again.payload, again.seconds, attempt=self.attempt + 1)

    def go_on_after(self, error: BaseException) -> NoReturn:
        """Try again after an error that says nothing of the emails."""
        if isinstance(error, (Retry, Reject, DeliveryGivenUp)):
            raise error
        logger.warning("a task with %s ended with %s; it is tried again", describe(self.payload), type(error).__name__)
        if self.attempt >= self.worker.settings.max_attempts:
            known = error if isinstance(error, EmailAPIError) else EmailAPIError(f"{type(error).__name__}: {error}")
            failures = [EmailFailure(key, known.replace(outcome=Outcome.UNKNOWN)) for key in self.keys]
            self.give_up(f"{self.attempt} attempts were not enough; the last: {known}", failures)
        self.again(self.payload, self.worker.safe_delay(), attempt=self.attempt + 1)

    def give_up(self, why: str, failures: list[EmailFailure]) -> NoReturn:
        """End the task as failed, and tell the application which emails it has left."""
        unknown = tuple(one for one in failures if one.error.may_have_been_sent)
        not_sent = tuple(one for one in failures if not one.error.may_have_been_sent)
        self.worker.tell(DeliveryReport(unknown=unknown, not_sent=not_sent))
        outcome = Outcome.UNKNOWN if unknown else Outcome.NOT_SENT
        keys = tuple(one.key for one in failures)
        raise DeliveryGivenUp(f"{describe(self.payload)}: {why}", keys=keys, outcome=outcome)

    def again(self, payload: Mapping[str, Any], seconds: float, *, attempt: int | None = None) -> NoReturn:
        """End this run, and go on with a message that looks its emails up."""
        if self.task.request.is_eager:
            signature = self.task.signature([payload, attempt or self.attempt, True])
            raise Retry(when=seconds, is_eager=True, sig=signature)
        self.publish(payload, seconds, attempt=attempt, task_id=self.task.request.id)
        raise Retry(when=seconds)

    def publish(
        self, payload: Mapping[str, Any], seconds: float, *, attempt: int | None = None, task_id: str | None = None
    ) -> None:
        """
        Publish a message that looks its emails up.

        Celery's own `retry` drops a message whose successor it could not publish.
        """
        arguments = [payload, attempt or self.attempt, True]
        try:
            self.task.apply_async(arguments, countdown=seconds, task_id=task_id, argsrepr=describe(payload))
        except Exception as error:
            raise Reject(error, requeue=True) from error
