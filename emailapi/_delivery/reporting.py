"""Log lines about a delivery."""

from __future__ import annotations

from collections.abc import Mapping

from .._log import logger
from .interruptions import raised_by_signal


def report(
    level: int,
    text: str,
    *values: object,
    error: BaseException | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:
    """
    Write a line to the log; a filter or handler that fails must not hide the outcome of a send.

    Args:
        level: The level of the `logging` module.
        text: The text, with a place for each value.
        *values: The values.
        error: An exception whose traceback is logged.
        facts: The attributes of the record, see `log_facts`.
    """
    try:
        logger.log(level, text, *values, exc_info=error, extra=facts)
    except Exception as failure:
        if raised_by_signal(failure):
            raise
