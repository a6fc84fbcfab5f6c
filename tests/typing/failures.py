"""The types of errors: checked by mypy --strict, never run."""

from collections.abc import Mapping, Sequence
from typing import assert_type

import emailapi
from emailapi import (
    ERROR_CODES,
    APIError,
    BatchFailed,
    BatchResult,
    ConnectionFailed,
    DeadlineExceeded,
    DeliveryUnknown,
    EmailAPIError,
    ErrorCode,
    InactiveRecipient,
    InvalidArgument,
    InvalidEmail,
    Outcome,
    RateLimited,
)


def every(error: EmailAPIError) -> None:
    assert_type(error.message, str)
    assert_type(error.outcome, Outcome)
    assert_type(error.retryable, bool)
    assert_type(error.may_have_been_sent, bool)
    assert_type(error.method, str | None)
    assert_type(error.path, str | None)
    assert_type(error.attempts, int)
    assert_type(error.status, int | None)
    assert_type(error.code, int | None)
    assert_type(error.request_id, str | None)
    error.may_have_been_sent = True  # type: ignore[misc]
    token = error.token  # type: ignore[attr-defined]
    del token


def own(
    api: APIError, inactive: InactiveRecipient, limited: RateLimited, lost: DeliveryUnknown, batch: BatchFailed
) -> None:
    assert_type(api.errors, Mapping[str, Sequence[str]])
    assert_type(inactive.addresses, tuple[str, ...])
    assert_type(limited.retry_after, float | None)
    assert_type(lost.idempotency_key, str | None)
    assert_type(batch.result, BatchResult)


def built_in(first: ConnectionFailed, second: DeadlineExceeded, third: InvalidArgument, fourth: InvalidEmail) -> None:
    connection: ConnectionError = first
    timeout: TimeoutError = second
    value: ValueError = third
    argument: InvalidArgument = fourth
    assert_type(third.argument, str | None)
    assert_type(fourth.field, str)
    assert_type(fourth.index, int | None)
    unknown: DeliveryUnknown = first  # type: ignore[assignment]
    del connection, timeout, value, argument, unknown


def table() -> None:
    assert_type(ERROR_CODES, Mapping[int, ErrorCode])
    assert_type(ERROR_CODES[300].error, type[APIError])
    assert_type(ERROR_CODES[300].status, int)
    ERROR_CODES[0] = ERROR_CODES[300]  # type: ignore[index]
    raise emailapi.InvalidEmail("x")  # type: ignore[call-arg]
