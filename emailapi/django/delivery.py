"""Sending Django messages: all that can be sent is sent, and each message has its own result."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import attrs

from .._log import report
from ..client import Client
from ..errors import EmailAPIError, InvalidEmail
from ..models.bulk import BulkStatus
from ..models.email import TemplateEmail
from ..models.outbound import BatchResult
from ..models.recipient_guard import ORIGINAL_TO, RecipientGuard
from ..transports.smtp import SMTPTransport
from .attachments import OnlySMTP
from .clients import client_for
from .groups import DELIVERY_ERRORS, Job, send_group
from .merges import AnyEmail
from .options import BackendOptions
from .payload import read_message, recipients
from .signals import after_send, before_send
from .status import Result, attach_status

_current = threading.local()


@contextmanager
def _sending() -> Iterator[None]:
    """Send nothing else in this thread meanwhile: a log record about an email must not become an email."""
    outer = getattr(_current, "sending", False)
    _current.sending = True
    try:
        yield
    finally:
        _current.sending = outer


@attrs.define
class Plan:
    """
    The emails of one message.

    Attributes:
        message: The message.
        jobs: One job for each email; one for a message that could not be read.
        merged: Whether the message is a merge.
        place: The place of the message in the call, from 0; None for a message that is sent alone.
    """

    message: Any
    jobs: list[Job]
    merged: bool = False
    place: int | None = None

    def name_place(self) -> None:
        """Let errors name the place of the message, and not that of an email in its request."""
        for job in self.jobs:
            error = job.result
            if isinstance(error, InvalidEmail) and self.place is not None:
                plain = error.message.removeprefix(f"email at index {error.index}: ")
                job.result = error.replace(message=plain).at(self.place)

    def results(self) -> list[Result]:
        """Return the results that are known."""
        return [job.result for job in self.jobs if job.result is not None and not job.cancelled]


class Delivery:
    """
    Sends messages for one backend.

    Args:
        sender: The class of the backend, the sender of signals.
        alias: The alias of the mailer, if it has one.
        options: The options.
        guard: The guard of staging systems.
    """

    def __init__(self, sender: type, alias: str | None, options: BackendOptions, guard: RecipientGuard) -> None:
        """Store what sending needs."""
        self._sender, self._alias, self._options, self._guard = sender, alias, options, guard

    @property
    def client(self) -> Client:
        """The client with the options of the backend; a new one after `close_all`."""
        return client_for(self._options)

    def send(self, messages: Iterable[Any] | None, *, fail_silently: bool) -> int:
        """
        Send messages, and return how many were accepted.

        Raises:
            EmailAPIError: The first error, after all other messages were sent; `exceptions` has all errors.
        """
        given = [*(messages or ())]
        if getattr(_current, "sending", False) or not any(map(recipients, given)):
            return 0
        client = self.client
        plans = []
        for place, message in enumerate(given):
            if recipients(message):
                plans.append(self._plan(message, client))
                plans[-1].place = place if len(given) > 1 else None
        try:
            self._deliver(plans)
        finally:
            # Also after an error of the program: some emails may have been sent.
            for plan in plans:
                plan.name_place()
                self._record(plan)
        return _count(plans, fail_silently)

    def _plan(self, message: Any, client: Client) -> Plan:
        """Read a message; an error of reading is the result of its only job."""
        try:
            draft = read_message(message, self._options)
        except OnlySMTP as error:
            by_smtp = isinstance(client.transport, SMTPTransport)
            return Plan(message, [self._as_written(message, client) if by_smtp else Job(message, None, client, error)])
        except InvalidEmail as error:
            return Plan(message, [Job(message, None, client, error)])
        if draft.server_token:
            client = client_for(attrs.evolve(self._options, server_token=draft.server_token))
        return Plan(message, [self._job(message, email, client) for email in draft.emails], draft.merged)

    def _job(self, message: Any, email: AnyEmail, client: Client) -> Job:
        changed = before_send(self._sender, message, email, self._alias)
        if changed is None:
            return Job(message, email, client, cancelled=True)
        try:
            return Job(message, self._guarded(changed), client)
        except InvalidEmail as error:
            return Job(message, changed, client, error)

    def _as_written(self, message: Any, client: Client) -> Job:
        job = Job(message, None, client, as_written=True)
        if self._guard.is_on:
            why = "redirect_to and allow_recipients: a message that only SMTP carries cannot be redirected"
            job.result = InvalidEmail(why, field="to")
        return job

    def _guarded(self, email: AnyEmail) -> AnyEmail:
        if not self._guard.is_on:
            return email
        fields, replaced = self._guard.apply({name: getattr(email, name) for name in ("to", "cc", "bcc")})
        if not replaced:
            return email
        own = ORIGINAL_TO.lower()
        headers = [(header.name, header.value) for header in email.headers if header.name.lower() != own]
        return email.replace(**fields, headers=[*headers, (ORIGINAL_TO, ", ".join(replaced))])

    def _deliver(self, plans: Iterable[Plan]) -> None:
        groups: dict[tuple[int, str], list[Job]] = {}
        for plan in plans:
            for job in plan.jobs:
                if job.result is not None or job.cancelled:
                    continue
                kind = "as written" if job.as_written else type(job.email).__name__
                if self._options.use_bulk and plan.merged and kind == TemplateEmail.__name__:
                    kind = f"bulk {id(plan)}"
                groups.setdefault((id(job.client), kind), []).append(job)
        with _sending():
            for (_, kind), group in groups.items():
                send_group(kind, group)

    def _record(self, plan: Plan) -> None:
        """Attach the results to the message, and tell the receivers of `post_send`."""
        parts = [(job.email, job.result) for job in plan.jobs if job.result is not None and not job.cancelled]
        attach_status(plan.message, _of_message(plan), parts)
        for email, result in parts:
            if email is not None:
                after_send(self._sender, plan.message, email, self._alias, result)


def _of_message(plan: Plan) -> object:
    """Return the result of a message: that of its email, of its bulk request, or those of the emails of a merge."""
    results: list[Any] = plan.results()
    one = len({id(result) for result in results}) == 1
    if results and one and (len(results) > 1 or not plan.merged or isinstance(results[0], BulkStatus)):
        return results[0]
    return BatchResult(tuple(results)) if plan.merged else None


def _count(plans: Iterable[Plan], fail_silently: bool) -> int:
    """Return how many messages were accepted, or raise the first error."""
    accepted = 0
    errors: dict[int, EmailAPIError] = {}
    for plan in plans:
        results = plan.results()
        accepted += any(not isinstance(result, EmailAPIError) for result in results)
        # The emails of a bulk request share one error.
        errors.update({id(result): result for result in results if isinstance(result, EmailAPIError)})
    found = [*errors.values()]
    if fail_silently:
        _log(error for error in found if isinstance(error, DELIVERY_ERRORS))
        found = [error for error in found if not isinstance(error, DELIVERY_ERRORS)]
    if found:
        raise _first(found)
    return accepted


def _first(errors: Sequence[EmailAPIError]) -> EmailAPIError:
    """Return the first error, with all of them as `exceptions` and, for people, as notes."""
    raised = errors[0].replace()
    vars(raised)["exceptions"] = tuple(errors)
    for error in errors[1:]:
        raised.add_note(f"also: {error}")
    return raised


def _log(errors: Iterable[EmailAPIError]) -> None:
    with _sending():
        for error in errors:
            key = getattr(error, "idempotency_key", None)
            report(logging.ERROR, "an email was not sent, or may not have been: %s, key %s", error, key)
