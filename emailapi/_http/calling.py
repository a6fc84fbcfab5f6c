"""One call: a request that is tried until it is answered, within its time, and whoever wants to know is told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from time import monotonic, sleep

from .._delivery import (
    Answer,
    Deadline,
    Request,
    Verdict,
    answer_id,
    may_repeat,
    next_wait,
    refusal,
    retry_after,
    verdict,
    verdict_of,
)
from ..errors import EmailAPIError, TransportError
from ..models.options import Hook, HookEvent
from ..settings import Options
from .session import Session

logger = logging.getLogger("emailapi")


def perform(session: Session, options: Options, request: Request, deadline: Deadline) -> Answer:
    """
    Make a request, trying it again where that can help and cannot do a thing twice, and return its last answer.

    Raises:
        TransportError: It was not answered; `Session.exchange` says which.
        ConfigurationError: It cannot be made.
    """
    for attempt in _attempts():
        began = monotonic()
        _tell(options.hooks.before_send, request, attempt)
        answer, failure = None, None
        try:
            answer = session.exchange(request, options.timeout, deadline)
        except TransportError as error:
            failure = error
            failure.attempts = attempt
        seconds = monotonic() - began
        _log(request, attempt, seconds, answer, failure)
        wait = _wait(options, request, attempt, deadline, answer, failure)
        if answer is not None:
            object.__setattr__(answer, "attempts", attempt)
            _tell(options.hooks.on_response, request, attempt, status=answer.status, seconds=seconds)
        if wait is None:
            return _ended(options, request, attempt, answer, failure)
        status = None if answer is None else answer.status
        _tell(options.hooks.on_retry, request, attempt, status=status, seconds=seconds, wait=wait, error=failure)
        sleep(wait)
    raise AssertionError("attempts never end")


def _attempts() -> Iterator[int]:
    attempt = 0
    while True:
        attempt += 1
        yield attempt


def _wait(
    options: Options,
    request: Request,
    attempt: int,
    deadline: Deadline,
    answer: Answer | None,
    failure: TransportError | None,
) -> float | None:
    """Return the seconds until the next attempt; None when this one was the last."""
    if answer is not None:
        found = verdict(answer)
        asked = None if found in (Verdict.ACCEPTED, Verdict.REFUSED) else retry_after(answer.headers)
    elif failure is not None:
        found, asked = verdict_of(failure), None
    if not may_repeat(request.kind, found):
        return None
    return next_wait(options.retry, attempt, asked, deadline.left())


def _ended(
    options: Options, request: Request, attempt: int, answer: Answer | None, failure: TransportError | None
) -> Answer:
    hook = options.hooks.on_error
    if answer is None:
        assert failure is not None  # noqa: S101 - there is an answer or there is none
        _tell(hook, request, attempt, error=failure)
        raise failure
    if hook is not None and verdict(answer) is not Verdict.ACCEPTED:
        _tell(hook, request, attempt, status=answer.status, error=refusal(request, answer))
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
        logger.exception("a hook failed at %s %s", request.method, request.path)


def _log(request: Request, attempt: int, seconds: float, answer: Answer | None, failure: TransportError | None) -> None:
    """Write one line: what was asked, what came, how long it took. No recipient, no body, no token."""
    level = logging.INFO if answer is not None and answer.status < 400 else logging.WARNING
    if not logger.isEnabledFor(level):
        return
    logger.log(
        level,
        "%s %s %s in %d ms, attempt %d%s",
        request.method,
        request.path,
        failure.message if answer is None and failure else answer.status if answer else "",
        round(seconds * 1000),
        attempt,
        f", message {answer_id(answer)}" if answer is not None and answer_id(answer) else "",
    )
