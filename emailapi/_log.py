"""The logger of the package, and log calls that cannot fail."""

from __future__ import annotations

import logging
from contextlib import suppress

logger = logging.getLogger("emailapi")
# Without a handler Python would write warnings to stderr by itself.
logger.addHandler(logging.NullHandler())


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
