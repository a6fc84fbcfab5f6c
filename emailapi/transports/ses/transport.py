"""Sending by Amazon SES."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import attrs

from ..._delivery import Attempt, CallContext, Deadline, run_attempts
from ..._log import logger
from ..._net import monotonic
from ...errors import ConfigurationError, ConnectionFailed, DeadlineExceeded, EmailAPIError, InvalidEmail
from ...models.address import Address, AddressLike, parse_address_field
from ...models.email import Email
from ...models.options import Retry
from ...models.outbound import BatchItem, SendResult
from ...settings import Timeout, as_deadline, as_retry, as_timeout
from ..base import BaseTransport
from ..batch import Batch
from ..ready_message import Given, Recipients
from .client import Client
from .errors import OUT_OF_TIME, REQUEST
from .payload import Defaults, Parcel, check_tags, pack, pack_message

_SET_NAME = re.compile("[A-Za-z0-9_-]{1,64}")


@attrs.frozen
class SESPayload:
    """
    An email as SES takes it.

    Attributes:
        parcel: The call of boto3's client.
        to: Whom the result names.
        key: The idempotency key that the result repeats.
    """

    parcel: Parcel = attrs.field(repr=False)
    to: str
    key: str | None

    def result(self, answer: Mapping[str, Any]) -> SendResult:
        """Return the result that SES's response stands for."""
        return SendResult(
            message_id=answer["MessageId"],
            to=self.to,
            submitted_at=datetime.now(UTC),
            message="OK",
            via="ses",
            idempotency_key=self.key,
        )


class SESTransport(BaseTransport[SESPayload]):
    """
    Sends by Amazon SES, once: a request that SES may have read is never repeated.

    Simple mails leave by `send_email`; those with headers or attachments as MIME by `send_raw_email`. Threads may share
    a transport, and a forked process has connections of its own. It is a context manager.

    A failed connection and throttling are tried again within the deadline; nothing else is. Beside `InvalidEmail`,
    sending raises `SESError` when SES rejected the email (throttling is `RateLimited`, too, the daily quota
    `LimitExceeded`, wrong credentials `Unauthorized`), `ConnectionFailed` and `DeadlineExceeded` when nothing was sent,
    and `DeliveryUnknown` when there was no response, or one of 500 or more.

    Exceptions that a signal handler raises meanwhile, as time limits of queues do, pass after the connection is closed;
    a note says when the email may have been sent.

    Args:
        client: A ready `boto3.client("ses")`, with its own region, credentials and timeouts; it is not closed here,
            and what others send by it is left alone.
        region_name: The region, without a client; boto3's own configuration when None.
        source_arn: The identity of another account that allows the sender.
        return_path: Where bounces go.
        return_path_arn: The identity of another account that allows `return_path`.
        tags: Tags of every mail, by name, or as boto3 takes them.
        configuration_set_name: The configuration set of every mail.
        charset: Of subject and bodies of simple mails; MIME is always in UTF-8.
        timeout: Seconds to connect and for each wait for an answer, of a client that is made here; one number, or both.
        deadline: Seconds for one mail, with all that is tried again.
        retry: How often a failed connection, or too many mails a second, is tried again.

    Raises:
        ConfigurationError: boto3 is not installed, there is no region, there are no credentials, or an option is wrong.

    Attributes:
        deadline: Seconds for one mail.
        at_once: How many mails share a deadline: each has its own.
    """

    deadline: float

    def __init__(
        self,
        *,
        client: object | None = None,
        region_name: str | None = None,
        source_arn: str | None = None,
        return_path: AddressLike | None = None,
        return_path_arn: str | None = None,
        tags: Mapping[str, str] | Iterable[Mapping[str, str]] | None = None,
        configuration_set_name: str | None = None,
        charset: str = "UTF-8",
        timeout: Timeout = 10.0,
        deadline: float = 30.0,
        retry: Retry | None = None,
    ) -> None:
        """Check the options, and make a client unless one is given."""
        self.deadline = as_deadline(deadline)
        self._retry = as_retry(retry)
        self._defaults = Defaults(
            charset=_check_charset(charset),
            source_arn=_check_text(source_arn, "source_arn"),
            return_path=_check_return_path(return_path),
            return_path_arn=_check_text(return_path_arn, "return_path_arn"),
            tags=check_tags(tags),
            configuration_set_name=_check_set_name(configuration_set_name),
        )
        connect, read = as_timeout(timeout)
        self._client = Client(client, region_name, (min(connect, self.deadline), min(read, self.deadline)))

    def __repr__(self) -> str:
        """Name region and configuration set."""
        return (
            f"SESTransport(region_name={self._client.region!r}, "
            f"configuration_set_name={self._defaults.configuration_set_name!r})"
        )

    def send_message(
        self, message: Given | Email, *, sender: str | Address | None = None, recipients: Recipients = None
    ) -> SendResult:
        """
        Send a ready message as given, by `SendRawEmail`: an invitation, or a signed message.

        Its lines end in CRLF and Bcc is taken out, as by `SMTPTransport.send_message`. SES itself replaces Message-ID
        and Date. SES takes 7-bit messages only: one that is not all ASCII is encoded anew, and refused when it is
        signed, as its signature would break. The message has 1 to 50 recipients and at most 10 MB.

        Args:
            message: A `Message`, or its text or bytes; an `Email` is written as MIME first.
            sender: The envelope's sender, where bounces go; the transport's `return_path` by default, else the
                message's own sender.
            recipients: The envelope's recipients; the message's To, Cc and Bcc by default.

        Returns:
            The result; `to` names the envelope's recipients.

        Raises:
            EmailAPIError: As `send`.
        """
        parcel = pack_message(message, sender, recipients, self._defaults)
        key = message.idempotency_key if isinstance(message, Email) else None
        payload = SESPayload(parcel, ", ".join(parcel.parameters["Destinations"]), key)
        return self._send(message, payload=payload)

    def close(self) -> None:
        """Send nothing any more; a client that was given stays open."""
        self._client.close()

    def _prepare(self, email: Email, batch: Batch[SESPayload]) -> SESPayload:
        to = ", ".join(address.header for address in email.to)
        return SESPayload(pack(email, self._defaults), to, email.idempotency_key)

    def _deliver(
        self, payloads: Sequence[SESPayload], batch: Batch[SESPayload], context: CallContext
    ) -> list[BatchItem]:
        retry, until = context.retry(self._retry), context.attempts_until
        items = [self._deliver_one(payload, retry, until) for payload in payloads]
        batch.unreachable = isinstance(items[-1], ConnectionFailed)
        return items

    def _deliver_one(self, payload: SESPayload, retry: Retry, deadline: Deadline) -> BatchItem:
        attempt, _ = run_attempts(partial(self._attempt, payload, deadline), retry, deadline)
        if attempt.error is not None:
            return attempt.error
        assert attempt.value is not None  # noqa: S101 - there is one without an error
        return attempt.value

    def _attempt(self, payload: SESPayload, deadline: Deadline, number: int) -> Attempt[SendResult]:
        """Make one request, and write a line about it: no recipient, no body."""
        if self._client.closed:
            return Attempt(error=ConfigurationError("the transport is closed"))
        if not deadline.may_send():
            return Attempt(error=DeadlineExceeded(OUT_OF_TIME, **REQUEST, attempts=number - 1))
        began = monotonic()
        answer = self._client.post(payload.parcel, deadline.at, number)
        if isinstance(answer, EmailAPIError):
            attempt: Attempt[SendResult] = Attempt(error=answer, again=answer.retryable)
            level, outcome = logging.WARNING, type(answer).__name__
        else:
            attempt = Attempt(payload.result(answer))
            level, outcome = logging.INFO, f"message {answer['MessageId']}"
        took = round((monotonic() - began) * 1000)
        logger.log(level, "SES %s: %s in %d ms, attempt %d", payload.parcel.operation, outcome, took, number)
        return attempt


def _check_charset(given: str) -> str:
    try:
        "".encode(given)
    except (LookupError, TypeError, ValueError):
        known = False
    else:
        known = True
    if not known:
        raise ConfigurationError(f"charset {given!r} is unknown")
    return given


def _check_text(given: str | None, name: str) -> str | None:
    if given is not None and (not isinstance(given, str) or not given.strip() or not given.isprintable()):
        raise ConfigurationError(f"{name} must be text, not {given!r}")
    return given


def _check_set_name(given: str | None) -> str | None:
    if given is not None and not (isinstance(given, str) and _SET_NAME.fullmatch(given)):
        raise ConfigurationError(
            f"configuration_set_name must have 1 to 64 of A-Z, a-z, 0-9, _ and -, which {given!r} has not"
        )
    return given


def _check_return_path(given: AddressLike | None) -> Address | None:
    """
    Return where bounces go.

    Raises:
        ConfigurationError: It is not one address that SES takes.
    """
    try:
        found, why = parse_address_field(given, "return_path"), ""
    except InvalidEmail as error:
        found, why = (), error.message
    if given is not None and not why and (len(found) != 1 or not found[0].mailbox.isascii()):
        why = f"return_path must be one address with an ASCII local part, not {given!r}"
    if why:
        raise ConfigurationError(why)
    return found[0] if found else None
