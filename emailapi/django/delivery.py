"""Sending Django messages: all that can be sent is sent, and each message has its own result."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import attrs

from .._log import logger
from ..client import Client
from ..errors import APIError, EmailAPIError, InvalidEmail, SESError, SMTPError, TransportError
from ..models.bulk import BulkEmail, BulkMessage, BulkStatus
from ..models.email import TemplateEmail
from ..models.outbound import BatchItem, BatchResult, SendResult
from ..models.recipient_guard import ORIGINAL_TO, RecipientGuard
from ..transports.smtp import SMTPTransport
from .clients import client_for
from .options import BackendOptions
from .payload import AnyEmail, OnlySMTP, read_message, recipients
from .signals import after_send, before_send
from .status import Result, attach_status

# What a delivery can meet; anything else is an error of the program.
DELIVERY_ERRORS = (TransportError, APIError, SMTPError, SESError, InvalidEmail)

_current = threading.local()


@contextmanager
def _no_mail() -> Iterator[None]:
    """Send nothing in this thread meanwhile: what is logged about emails must not become an email."""
    outer = getattr(_current, "silent", False)
    _current.silent = True
    try:
        yield
    finally:
        _current.silent = outer


@attrs.define
class Job:
    """
    One email of a message.

    Attributes:
        message: The message.
        email: The email; None where it could not be read, or leaves as Django writes it.
        client: The client that sends it.
        result: What became of it.
        cancelled: Whether a receiver of `pre_send` stopped it.
    """

    message: Any
    email: AnyEmail | None
    client: Client
    result: Result | None = None
    cancelled: bool = False
    ready: bool = False


class Delivery:
    """
    Sends messages for one backend.

    Args:
        sender: The class of the backend, the sender of signals.
        alias: The alias of the mailer, if it has one.
        options: The options.
        client: The client with these options.
        guard: The guard of staging systems.
    """

    def __init__(
        self, sender: type, alias: str | None, options: BackendOptions, client: Client, guard: RecipientGuard
    ) -> None:
        """Keep what sending needs."""
        self._sender, self._alias, self._options = sender, alias, options
        self._client, self._guard = client, guard

    def send(self, messages: Iterable[Any] | None, *, fail_silently: bool) -> int:
        """
        Send messages, and return how many were accepted.

        Raises:
            EmailAPIError: The first error, after everything else was sent; `exceptions` has all of them.
        """
        given = [message for message in messages or () if recipients(message)]
        if not given or getattr(_current, "silent", False):
            return 0
        jobs: list[Job] = []
        merged: set[int] = set()
        for message in given:
            jobs += self._jobs(message, merged)
        self._deliver([job for job in jobs if job.result is None and not job.cancelled], merged)
        return self._finish(given, jobs, merged, fail_silently)

    def _jobs(self, message: Any, merged: set[int]) -> list[Job]:
        """Read a message; what is wrong with it is the result of its only job."""
        try:
            draft = read_message(message, self._options)
        except OnlySMTP as error:
            if isinstance(self._client.transport, SMTPTransport):
                return [self._ready_job(message)]
            return [Job(message, None, self._client, error)]
        except InvalidEmail as error:
            return [Job(message, None, self._client, error)]
        client = self._client
        if draft.server_token:
            client = client_for(attrs.evolve(self._options, server_token=draft.server_token))
        if draft.merged:
            merged.add(id(message))
        return [self._job(message, email, client) for email in draft.emails]

    def _job(self, message: Any, email: AnyEmail, client: Client) -> Job:
        changed = before_send(self._sender, message, email, self._alias)
        if changed is None:
            return Job(message, email, client, cancelled=True)
        try:
            return Job(message, self._guarded(changed), client)
        except InvalidEmail as error:
            return Job(message, changed, client, error)

    def _ready_job(self, message: Any) -> Job:
        """Return the job of a message that leaves as Django writes it."""
        job = Job(message, None, self._client, ready=True)
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
        headers = [(header.name, header.value) for header in email.headers if header.name != ORIGINAL_TO]
        return email.replace(**fields, headers=[*headers, (ORIGINAL_TO, ", ".join(replaced))])

    def _deliver(self, jobs: Sequence[Job], merged: set[int]) -> None:
        groups: dict[tuple[int, str], list[Job]] = {}
        for job in jobs:
            kind = "ready" if job.ready else type(job.email).__name__
            if self._options.use_bulk and kind == TemplateEmail.__name__ and id(job.message) in merged:
                kind = f"bulk {id(job.message)}"
            groups.setdefault((id(job.client), kind), []).append(job)
        with _no_mail():
            for (_, kind), group in groups.items():
                _send_group(kind, group)

    def _finish(self, given: Sequence[Any], jobs: Sequence[Job], merged: set[int], fail_silently: bool) -> int:
        accepted = 0
        errors: list[EmailAPIError] = []
        for message in given:
            own = [job for job in jobs if job.message is message and not job.cancelled]
            results = [job.result for job in own if job.result is not None]
            attach_status(message, _of_message(results, id(message) in merged), _parts(own))
            accepted += any(not isinstance(result, EmailAPIError) for result in results)
            errors += [result for result in results if isinstance(result, EmailAPIError)]
        for job in jobs:
            if job.email is not None and job.result is not None:
                after_send(self._sender, job.message, job.email, self._alias, job.result)
        if fail_silently:
            loud = [error for error in errors if not isinstance(error, DELIVERY_ERRORS)]
            _log([error for error in errors if isinstance(error, DELIVERY_ERRORS)])
            errors = loud
        if errors:
            raise _first(errors)
        return accepted


def _parts(jobs: Iterable[Job]) -> list[tuple[AnyEmail | None, Result]]:
    return [(job.email, job.result) for job in jobs if job.result is not None]


def _of_message(results: Sequence[Any], merged: bool) -> object:
    """Return the result of a message: that of its email, or those of the emails of a merge."""
    if not merged or isinstance(results[0] if results else None, BulkStatus):
        return results[0] if results else None
    return BatchResult(tuple(results))


def _send_group(kind: str, jobs: list[Job]) -> None:
    """Send the emails of one kind by one client, and keep the result of each in its job."""
    outbound = jobs[0].client.outbound
    if kind.startswith("bulk") and len(jobs) > 1 and _send_bulk(outbound, jobs):
        return
    one: Callable[[Any], BatchItem] = outbound.send
    many: Callable[[Any], BatchResult] = outbound.send_batch
    if kind == "ready":
        for job in jobs:
            job.result = _result_of(_send_ready, job)
        return
    if isinstance(jobs[0].email, TemplateEmail):
        one, many = outbound.send_template, outbound.send_template_batch
    if len(jobs) == 1:
        jobs[0].result = _result_of(one, jobs[0].email)
        return
    for job, result in zip(jobs, many([job.email for job in jobs]), strict=True):
        job.result = result


def _result_of(send: Callable[[Any], Result], given: Any) -> Result:
    try:
        return send(given)
    except DELIVERY_ERRORS as error:
        found: EmailAPIError = error
        return found


def _send_ready(job: Job) -> SendResult:
    transport: Any = job.client.transport
    message = job.message
    sent: SendResult = transport.send_message(
        message.message(), sender=str(message.from_email), recipients=[str(one) for one in recipients(message)]
    )
    return sent


def _send_bulk(outbound: Any, jobs: list[Job]) -> bool:
    """Send the emails of one merge as a bulk request; False when they differ in what that has only once."""
    own = {"to", "cc", "bcc", "template_model", "metadata", "headers"}
    fields = [field.name for field in attrs.fields(TemplateEmail) if field.name not in own]
    common: list[dict[str, Any]] = [{name: getattr(job.email, name) for name in fields} for job in jobs]
    if any(one != common[0] for one in common):
        return False
    given = {name: value for name, value in common[0].items() if value is not None and name != "idempotency_key"}
    try:
        messages = [BulkMessage(**{name: getattr(job.email, name) for name in own}) for job in jobs]
        result: Result = outbound.send_bulk(BulkEmail(messages=messages, **given))
    except DELIVERY_ERRORS as error:
        result = error
    for job in jobs:
        job.result = result
    return True


def _first(errors: Sequence[EmailAPIError]) -> EmailAPIError:
    """Return the first error, with all of them as `exceptions` and, for people, as notes."""
    raised = copy.copy(errors[0])
    vars(raised)["exceptions"] = tuple(errors)
    for error in errors[1:]:
        raised.add_note(f"also: {error}")
    return raised


def _log(errors: Iterable[EmailAPIError]) -> None:
    with _no_mail():
        for error in errors:
            key = getattr(error, "idempotency_key", None)
            logger.error("an email was not sent, or may not have been: %s, key %s", error, key)
