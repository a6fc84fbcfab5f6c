"""
Errors of attachments whose file cannot be read: each is also the `OSError` that caused it.

Tracebacks and commands name each of them by the public class that users catch: `emailapi.InvalidEmail`.
"""

from __future__ import annotations

from typing import Any, Self

from .base import EmailAPIError, restore
from .exceptions import InvalidEmail


class UnreadableFile(InvalidEmail, OSError):
    """
    The file of an attachment cannot be read.

    Attributes:
        errno: The system's number of the error.
        strerror: The system's message.
        filename: Path of the file.
    """

    # Plain attributes, so that they are pickled: those of `OSError` are not part of an exception's `__dict__`.
    errno: int | None = None
    strerror: str | None = None
    filename: Any = None

    def __new__(cls, message: str, **_: Any) -> Self:
        """Create the error by `OSError`, as the `__new__` of `ValueError`, which comes first, cannot."""
        return OSError.__new__(cls, message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the error by its built-in class, for its own class has the name of another."""
        built_in = next(built_in for built_in, kind in _KINDS if kind is type(self))
        return _restore, (built_in, self.args, self.__dict__)


class MissingFile(UnreadableFile, FileNotFoundError):
    """The file of an attachment does not exist."""


class ForbiddenFile(UnreadableFile, PermissionError):
    """The file of an attachment may not be read."""


class DirectoryAsFile(UnreadableFile, IsADirectoryError):
    """The file of an attachment is a directory."""


_KINDS = (
    (FileNotFoundError, MissingFile),
    (PermissionError, ForbiddenFile),
    (IsADirectoryError, DirectoryAsFile),
    (OSError, UnreadableFile),
)
for _, _kind in _KINDS:
    _kind.__module__, _kind.__qualname__ = "emailapi", "InvalidEmail"


def _restore(built_in: type[OSError], args: tuple[object, ...], known: dict[str, Any]) -> EmailAPIError:
    """Rebuild a pickled error of a file."""
    return restore(dict(_KINDS)[built_in], args, known)


def unreadable_file(message: str, error: Exception) -> InvalidEmail:
    """Return the error for the file of an attachment, of the same kind as the `OSError` that caused it."""
    for built_in, kind in _KINDS:
        if isinstance(error, built_in):
            found = kind(message, field="attachments")
            found.errno, found.strerror, found.filename = error.errno, error.strerror, error.filename
            return found
    return InvalidEmail(message, field="attachments")
