"""The logger of the package, the attributes of its records, and log calls that cannot fail."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

logger = logging.getLogger("emailapi")
# Without a handler Python would write warnings to stderr by itself.
logger.addHandler(logging.NullHandler())

# The attributes of the log record of an attempt, for formatters that write JSON; one that is not known is None.
FACTS = (
    *("method", "endpoint", "status_code", "duration_ms", "attempt"),
    *("request_id", "message_id", "count", "error_code"),
)


def log_facts(*, error: Any = None, result: Any = None, **known: object) -> dict[str, object]:
    """
    Return the attributes of a log record: `FACTS`.

    Args:
        error: The error of the attempt, which fills in `status_code`, `request_id` and `error_code`.
        result: The result of an email, which fills in `message_id` and `request_id`.
        **known: Other attributes.
    """
    facts: dict[str, object] = dict.fromkeys(FACTS)
    if error is not None:
        aws = getattr(error, "aws_code", None)
        facts.update(status_code=error.status, request_id=error.request_id, error_code=aws or error.code)
    if result is not None:
        facts.update(message_id=result.message_id or None, request_id=result.request_id)
    return {**facts, **known}


def report(level: int, text: str, *values: object, error: BaseException | None = None) -> None:
    """
    Write to the log. An exception of a filter or handler is ignored, so that it does not hide an outcome.

    Args:
        level: The level of the `logging` module.
        text: The text, with a placeholder for each value.
        *values: The values.
        error: An exception whose traceback is logged.
    """
    with suppress(Exception):
        logger.log(level, text, *values, exc_info=error)
