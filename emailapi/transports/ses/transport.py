"""The transport by Amazon SES."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import attrs

from ..._delivery import Attempt, CallContext, Deadline, add_note, report, run_attempts
from ..._log import log_facts, logger
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
from .overrides import SET_NAME_RULE, is_set_name, with_own_options
from .payload import Defaults, SESRequest, check_tags, encode, encode_message
from .sesv2 import MESSAGE_LIMIT_V2


@attrs.frozen
class SESPayload:
    """
    An email encoded for SES.

    Attributes:
        request: The request to SES.
        to: The recipients as the result names them.
        idempotency_key: The key that the result repeats.
    """

    request: SESRequest = attrs.field(repr=False)
    to: str
    idempotency_key: str | None

    def result(self, response: Mapping[str, Any]) -> SendResult:
        """Convert SES's response into a result."""
        return SendResult(
            message_id=response["MessageId"],
            to=self.to,
            submitted_at=datetime.now(UTC),
            message="OK",
            via="ses",
            idempotency_key=self.idempotency_key,
            request_id=_request_id(response),
        )


def _request_id(response: Mapping[str, Any]) -> str | None:
    about = response.get("ResponseMetadata")
    return about.get("RequestId") if isinstance(about, Mapping) else None


class SESTransport(BaseTransport[SESPayload]):
    """
    Sends emails by Amazon SES: a request that SES may have read is never repeated.

    Simple emails are sent by `send_email`; emails with headers or attachments as MIME by `send_raw_email`. Options of
    one email are headers: `X-SES-CONFIGURATION-SET`, `X-SES-MESSAGE-TAGS`, `X-SES-SOURCE-ARN`,
    `X-SES-RETURN-PATH-ARN`; they take precedence over those of the transport, and recipients do not see them.

    Threads may share a transport, and a forked process has connections of its own. It is a context manager.

    A failed connection and throttling are retried within the deadline; nothing else is. Besides `InvalidEmail`,
    sending raises `SESError` if SES rejected the email (throttling is also `RateLimited`, the daily quota
    `LimitExceeded`, wrong credentials `Unauthorized`), `ConnectionFailed` and `DeadlineExceeded` if nothing was sent,
    and `DeliveryUnknown` if there was no response, or a response with status 500 or more.

    Exceptions that a signal handler raises, such as the time limits of task queues, pass after the connection has been
    closed; a note on the exception says if the email may have been sent.

    Args:
        client: A ready `boto3.client("ses")` or `boto3.client("sesv2")`, with its own region, credentials and timeouts.
            The transport does not close it, and does not affect its other requests.
        region_name: The region; by default that of boto3's configuration. Not used with `client`.
        profile_name: The profile of AWS's configuration files with region and credentials. Not used with `client`.
        source_arn: ARN of the identity, in another account, that allows the sender.
        return_path: Address that bounces are sent to.
        return_path_arn: ARN of the identity, in another account, that allows `return_path`.
        tags: Tags of every email, as a mapping or as boto3's list.
        configuration_set_name: The configuration set of every email.
        charset: Charset of subject and bodies of simple emails; MIME is always UTF-8.
        timeout: Seconds to connect and for each wait for a response, as one number or both; not used with `client`.
        deadline: Seconds for one email with its retries.
        retry: How often a failed connection or throttling is retried.

    Raises:
        ConfigurationError: boto3 is not installed, there is no region, there are no credentials, or an option is not
            valid.

    Attributes:
        deadline: Seconds for one email.
        at_once: Number of emails that share a deadline: 1, each email has its own.
    """

    deadline: float

    def __init__(
        self,
        *,
        client: object | None = None,
        region_name: str | None = None,
        profile_name: str | None = None,
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
        """Validate the options, and create a client unless one is given."""
        self.deadline = as_deadline(deadline)
        self._retry = as_retry(retry)
        connect, read = as_timeout(timeout)
        limits = min(connect, self.deadline), min(read, self.deadline)
        self._defaults = Defaults(
            charset=_check_charset(charset),
            source_arn=_check_text(source_arn, "source_arn"),
            return_path=_check_return_path(return_path),
            return_path_arn=_check_text(return_path_arn, "return_path_arn"),
            tags=check_tags(tags),
            configuration_set_name=_check_set_name(configuration_set_name),
        )
        self._client = Client(client, region_name, _check_text(profile_name, "profile_name"), limits)
        if self._client.is_v2:
            self._defaults = attrs.evolve(self._defaults, message_limit=MESSAGE_LIMIT_V2)

    def __repr__(self) -> str:
        """Name the region and the configuration set."""
        return (
            f"SESTransport(region_name={self._client.region!r}, "
            f"configuration_set_name={self._defaults.configuration_set_name!r})"
        )

    def send_message(
        self, message: Given | Email, *, sender: str | Address | None = None, recipients: Recipients = None
    ) -> SendResult:
        """
        Send a ready message as given, by `SendRawEmail`: an invitation, or a signed message.

        Line endings become CRLF and Bcc is removed, as with `SMTPTransport.send_message`. SES itself replaces
        Message-ID and Date. SES accepts 7-bit messages only: a message that is not ASCII is encoded anew, or rejected
        if it is signed, because its signature would break. The message has 1 to 50 recipients and at most 10 MB.

        Args:
            message: A `Message`, or its text or bytes; an `Email` is encoded as MIME first.
            sender: The envelope's sender, which bounces are sent to; by default the transport's `return_path`, else the
                message's own sender.
            recipients: The envelope's recipients; by default the message's To, Cc and Bcc.

        Returns:
            The result; `to` names the envelope's recipients.

        Raises:
            EmailAPIError: As `send`.
        """
        defaults = self._defaults
        if isinstance(message, Email):
            message, defaults = with_own_options(message, defaults)
        request = encode_message(message, sender, recipients, defaults)
        key = message.idempotency_key if isinstance(message, Email) else None
        payload = SESPayload(request, ", ".join(request.parameters["Destinations"]), key)
        return self._send(message, payload=payload)

    def close(self) -> None:
        """Close the transport; a client that was given stays open."""
        self._client.close()

    def _prepare(self, email: Email, batch: Batch[SESPayload]) -> SESPayload:
        to = ", ".join(address.header for address in email.to)
        email, defaults = with_own_options(email, self._defaults)
        return SESPayload(encode(email, defaults), to, email.idempotency_key)

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
        assert attempt.value is not None  # noqa: S101 - an attempt has a value or an error
        return attempt.value

    def _attempt(self, payload: SESPayload, deadline: Deadline, number: int) -> Attempt[SendResult]:
        """Make one request, and log its outcome without recipients and bodies."""
        if self._client.closed:
            return Attempt(error=ConfigurationError("the transport is closed"))
        if not deadline.may_send():
            return Attempt(error=DeadlineExceeded(OUT_OF_TIME, **REQUEST, attempts=number - 1))
        began = monotonic()
        response = self._client.post(payload.request, deadline.at, number)
        if isinstance(response, EmailAPIError):
            attempt: Attempt[SendResult] = Attempt(error=response, again=response.retryable)
        else:
            attempt = Attempt(payload.result(response))
        took = round((monotonic() - began) * 1000)
        try:
            self._log(payload.request.operation, attempt, took, number)
        except BaseException as interruption:
            if attempt.value is not None:
                add_note(interruption, "the email was sent by Amazon SES")
            raise
        return attempt

    def _log(self, operation: str, attempt: Attempt[SendResult], took: int, number: int) -> None:
        level, sent, error = logging.WARNING, attempt.value, attempt.error
        if sent is not None:
            level = logging.INFO
        if not logger.isEnabledFor(level):
            return
        outcome = type(error).__name__ if sent is None else f"message {sent.message_id}"
        facts = log_facts(
            method="SES", endpoint=operation, duration_ms=took, attempt=number, error=error, result=sent, count=1
        )
        report(level, "SES %s: %s in %d ms, attempt %d", operation, outcome, took, number, facts=facts)


def _check_charset(given: str) -> str:
    try:
        "".encode(given)
    except (LookupError, TypeError, ValueError):
        known = False
    else:
        known = True
    if not known:
        raise ConfigurationError(f"charset {given!r} is not a known charset, use one such as 'UTF-8'")
    return given


def _check_text(given: str | None, name: str) -> str | None:
    if given is not None and (not isinstance(given, str) or not given.strip() or not given.isprintable()):
        raise ConfigurationError(f"{name} must be text, got {given!r}")
    return given


def _check_set_name(given: str | None) -> str | None:
    if given is not None and not is_set_name(given):
        raise ConfigurationError(f"configuration_set_name {SET_NAME_RULE}, got {given!r}")
    return given


def _check_return_path(given: AddressLike | None) -> Address | None:
    """
    Convert the address that bounces are sent to.

    Raises:
        ConfigurationError: The value is not one address with an ASCII local part.
    """
    try:
        found, why = parse_address_field(given, "return_path"), ""
    except InvalidEmail as error:
        found, why = (), error.message
    if given is not None and not why and (len(found) != 1 or not found[0].mailbox.isascii()):
        why = f"return_path must be one address with an ASCII local part, got {given!r}"
    if why:
        raise ConfigurationError(why)
    return found[0] if found else None
