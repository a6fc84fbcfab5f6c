"""The task: one delivery of a payload, and what Celery is told when it has to run again."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import attrs
from celery import Celery
from celery.exceptions import Reject, Retry

from .._log import logger
from ..errors import EmailAPIError, Outcome
from ..queues import DeliveryReport, EmailFailure, RetryLater
from ..queues.content import Payload, describe, hide, keys_of, split
from ..queues.delivering import Job
from .worker import Worker, visibility_timeout

# How long the store remembers that a task has begun, and how often a task was run.
REMEMBERED_SECONDS = 24 * 3600.0
# A task of several emails that dies so often is divided: the email that crashes its worker is found.
DIVIDED_AFTER = 2


class DeliveryGivenUp(EmailAPIError):
    """
    A task has ended although some of its emails were not sent, or may not have been.

    Attributes:
        keys: The idempotency keys of these emails.
    """

    __module__ = "emailapi.celery"
    keys: tuple[str, ...] = ()

    def __init__(self, message: str, *, keys: tuple[str, ...] = (), **facts: Any) -> None:
        """Store the keys beside the facts of every error."""
        super().__init__(message, **facts)
        self.keys = keys


def task_class(app: Celery, queue: str | None) -> type[Any]:
    """Return the class of the task, derived from the class of the application's tasks, which is Django's there."""

    class DeliveryTask(app.Task):
        """A task whose messages show the keys of emails alone, and go to its queue, however they are published."""

        abstract = True

        def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
            """Publish a message; the arguments are Celery's."""
            shown = _shown(args[0] if args else (kwargs or {}).get("payload"))
            options = {"argsrepr": shown, "kwargsrepr": shown if kwargs else "{}", **options}
            if queue is not None and not {"queue", "routing_key", "exchange"} & {*options}:
                options["queue"] = queue
            return super().apply_async(args, kwargs, **options)

    return DeliveryTask


def _shown(payload: object) -> str:
    hidden = hide(payload)
    return repr(hidden) if isinstance(hidden, Payload) else f"<{type(payload).__name__}>"


@attrs.frozen
class Run:
    """
    One run of the task.

    Attributes:
        worker: The process.
        task: The task of Celery.
        payload: The emails and their keys.
        attempt: Which attempt this is, from 1; a run whose worker dies is none.
        look_up: Whether an earlier run may have sent something.
    """

    worker: Worker
    task: Any
    payload: Mapping[str, Any]
    attempt: int
    look_up: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the payload."""
        return keys_of(self.payload)

    @property
    def _is_eager(self) -> bool:
        return bool(self.task.request.is_eager)

    def execute(self) -> dict[str, Any]:
        """
        Send the emails, and return the report as JSON values.

        Raises:
            Retry: Another message was published, which continues the delivery.
            Reject: No message could be published; the broker delivers this one again.
            DeliveryGivenUp: Some emails were tried too often.
            InvalidArgument: The payload is not valid.
        """
        keys_of(self.payload)
        if not self._is_eager:
            return self._execute_once()
        run = self
        while True:
            try:
                return run._execute_once()
            except Retry as retry:
                payload, attempt, _ = retry.sig.args
                run = Run(self.worker, self.task, payload, attempt, look_up=True)

    def _execute_once(self) -> dict[str, Any]:
        try:
            if not self._is_eager:
                self._check_in()
            report = self._deliver()
        except (Retry, Reject, DeliveryGivenUp):
            raise
        except RetryLater as again:
            self._go_on(again)
        except Exception as error:
            self._go_on_after(error)
        self.worker.tell(report)
        return report.to_dict()

    def _check_in(self) -> None:
        """
        Let a run pass that may begin now, and publish the message again otherwise.

        A message that is delivered again may still be under way in its first worker, and a publisher that lost its
        connection may have published one twice.
        """
        settings, keys, store = self.worker.settings, self.keys, self.worker.settings.store
        if (self.task.request.delivery_info or {}).get("redelivered"):
            self._wait(retries=self.task.request.retries or 0)
        if not self.look_up:
            if not store.claim(f"begun:{keys[0]}:{len(keys)}", REMEMBERED_SECONDS):
                self._wait()
            return
        # Only runs are counted, not redeliveries: messages that wait in a worker that dies are delivered again, too.
        counted = store.count(f"runs:{self.task.request.id}:{self.task.request.retries or 0}", REMEMBERED_SECONDS)
        if counted >= DIVIDED_AFTER and len(keys) > 1:
            self._divide()
        if counted > settings.max_redeliveries:
            why = f"the worker that sends it has died {counted} times: the email is given up"
            self._give_up(why, [EmailFailure(key, EmailAPIError(why, outcome=Outcome.UNKNOWN)) for key in keys])

    def _deliver(self) -> DeliveryReport:
        client, delay = self.worker.client(), self.worker.lookup_delay()
        job = Job(self.payload, self.worker.settings.load)
        look_up = self.look_up or job.was_slow
        if look_up and not self._is_eager:
            delay = self.worker.longest_look_up(len(self.keys))
            self._claim(delay)
        return job.deliver(client, attempt=self.attempt, look_up=look_up, lookup_delay=delay)

    def _claim(self, seconds: float) -> None:
        """
        Claim emails before they are looked up: two messages that look one email up would both find nothing, and send.

        A claim is not released after sending, for the service's search lags behind.
        """
        claimed: list[str] = []
        for key in self.keys:
            if not self.worker.settings.store.claim(f"delivery:{key}", seconds):
                self._release(claimed)
                self._wait()
            claimed.append(key)

    def _release(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.worker.settings.store.release(f"delivery:{key}")

    def _wait(self, **options: Any) -> NoReturn:
        """Publish the message again, so that its emails are looked up when nothing of them can be under way."""
        # Another time each: messages that a dying worker left together do not meet again.
        seconds = self.worker.safe_delay() * random.uniform(1, 1.5)  # noqa: S311 - not a secret
        self._again(self.payload, seconds, **options)

    def _divide(self) -> NoReturn:
        """Publish a message for each email."""
        *others, last = split(self.payload)
        for payload in others:
            self._publish(payload, self.worker.safe_delay(), task_id=None)
        self._again(last, self.worker.safe_delay(), task_id=None)

    def _go_on(self, again: RetryLater) -> NoReturn:
        """Publish the emails that are to be tried again, or give them up."""
        self.worker.tell(again.report)
        if not self._is_eager:
            self._release([one.key for one in again.report.not_sent])
        if self.attempt >= self.worker.settings.max_attempts:
            waiting = [*again.report.unknown, *again.report.not_sent]
            self._give_up(f"{self.attempt} attempts were not enough; the last: {waiting[0].error}", waiting)
        self._again(again.payload, again.seconds, attempt=self.attempt + 1)

    def _go_on_after(self, error: Exception) -> NoReturn:
        """Try again after an error that says nothing of the emails, as the soft time limit."""
        name = type(error).__name__
        logger.warning("a task with %s ended with %s: %s; it is tried again", describe(self.payload), name, error)
        if self.attempt >= self.worker.settings.max_attempts:
            known = error if isinstance(error, EmailAPIError) else EmailAPIError(f"{name}: {error}")
            failures = [EmailFailure(key, known.replace(outcome=Outcome.UNKNOWN)) for key in self.keys]
            self._give_up(f"{self.attempt} attempts were not enough; the last: {known}", failures)
        self._again(self.payload, self.worker.safe_delay(), attempt=self.attempt + 1)

    def _give_up(self, why: str, failures: list[EmailFailure]) -> NoReturn:
        """End the task as failed, and tell the application which emails it has left."""
        unknown = tuple(one for one in failures if one.error.may_have_been_sent)
        not_sent = tuple(one for one in failures if not one.error.may_have_been_sent)
        self.worker.tell(DeliveryReport(unknown=unknown, not_sent=not_sent))
        outcome = Outcome.UNKNOWN if unknown else Outcome.NOT_SENT
        keys = tuple(one.key for one in failures)
        raise DeliveryGivenUp(f"{describe(self.payload)}: {why}", keys=keys, outcome=outcome)

    def _again(self, payload: Mapping[str, Any], seconds: float, **options: Any) -> NoReturn:
        """End this run, and go on with a message that looks its emails up."""
        signature = self._publish(payload, seconds, **options)
        if self._is_eager:
            raise Retry(when=seconds, sig=signature)
        raise Retry(when=seconds)

    def _publish(
        self, payload: Mapping[str, Any], seconds: float, *, attempt: int | None = None, **options: Any
    ) -> Any:
        """
        Publish a message that looks its emails up, to the queue of this one, and return its signature.

        Celery's own `retry` drops a message whose successor it could not publish.
        """
        # A longer countdown than the visibility timeout would have the broker deliver the message several times.
        latest = max(visibility_timeout(self.task.app) / 2, self.worker.safe_delay())
        options.setdefault("retries", (self.task.request.retries or 0) + 1)
        signature = self.task.signature_from_request(
            args=(payload, attempt or self.attempt, True),
            kwargs={},
            countdown=min(seconds, latest),
            **options,
        )
        if not self._is_eager:
            try:
                signature.apply_async()
            except Exception as error:
                raise Reject(error, requeue=True) from error
        return signature
