"""Errors of Flask-Mail's names, as part of the tree of `emailapi.errors`."""

from __future__ import annotations

from typing import Any

from ..errors import InvalidEmail


class BadHeaderError(InvalidEmail):
    """A field that becomes a header has a line break in it; nothing was sent."""

    def __init__(
        self, message: str = "a header must not contain a line break", *, field: str = "headers", **facts: Any
    ) -> None:
        """Work without arguments, too, as in Flask-Mail."""
        super().__init__(message, field=field, **facts)


class MissingAddress(InvalidEmail, AssertionError):
    """A message has no sender or no recipients; Flask-Mail raised an `AssertionError`."""


class FlaskMailUnicodeDecodeError(UnicodeDecodeError):
    """
    Bytes that are not text of the encoding they were taken for.

    Attributes:
        obj: The value that was given.
    """

    def __init__(self, obj: object, *args: Any) -> None:
        """Keep the value; the other arguments are those of `UnicodeDecodeError`."""
        self.obj = obj
        super().__init__(*args)

    def __str__(self) -> str:
        """Name the type of the value; its bytes may be the text of an email, and are not shown."""
        return f"{self.encoding} cannot decode the byte at {self.start}: {self.reason} ({type(self.obj).__name__})"
