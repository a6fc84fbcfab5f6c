"""Errors of the command line: their exit codes, and what to do about them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..errors import (
    ConfigurationError,
    ConnectionFailed,
    EmailAPIError,
    InvalidArgument,
    NotFound,
    Outcome,
    Unauthorized,
)

REJECTED, NOT_VALID, MISCONFIGURED, UNREACHABLE, UNKNOWN = 1, 2, 3, 4, 5


class InputError(EmailAPIError):
    """A file or an option of the command is not valid; the message names the file and the line."""


class OutputFailed(EmailAPIError):
    """Standard output cannot be written, for another reason than that its reader is gone."""


class TimedOut(EmailAPIError, TimeoutError):
    """The command has waited for something that did not happen in time."""

    retryable = True


def exit_code(error: EmailAPIError) -> int:
    """Return the exit code of an error: the first of the rules that fits."""
    if error.outcome is Outcome.UNKNOWN:
        return UNKNOWN
    if isinstance(error, (ConfigurationError, Unauthorized)):
        return MISCONFIGURED
    if isinstance(error, ConnectionFailed) and not error.retryable:  # such as a certificate that is not trusted
        return MISCONFIGURED
    if isinstance(error, (InputError, InvalidArgument)):
        return NOT_VALID
    return UNREACHABLE if error.retryable else REJECTED


def combined(codes: Iterable[int]) -> int:
    """Return the exit code for many emails: 5 if one may have been sent, else their common code, else 1."""
    found = {*codes} - {0}
    if not found or UNKNOWN in found:
        return UNKNOWN if found else 0
    return found.pop() if len(found) == 1 else REJECTED


def as_json(error: EmailAPIError) -> dict[str, Any]:
    """Return an error as a JSON object: message and exit code, and the facts that it has."""
    facts = {name: getattr(error, name, None) for name in ("code", "status", "field", "idempotency_key", "request_id")}
    return {
        "type": type(error).__qualname__,
        "message": str(error),
        "exit_code": exit_code(error),
        "outcome": error.outcome.value,
        "retryable": error.retryable,
        **{name: value for name, value in facts.items() if value is not None},
    }


def advice(error: EmailAPIError) -> str:
    """Return what to do about an error whose message does not say so."""
    key = getattr(error, "idempotency_key", None)
    if error.outcome is Outcome.UNKNOWN and key:
        return f"; do not simply try again: give --idempotency-key {key} --check-first, which looks for the email first"
    if isinstance(error, NotFound) and error.path and "/messages/" in error.path:
        return "; a message can be found some seconds after it was sent"
    return ""
