"""The emails that go in one request, or one after another by SMTP: how a group of them is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from ..client import Client
from ..errors import APIError, EmailAPIError, InvalidEmail, SESError, SMTPError, TransportError
from ..models.bulk import BulkEmail, BulkMessage
from ..models.email import TemplateEmail
from ..models.outbound import BatchItem, BatchResult, SendResult
from .merges import AnyEmail
from .payload import recipients, written
from .status import Result

# What can go wrong with a delivery; any other error is one of the program.
DELIVERY_ERRORS = (TransportError, APIError, SMTPError, SESError, InvalidEmail)


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


def send_group(kind: str, jobs: list[Job]) -> None:
    """
    Send emails of one kind by one client, and store the result of each in its job.

    Args:
        kind: `"as written"`, the name of the class of the emails, or `"bulk"` with something that tells merges apart.
        jobs: The emails.
    """
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
