"""One call: a request that is tried until it is answered, within its time, and whoever wants to know is told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic

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
    for attempt in _attempts():
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
    raise AssertionError("attempts never end")


def _attempts() -> Iterator[int]:
    attempt = 0
    while True:
        attempt += 1
        yield attempt


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
    except Exception:
        with suppress(Exception):  # nor must what a handler of the log raises
            logger.exception("a hook failed at %s %s", request.method, request.path)


def _log(request: Request, attempt: int, seconds: float, answer: Answer | None, failure: TransportError | None) -> None:
    """Write one line: what was asked, what came, how long it took. No recipient, no body, no token."""
    level = logging.INFO if answer is not None and answer.status < 400 else logging.WARNING
    if not logger.isEnabledFor(level):
        return
    message = answer_id(answer) if answer is not None else None
    more = f", message {message}" if message and message.isprintable() else f": {failure.message}" if failure else ""
    with suppress(Exception):  # what a handler raises must not hide what became of a mail
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
