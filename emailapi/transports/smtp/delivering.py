"""One mail, tried until the server took or refused it, within its time."""

from __future__ import annotations

import logging
from time import monotonic

from ..._delivery import Deadline, next_wait
from ..._log import logger
from ...errors import DeadlineExceeded, DeliveryUnknown, EmailAPIError, InvalidEmail, SMTPError
from ...models.options import Retry
from ...models.outbound import SendResult
from .kept import Kept
from .opening import Lost, failed
from .parcel import Parcel
from .reading import Broken
from .replies import FAREWELL
from .transaction import Farewell, Progress, finished, transact


def deliver(kept: Kept, parcel: Parcel, retry: Retry, deadline: Deadline) -> SendResult:
    """
    Send one mail; what was surely not sent is tried again, what may have been is not.

    Raises:
        Lost: There was no connection in the end.
        EmailAPIError: The server refused, or took it without saying so.
    """
    progress, attempt, began = Progress.of(parcel), 1, monotonic()
    while True:
        error: EmailAPIError
        lost: Lost | None = None
        try:
            kept.hold(deadline)
            try:
                _send_over(kept, progress, deadline)
            finally:
                kept.release()
            result = progress.result()
            _log(kept, attempt, began, "accepted", result.message_id or "without a queue id")
            return result
        except Lost as caught:
            lost, error = caught, caught.error
        except EmailAPIError as caught_error:
            error = caught_error
        error.attempts = attempt
        if lost is not None:
            if lost.free:
                continue
            wait = _wait(error, retry, attempt, deadline)
            if wait is not None:
                attempt += 1
                deadline.pause(wait)
                continue
        _log(kept, attempt, began, "failed:", _in_short(error), level=logging.WARNING)
        if progress.replies and not isinstance(error, DeliveryUnknown):
            return finished(progress, error)
        raise lost or error


def _wait(error: EmailAPIError, retry: Retry, attempt: int, deadline: Deadline) -> float | None:
    if isinstance(error, DeadlineExceeded) or not error.retryable:
        return None
    return next_wait(retry, attempt, None, deadline.left())


def _send_over(kept: Kept, progress: Progress, deadline: Deadline) -> None:
    session, used = kept.session(deadline)
    try:
        while progress.left:
            transact(session, progress)
        kept.touch()
        return
    except Broken as caught:
        broken = caught
    except (SMTPError, InvalidEmail) as refused:
        # The connection serves the next mail, unless the server has gone.
        if session.sock is None or refused.code == FAREWELL:
            kept.drop()
        raise
    except BaseException:
        kept.drop()
        raise
    kept.drop()
    if broken.ended:
        raise progress.unknown(broken.reason)
    if isinstance(broken, Farewell):
        raise Lost(broken.error, free=used)
    raise Lost(failed(broken, kept.settings, deadline), free=used)


def _in_short(error: EmailAPIError) -> str:
    """Return what a log may say: a server's words on a mail name its recipients."""
    if isinstance(error, SMTPError):
        return " ".join(filter(None, (type(error).__name__, str(error.code or ""), error.enhanced_code)))
    return f"InvalidEmail, {error.field}" if isinstance(error, InvalidEmail) else error.message


def _log(kept: Kept, attempt: int, began: float, *outcome: str, level: int = logging.INFO) -> None:
    """Write one line: which server, what came, how long it took. No recipient, no body, no password."""
    if logger.isEnabledFor(level):
        took = round((monotonic() - began) * 1000)
        logger.log(level, "SMTP %s %s in %d ms, attempt %d", kept.settings.place, " ".join(outcome), took, attempt)
