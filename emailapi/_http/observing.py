"""Log records about one exchange, and the outcomes that they and the hooks tell."""

from __future__ import annotations

import logging

import attrs

from .._delivery import REQUEST_ID, Kind, Request, Response, error_code
from .._log import log_facts, logger, report
from ..errors import ConnectionFailed, EmailAPIError, Outcome
from ..models.outbound import SendResult
from ..wire import wire_names

_MESSAGE_ID = wire_names(SendResult)["message_id"]


@attrs.frozen
class Outcomes:
    """
    The outcome of the emails of one exchange.

    Attributes:
        count: Number of emails in the request; None if it sends none.
        rejected: Number of emails that a response with status 200 rejects.
        message_id: The id of the message, if the request sends one email and the response has a printable id.
        code: The service's code of the error, or of the first email that was rejected if all were.
        outcome: The outcome that all emails have; None if they differ, and for a request that sends none.
    """

    count: int | None = None
    rejected: int = 0
    message_id: str | None = None
    code: int | None = None
    outcome: Outcome | None = None

    @classmethod
    def asked(cls, request: Request) -> Outcomes:
        """Return the number of emails of a request whose outcome is not known yet."""
        return cls(len(request.keys) if request.kind is Kind.SEND else None)

    @classmethod
    def of(cls, request: Request, response: Response | None, error: EmailAPIError | None) -> Outcomes:
        """Read the outcomes from a response, or from the error that it stands for."""
        count = cls.asked(request).count
        if error is not None:
            return cls(count, code=error.code, outcome=None if count is None else error.outcome)
        value = None if response is None else response.value
        if count is None or response is None:
            return cls(message_id=_message_id(value))
        if not isinstance(value, list):
            return cls(count, message_id=_message_id(value), outcome=Outcome.ACCEPTED)
        codes = [code for item in value if (code := error_code(item))]
        if not codes:
            return cls(count, outcome=Outcome.ACCEPTED)
        every = len(codes) == len(value)
        return cls(count, len(codes), None, codes[0] if every else None, Outcome.NOT_SENT if every else None)


def _message_id(value: object) -> str | None:
    id = value.get(_MESSAGE_ID) if isinstance(value, dict) else None
    # An id with a line break would forge a line of the log.
    return id if isinstance(id, str) and id and id.isprintable() else None


def log_exchange(
    request: Request,
    number: int,
    seconds: float,
    response: Response | None,
    error: EmailAPIError | None,
    found: Outcomes,
) -> None:
    """
    Log the request, its status and its duration, and the number of rejected emails of a batch.

    Recipients, bodies and tokens are not logged. Failures are warnings, and so is a batch whose emails were all
    rejected.
    """
    failed = response is None or response.status >= 400
    level = logging.WARNING if failed or found.outcome is Outcome.NOT_SENT else logging.INFO
    if not logger.isEnabledFor(level):
        return
    more = ""
    if error is not None and (response is None or isinstance(error, ConnectionFailed)):
        more = f": {error.message}"
    elif found.rejected:
        more = f", {found.rejected} of {found.count} emails rejected"
    elif found.message_id:
        more = f", message {found.message_id}"
    took = round(seconds * 1000)
    facts = log_facts(
        method=request.method,
        endpoint=request.path,
        status_code=None if response is None else response.status,
        duration_ms=took,
        attempt=number,
        request_id=None if response is None else response.headers.get(REQUEST_ID),
        message_id=found.message_id,
        count=found.count,
        error_code=found.code,
    )
    what = "failed" if response is None else response.status
    values = request.method, request.path, what, took, number, more
    report(level, "%s %s %s in %d ms, attempt %d%s", *values, facts=facts)
