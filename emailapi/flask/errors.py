"""The exceptions of Flask-Mail, as subclasses of those of `emailapi.errors`."""

from __future__ import annotations

from typing import Any

from ..errors import InvalidEmail


class BadHeaderError(InvalidEmail):
    """
    A field that becomes a header contains a line break, which could add headers or recipients. Nothing was sent.

    `field` names the field of the message.
    """

    def __init__(
        self, message: str = "a header must not contain a line break", *, field: str = "headers", **facts: Any
    ) -> None:
        """Create the error. All arguments are optional, as in Flask-Mail; `facts` are attributes of `InvalidEmail`."""
        super().__init__(message, field=field, **facts)


class MissingAddress(InvalidEmail, AssertionError):
    """
    A message has no sender or no recipient. Nothing was sent.

    As in Flask-Mail, the error is also an `AssertionError`.
    """


class FlaskMailUnicodeDecodeError(UnicodeDecodeError):
    """
    Bytes that were passed to `force_text` cannot be decoded.

    Attributes:
        obj: The value passed to `force_text`. The text of the error does not contain it.
    """

    def __init__(self, obj: object, *args: Any) -> None:
        """Store the value; the other arguments are those of `UnicodeDecodeError`."""
        self.obj = obj
        super().__init__(*args)

    def __str__(self) -> str:
        """Show the type of the value, but not its bytes, which may be part of an email."""
        return f"{self.encoding} cannot decode the byte at {self.start}: {self.reason} ({type(self.obj).__name__})"
