"""The body of a job: send what is in a payload, or say when to try again."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from typing import Any

import attrs

from ..client import Client
from ..errors import ConfigurationError, EmailAPIError, InvalidArgument, RateLimited
from ..models.email import Email, TemplateEmail
from ..models.outbound import BatchItem, SendResult
from .content import Loader, Queued, Reader, hide, read, remaining
from .payloads import PAYLOAD_BYTES
from .report import DeliveryReport, EmailFailure, RetryLater

# How far the service's search may lag behind what it has accepted, in seconds; the measured lag is below two.
INDEX_LAG = 10.0
# The longest delivery does not include the loading of attachments: a job that loads for longer looks its emails up.
LOADING_SECONDS = 3.0
BYTES_A_SECOND = 1_000_000
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 900.0


def compute_lookup_delay(client: Client, *, max_bytes: int = PAYLOAD_BYTES, index_lag: float = INDEX_LAG) -> float:
    """
    Return how many seconds after the start of a job a look-up is sure to find every email that the job sent.

    This is the longest delivery of one job (the client's deadline, and a second for each MB), and ten seconds for the
    service's search. A worker that lost its broker may still be sending while its job runs a second time elsewhere: a
    look-up before this time may find nothing, and the emails would be sent twice.

    Args:
        client: The client of the workers.
        max_bytes: The size of the largest payload.
        index_lag: How many seconds the service's search lags behind.
    """
    return client._options.deadline + max_bytes / BYTES_A_SECOND + index_lag


def deliver(
    client: Client,
    payload: Mapping[str, Any],
    *,
    attempt: int = 1,
    redelivered: bool | None = None,
    lookup_delay: float | None = None,
    load: Loader | None = None,
) -> DeliveryReport:
    """
    Send those emails of a payload that were not sent before.

    The function returns once every email is accepted or rejected. A rejected email does not fail the job: the email is
    in the report, and another attempt would be rejected, too.

    Args:
        client: The client that sends. Its transport must be the API, or a fallback from it: others cannot be searched,
            so that only the first attempt of a job works.
        payload: A payload of `to_payload` or `to_payloads`, or `RetryLater.payload`.
        attempt: Which attempt of the job this is, from 1.
        redelivered: Whether an earlier attempt may have sent something, so that each email is looked up first; by
            default if `attempt` is over 1. Wait `compute_lookup_delay(client)` seconds before a job that the engine
            has delivered again without an end of its first attempt.
        lookup_delay: Seconds to wait before emails of unknown outcome are looked up; computed if None.
        load: Returns the content of an attachment from `{"path": ...}` or `{"url": ...}`.

    Raises:
        RetryLater: Some emails were not sent, or their outcome is unknown: run the job again after `seconds`, with
            `payload`.
        InvalidArgument: The payload is not valid.
        ConfigurationError: The client is closed; or its transport cannot be searched for emails that may have been
            sent; or an attachment is a reference, and `load` is missing. No email was sent.

    Example:
        >>> payload = to_payload({"to": "jane@example.com", "subject": "Hi", "text_body": "Hello"}, key="welcome-7")
        >>> deliver(client, payload).accepted[0].idempotency_key
        'welcome-7'
    """
    payload = hide(payload)
    if isinstance(attempt, bool) or not isinstance(attempt, int) or attempt < 1:
        raise InvalidArgument(f"attempt must be a whole number from 1, got {attempt!r}", argument="attempt")
    # A wrong delay must not be an error after the emails have been sent.
    if lookup_delay is not None and (isinstance(lookup_delay, bool) or not isinstance(lookup_delay, (int, float))):
        raise InvalidArgument(
            f"lookup_delay must be a number of seconds, got {type(lookup_delay).__name__}", argument="lookup_delay"
        )
    look_up = attempt > 1 if redelivered is None else redelivered
    delay = compute_lookup_delay(client) if lookup_delay is None else lookup_delay
    job = Job(payload, load)
    return job.deliver(client, attempt=attempt, look_up=look_up or job.was_slow, lookup_delay=delay)


class Job:
    """
    The emails of a payload, with their attachments loaded, and the result of each.

    Attributes:
        was_slow: Whether loading took so long that another worker may have sent the emails meanwhile.
    """

    def __init__(self, payload: Mapping[str, Any], load: Loader | None) -> None:
        """
        Restore the emails.

        Raises:
            InvalidArgument: The payload is not valid.
            ConfigurationError: An attachment is a reference, and `load` is missing or returns something else.
        """
        started_at, reader = time.monotonic(), Reader(load)
        self._payload = payload
        self._keys: list[str] = []
        self._emails: dict[int, Queued] = {}
        self._items: dict[int, BatchItem] = {}
        for at, (key, entry) in enumerate(read(payload)):
            self._keys.append(key)
            try:
                self._emails[at] = reader.restore(entry, key)
            except ConfigurationError:
                raise
            except EmailAPIError as error:
                self._items[at] = error
        self.was_slow = time.monotonic() - started_at > LOADING_SECONDS

    def deliver(self, client: Client, *, attempt: int, look_up: bool, lookup_delay: float) -> DeliveryReport:
        """
        Send the emails; the arguments and errors are those of the function `deliver`.

        Raises:
            RetryLater: Some emails are left.
        """
        self._send(client, look_up=look_up)
        report = self._report(look_up=look_up)
        if report.is_final:
            return report
        seconds = _pause(report, attempt, lookup_delay)
        raise RetryLater(seconds, self._remaining(), attrs.evolve(report, retry_after=seconds))

    def _send(self, client: Client, *, look_up: bool) -> None:
        """Send the emails, those of templates by their own request."""
        emails = {at: email for at, email in self._emails.items() if isinstance(email, Email)}
        templates = {at: email for at, email in self._emails.items() if isinstance(email, TemplateEmail)}
        if emails:
            sent = client.outbound.send_batch(emails.values(), check_first=look_up)
            self._items.update(zip(emails, sent, strict=True))
        if templates:
            sent = client.outbound.send_template_batch(templates.values(), check_first=look_up)
            self._items.update(zip(templates, sent, strict=True))

    def _report(self, *, look_up: bool) -> DeliveryReport:
        """Sort the results by what they mean for the job."""
        results: dict[bool, list[SendResult]] = {False: [], True: []}
        failures: dict[str, list[EmailFailure]] = {"rejected": [], "unknown": [], "not_sent": []}
        for at in range(len(self._keys)):
            item = self._items[at]
            if isinstance(item, SendResult):
                results[look_up and item.reconciled].append(item)
            else:
                failures[_kind(item)].append(EmailFailure(self._keys[at], item))
        return DeliveryReport(
            accepted=tuple(results[False]),
            already_sent=tuple(results[True]),
            rejected=tuple(failures["rejected"]),
            unknown=tuple(failures["unknown"]),
            not_sent=tuple(failures["not_sent"]),
        )

    def _remaining(self) -> dict[str, Any]:
        """Return a payload with the emails that another attempt is for."""
        left = [at for at, item in sorted(self._items.items()) if not isinstance(item, SendResult)]
        return remaining(self._payload, [at for at in left if _kind(self._items[at]) != "rejected"])  # type: ignore[arg-type]


def _kind(error: EmailAPIError) -> str:
    """
    Return where a failure belongs in the report.

    A look-up that failed says nothing of the email, which an earlier attempt may have sent.
    """
    if error.may_have_been_sent or error.method == "GET":
        return "unknown"
    return "not_sent" if error.retryable else "rejected"


def _pause(report: DeliveryReport, attempt: int, lookup_delay: float) -> float:
    """Return the seconds to the next attempt: as the service asked, else growing, and half of it random."""
    pauses = [lookup_delay] if report.unknown else []
    if report.not_sent:
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempt - 1, 30))
        pauses.append(longest / 2 + random.uniform(0, longest / 2))  # noqa: S311 - not a secret
        asked = [one.error.retry_after or 0.0 for one in report.not_sent if isinstance(one.error, RateLimited)]
        pauses += asked
    return max(pauses)
