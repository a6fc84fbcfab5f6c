"""One call: a request that is tried until it is answered, within its time, and whoever wants to know is told."""

from __future__ import annotations

import logging
from itertools import count
from time import monotonic
from types import TracebackType

from .._delivery import (
    Answer,
    Deadline,
    Kind,
    Request,
    Verdict,
    answer_id,
    failure_of,
    may_repeat,
    next_wait,
    note_request,
    raised_by_signal,
    retry_after,
    unknown,
    verdict,
    verdict_of,
)
from .._log import logger
from ..errors import ConfigurationError, EmailAPIError, TransportError
from ..models.options import Hook, HookEvent
from ..settings import Options
from .session import Session


def perform(session: Session, options: Options, request: Request, deadline: Deadline) -> Answer:
    """
    Make a request, trying it again where that can help and cannot do a thing twice, and return its last answer.

    Raises:
        TransportError: It was not answered; `Session.exchange` says which.
        ConfigurationError: It cannot be made.
    """
    in_doubt = False
    answer: Answer | None = None
    try:
        for attempt in count(1):
            answer = failure = None
            answer, failure, seconds = _attempt(session, options, request, deadline, attempt, in_doubt)
            found = verdict_of(failure) if answer is None else verdict(answer)
            wait = None
            if may_repeat(request.kind, found):
                asked = None if answer is None else retry_after(answer.headers)
                wait = next_wait(options.retry, attempt, asked, deadline.left())
            if answer is not None:
                object.__setattr__(answer, "attempts", attempt)
                object.__setattr__(answer, "in_doubt", in_doubt)
                _tell(options.hooks.on_response, request, attempt, status=answer.status, seconds=seconds)
            if wait is None:
                if in_doubt and failure is not None and not failure.may_have_been_sent:
                    failure = unknown(request, failure.message)
                    failure.attempts = attempt
                return _ended(options, request, attempt, answer, failure)
            # Whatever comes of the next attempt, it cannot deny that this one was carried out.
            in_doubt = in_doubt or (found is Verdict.UNKNOWN and request.kind is not Kind.READ)
            status = None if answer is None else answer.status
            _tell(options.hooks.on_retry, request, attempt, status=status, seconds=seconds, wait=wait, error=failure)
            if not deadline.pause(wait):
                return _ended(options, request, attempt, answer, failure)
    except EmailAPIError:
        raise
    except BaseException as error:  # a signal's, outside an exchange
        if in_doubt or _may_be_done(answer):
            note_request(error, request)
        raise
    raise AssertionError("attempts never end")


def _attempt(
    session: Session, options: Options, request: Request, deadline: Deadline, attempt: int, in_doubt: bool
) -> tuple[Answer | None, TransportError | None, float]:
    """Make one exchange, tell the log, and return what came of it: an answer or a failure, and its seconds."""
    began = monotonic()
    _tell(options.hooks.before_send, request, attempt)
    answer, failure = None, None
    try:
        answer = session.exchange(request, options.timeout, deadline)
    except TransportError as error:
        failure = error
        failure.attempts = attempt
    except ConfigurationError as error:  # the client was closed meanwhile
        if not in_doubt:
            raise
        failure = unknown(request, error.message)
    seconds = monotonic() - began
    _log(request, attempt, seconds, answer, failure)
    return answer, failure, seconds


def _may_be_done(answer: Answer | None) -> bool:
    return answer is not None and verdict(answer) in (Verdict.ACCEPTED, Verdict.UNKNOWN)


def _ended(
    options: Options, request: Request, attempt: int, answer: Answer | None, failure: TransportError | None
) -> Answer:
    hook = options.hooks.on_error
    if answer is None:
        assert failure is not None  # noqa: S101 - there is an answer or there is none
        _tell(hook, request, attempt, error=failure)
        raise failure
    error = None if hook is None else failure_of(request, answer)
    if error is not None:
        _tell(hook, request, attempt, status=answer.status, error=error)
    return answer


class _Quietly:
    """Suppresses what handlers of the log raise, but nothing that a signal's does."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        return isinstance(error, Exception) and raised_by_signal(error) is None


_QUIETLY = _Quietly()


def _tell(
    hook: Hook | None,
    request: Request,
    attempt: int,
    *,
    status: int | None = None,
    seconds: float | None = None,
    wait: float | None = None,
    error: EmailAPIError | None = None,
) -> None:
    """Call a hook; what it raises must not break a send, nor hide what became of it."""
    if hook is None:
        return
    try:
        hook(HookEvent(request.method, request.path, attempt, status, seconds, wait, error))
    except Exception as error:
        if raised_by_signal(error):
            raise
        with _QUIETLY:  # nor must what a handler of the log raises
            logger.exception("a hook failed at %s %s", request.method, request.path)


def _log(request: Request, attempt: int, seconds: float, answer: Answer | None, failure: TransportError | None) -> None:
    """Write one line: what was asked, what came, how long it took. No recipient, no body, no token."""
    level = logging.INFO if answer is not None and answer.status < 400 else logging.WARNING
    if not logger.isEnabledFor(level):
        return
    message = answer_id(answer) if answer is not None else None
    more = f", message {message}" if message and message.isprintable() else f": {failure.message}" if failure else ""
    with _QUIETLY:  # what a handler raises must not hide what became of a mail
        logger.log(
            level,
            "%s %s %s in %d ms, attempt %d%s",
            request.method,
            request.path,
            "failed" if answer is None else answer.status,
            round(seconds * 1000),
            attempt,
            more,
        )
