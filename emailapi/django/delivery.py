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
from .attachments import OnlySMTP
from .clients import client_for
from .merges import AnyEmail
from .options import BackendOptions
from .payload import read_message, recipients, written
from .signals import after_send, before_send
from .status import Result, attach_status

# What can go wrong with a delivery; any other error is one of the program.
DELIVERY_ERRORS = (TransportError, APIError, SMTPError, SESError, InvalidEmail)

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
class Job:
    """
    One email of a message.

    Attributes:
        message: The message.
        email: The email; None where the message could not be read, or is sent as Django writes it.
        client: The client that sends the email.
        result: The result, once it is known.
        cancelled: Whether a receiver of `pre_send` cancelled the email.
        as_written: Whether the message is sent as Django writes it.
    """

    message: Any
    email: AnyEmail | None
    client: Client
    result: Result | None = None
    cancelled: bool = False
    as_written: bool = False


@attrs.define
class Plan:
    """
    The emails of one message.

    Attributes:
        message: The message.
        jobs: One job for each email; one for a message that could not be read.
        merged: Whether the message is a merge.
    """

    message: Any
    jobs: list[Job]
    merged: bool = False

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
        given = [message for message in messages or () if recipients(message)]
        if not given or getattr(_current, "sending", False):
            return 0
        client = self.client
        plans = [self._plan(message, client) for message in given]
        try:
            self._deliver(plans)
        finally:
            # Also after an error of the program: some emails may have been sent.
            for plan in plans:
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
                _send_group(kind, group)

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


def _send_group(kind: str, jobs: list[Job]) -> None:
    """Send the emails of one kind by one client, and keep the result of each in its job."""
    outbound = jobs[0].client.outbound
    if kind.startswith("bulk") and len(jobs) > 1 and _send_bulk(outbound, jobs):
        return
    one: Callable[[Any], BatchItem] = outbound.send
    many: Callable[[Any], BatchResult] = outbound.send_batch
    if kind == "as written":
        for job in jobs:
            job.result = _result_of(_send_as_written, job)
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


def _send_as_written(job: Job) -> SendResult:
    transport: Any = job.client.transport
    message = job.message
    sent: SendResult = transport.send_message(
        written(message), sender=str(message.from_email), recipients=[str(one) for one in recipients(message)]
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
    raised.__cause__ = errors[0].__cause__
    vars(raised)["exceptions"] = tuple(errors)
    for error in errors[1:]:
        raised.add_note(f"also: {error}")
    return raised


def _log(errors: Iterable[EmailAPIError]) -> None:
    with _sending():
        for error in errors:
            key = getattr(error, "idempotency_key", None)
            logger.error("an email was not sent, or may not have been: %s, key %s", error, key)
