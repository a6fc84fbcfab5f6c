"""One email, tried until the server accepted or rejected it, within its time."""

from __future__ import annotations

import logging
from time import monotonic

from ..._delivery import Deadline, let_go, next_wait, note_at
from ..._log import logger
from ...errors import DeadlineExceeded, DeliveryUnknown, EmailAPIError, InvalidEmail, SMTPError
from ...models.options import Retry
from ...models.outbound import SendResult
from .connect import Lost, failed
from .payload import Parcel
from .pool import Connection, Pool
from .reader import Broken
from .reply import FAREWELL
from .transaction import Farewell, Progress, SessionLimit, finished, transact


def deliver(pool: Pool, parcel: Parcel, retry: Retry, deadline: Deadline) -> SendResult:
    """
    Send one email; what was surely not sent is tried again, what may have been is not.

    Raises:
        Lost: There was no connection in the end.
        EmailAPIError: The server rejected the email, or may have accepted it.
    """
    progress = Progress.of(parcel)
    try:
        return _deliver(pool, progress, retry, deadline)
    except (EmailAPIError, Lost):
        raise
    except BaseException as interruption:
        let_go(interruption)
        if progress.may_have_been_sent:
            note_at(interruption, f"the email may have been sent by SMTP ({pool.settings.place})", [parcel.carried])
        raise


def _deliver(pool: Pool, progress: Progress, retry: Retry, deadline: Deadline) -> SendResult:
    attempt, began = 1, monotonic()
    while True:
        error: EmailAPIError
        lost: Lost | None = None
        try:
            with pool.hold(deadline) as connection:
                _send_over(connection, progress, deadline)
            result = progress.result()
            _log(pool, attempt, began, "accepted", result.message_id or "without a queue id")
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
        _log(pool, attempt, began, "failed:", _in_short(error), level=logging.WARNING)
        if progress.replies and not isinstance(error, DeliveryUnknown):
            return finished(progress, error)
        raise lost or error


def _wait(error: EmailAPIError, retry: Retry, attempt: int, deadline: Deadline) -> float | None:
    if isinstance(error, DeadlineExceeded) or not error.retryable:
        return None
    return next_wait(retry, attempt, None, deadline.left())


def _send_over(connection: Connection, progress: Progress, deadline: Deadline) -> None:
    session, used = connection.session(deadline)
    try:
        while progress.left:
            try:
                transact(session, progress)
            except SessionLimit:
                # Each connection carries one email at least, or the server's reply stands: this ends.
                connection.quit(deadline)
                session, used = connection.session(deadline)
        connection.touch()
        return
    except Broken as caught:
        broken = caught
    except (SMTPError, InvalidEmail) as refused:
        # The connection serves the next email, unless the server has gone.
        if session.sock is None or refused.code == FAREWELL:
            connection.drop()
        raise
    except BaseException:
        connection.drop()
        raise
    connection.drop()
    if broken.ended:
        raise progress.unknown(broken.reason)
    if isinstance(broken, Farewell):
        raise Lost(broken.error, free=used)
    raise Lost(failed(broken, connection.settings, deadline), free=used)


def _in_short(error: EmailAPIError) -> str:
    """Return what a log may say: a server's words on an email name its recipients."""
    if isinstance(error, SMTPError):
        return " ".join(filter(None, (type(error).__name__, str(error.code or ""), error.enhanced_code)))
    return f"InvalidEmail, {error.field}" if isinstance(error, InvalidEmail) else error.message


def _log(pool: Pool, attempt: int, began: float, *outcome: str, level: int = logging.INFO) -> None:
    """Write one line: which server, what came, how long it took. No recipient, no body, no password."""
    if logger.isEnabledFor(level):
        took = round((monotonic() - began) * 1000)
        logger.log(level, "SMTP %s %s in %d ms, attempt %d", pool.settings.place, " ".join(outcome), took, attempt)
