"""The base class of all errors, and the outcomes of a send."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self


class Outcome(StrEnum):
    """The outcome of a send, as far as the caller may rely on it."""

    ACCEPTED = "accepted"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


def restore(error_class: type[EmailAPIError], args: tuple[object, ...], known: dict[str, Any]) -> EmailAPIError:
    """Rebuild a pickled error without calling its `__init__`, whose arguments differ from class to class."""
    error = error_class.__new__(error_class, *args)
    error.args = args
    error.__dict__.update(known)
    if "__notes__" in known:
        error.__notes__ = [*known["__notes__"]]  # a copy must not share its notes
    return error


class EmailAPIError(Exception):
    """
    The base class of all errors that this package raises.

    Attributes:
        message: The problem, in one sentence.
        outcome: The outcome of the send: `NOT_SENT` or `UNKNOWN`.
        retryable: Whether the same call may succeed later.
        method: HTTP method of the request, if there was one.
        path: Path of the request, without host and query.
        attempts: Number of attempts; 0 if nothing was sent.
        status: HTTP status of the response.
        code: The service's error code (`ERROR_CODES`).
        request_id: The service's id of the request, if it returns one.
        index: The place of the email in its batch, from 0; None outside a batch.
        idempotency_key: The key of the email, for an item of a batch.
    """

    outcome: Outcome = Outcome.NOT_SENT
    retryable: bool = False
    message: str
    method: str | None = None
    path: str | None = None
    attempts: int = 0
    status: int | None = None
    code: int | None = None
    request_id: str | None = None
    index: int | None = None
    idempotency_key: str | None = None

    def __init__(
        self,
        message: str,
        *,
        method: str | None = None,
        path: str | None = None,
        attempts: int = 0,
        status: int | None = None,
        code: int | None = None,
        request_id: str | None = None,
        outcome: Outcome | None = None,
        retryable: bool | None = None,
    ) -> None:
        """Store the message, the facts about the request, and values that differ from those of the class."""
        super().__init__(message)
        self.message = message
        self.method = method
        self.path = path
        self.attempts = attempts
        self.status = status
        self.code = code
        self.request_id = request_id
        if outcome is not None:
            self.outcome = outcome
        if retryable is not None:
            self.retryable = retryable

    @property
    def may_have_been_sent(self) -> bool:
        """Whether the email may have been sent although the call failed."""
        return self.outcome is Outcome.UNKNOWN

    def replace(self, *, cause: BaseException | None = None, **changes: object) -> Self:
        """
        Return a copy with other attributes; an error is never changed after its creation.

        The copy keeps notes, traceback, cause and context.

        Args:
            cause: The cause, as of `raise ... from`; None keeps the present cause.
            changes: New values of attributes, by name.

        Raises:
            TypeError: The error has no such attribute.
        """
        unknown = [name for name in changes if not hasattr(self, name)]
        if unknown:
            raise TypeError(f"{type(self).__name__} has no attribute {unknown[0]!r}")
        message = changes.get("message", self.message)
        args = (message, *self.args[1:])
        other: Self = restore(type(self), args, {**self.__dict__, **changes})  # type: ignore[assignment]
        other.__traceback__, other.__context__ = self.__traceback__, self.__context__
        other.__cause__ = self.__cause__ if cause is None else cause
        other.__suppress_context__ = cause is not None or self.__suppress_context__
        return other

    def __str__(self) -> str:
        """Return the message and, in brackets, the request."""
        facts = self._facts()
        return f"{self.message} ({', '.join(facts)})" if facts else self.message

    def _facts(self) -> list[str]:
        facts = []
        if self.method:
            facts.append(f"{self.method} {self.path}")
        if self.status is not None:
            facts.append(f"HTTP {self.status}")
        if self.code is not None:
            facts.append(f"code {self.code}")
        if self.request_id:
            facts.append(f"request {self.request_id}")
        return facts

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the class, the arguments and all attributes."""
        return restore, (type(self), self.args, self.__dict__)

    def __eq__(self, other: object) -> bool:
        """Compare class and attributes."""
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        """Hash the class and the message, which never change."""
        return hash((type(self), self.args))
