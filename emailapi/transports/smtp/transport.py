"""The transport by SMTP: a persistent connection, and attempts until the server accepted or rejected an email."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from email.message import Message
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from ..._delivery import Attempt, CallContext, Deadline, let_go, note_at, run_attempts
from ..._log import logger
from ..._net import monotonic
from ...errors import ConnectionFailed, DeadlineExceeded, DeliveryUnknown, EmailAPIError, InvalidEmail, SMTPError
from ...models.address import Address
from ...models.email import Email
from ...models.options import Retry
from ...models.outbound import BatchItem, SendResult
from ..base import BaseTransport
from ..batch import Batch
from ..inputs import EmailLike
from ..ready_message import Given, Recipients
from .connection import Broken, Session
from .options import Protocol, SMTPOptions, settle
from .payload import Parcel, check, pack, pack_given, redirect
from .pool import Hold, Pool
from .transaction import Progress, transact

if TYPE_CHECKING:
    from typing import Unpack


class SMTPTransport(BaseTransport[Parcel]):
    """
    Sends by SMTP, over a persistent connection.

    It connects at the first email, may be shared by threads, and is new after a fork. What was surely not sent is tried
    again within the deadline; what the server may have taken is never sent again. When a server accepts no more emails
    on a connection - a 421, another 4xx, or a closed connection - the next one goes over a new connection.

    A ready `email.message.Message` leaves as given. Beside `InvalidEmail`, sending raises `SMTPError` when the server
    rejected the email, all its recipients or the login, `ConnectionFailed` and `DeadlineExceeded` when nothing was
    sent, and `DeliveryUnknown` when the connection broke after the whole email had been sent.

    Exceptions that a signal handler raises meanwhile, as time limits of queues do, pass after the connection is closed;
    a note says when the email may have been sent.

    Attributes:
        hostname: Name or address of the server; None with `socket_path`.
        port: Port of the server; None with `socket_path`.
        socket_path: Path of the server's Unix domain socket, if it is reached by one.
        deadline: Seconds for one email.
        at_once: How many emails share a deadline: each has its own.
    """

    _protocol: ClassVar[Protocol] = "smtp"

    hostname: str | None
    port: int | None
    socket_path: str | None
    deadline: float

    _ready = (Message,)

    def __init__(self, hostname: str | None = None, port: int | None = None, **options: Unpack[SMTPOptions]) -> None:
        """
        Create a transport. No connection is opened until the first email.

        Args:
            hostname: Name or address of the server; with `socket_path` there is none.
            port: By default 465 for `tls="implicit"`, 587 for `"required"`, else 25.
            **options: See `SMTPOptions`.

        Raises:
            ConfigurationError: An option is not valid, or two contradict each other.
        """
        self._settings = settle(self._protocol, hostname, port, **options)
        self._pool = Pool(self._settings)
        self._retry = self._settings.retry
        self.hostname, self.port = self._settings.hostname, self._settings.port
        self.socket_path = self._settings.socket_path
        self.deadline = self._settings.deadline

    def __repr__(self) -> str:
        """Name the server and how the connection is encrypted, never a secret."""
        if self.socket_path is not None:
            return f"{type(self).__name__}(socket_path={self.socket_path!r})"
        return f"{type(self).__name__}({self.hostname!r}, {self.port}, tls={self._settings.tls!r})"

    def check(self, email: EmailLike, /) -> None:
        """
        Check, without contacting the server and without encoding bodies and files, that SMTP can carry an email.

        Raises:
            InvalidEmail: It has no sender, recipient or body, or a field that does not travel by SMTP.
        """
        taken = self._take(email)
        if isinstance(taken, Message):
            self._prepare(taken, Batch(single=True))
        else:
            check(taken, self._settings.postmark_headers)

    def send_message(
        self,
        message: Given | Email,
        *,
        sender: str | Address | None = None,
        recipients: Recipients = None,
        mail_options: Sequence[str] = (),
        rcpt_options: Sequence[str] = (),
    ) -> SendResult:
        """
        Send a ready message as given: its lines end in CRLF, Bcc is taken out, and nothing else is touched.

        Args:
            message: A `Message`, or its text or bytes; an `Email` is written first.
            sender: The envelope's sender; the message's own by default, and `""` for none, as bounces have it.
            recipients: The envelope's recipients; the message's To, Cc and Bcc by default.
            mail_options: Parameters for MAIL, as in `"RET=HDRS"`.
            rcpt_options: Parameters for each RCPT, as in `"NOTIFY=NEVER"`.

        Raises:
            EmailAPIError: As `send`.
        """
        payload = self._pack_message(message, sender, recipients, mail_options, rcpt_options)
        return self._send(message, payload=payload)

    def close(self) -> None:
        """Say QUIT and close, after the mail that is under way; QUIT takes two seconds at most, and nothing raises."""
        self._pool.close()

    def _prepare(self, email: Email | Message, batch: Batch[Parcel]) -> Parcel:
        if isinstance(email, Message):
            return pack_given(email, None, None, (), ())
        return pack(email, self._settings.postmark_headers)

    def _deliver(self, payloads: Sequence[Parcel], batch: Batch[Parcel], context: CallContext) -> list[BatchItem]:
        deliver = partial(self._deliver_one, batch, context.retry(self._retry), context.attempts_until)
        return [*map(deliver, payloads)]

    def _pack_message(
        self,
        message: Given | Email,
        sender: str | Address | None,
        recipients: Recipients,
        mail_options: Sequence[str],
        rcpt_options: Sequence[str],
    ) -> Parcel:
        if not isinstance(message, Email):
            return pack_given(message, sender, recipients, mail_options, rcpt_options)
        written = pack(message, self._settings.postmark_headers)
        return redirect(written, sender, recipients, mail_options, rcpt_options)

    def _deliver_one(self, batch: Batch[Parcel], retry: Retry, deadline: Deadline, payload: Parcel) -> BatchItem:
        """Send one email; what was surely not sent is tried again, what may have been is not."""
        progress, began = Progress(payload, payload.recipients), monotonic()
        try:
            attempt, number = run_attempts(partial(self._attempt, progress, batch, deadline), retry, deadline)
        except BaseException as interruption:
            let_go(interruption)
            if progress.may_have_been_sent:
                what = f"the email may have been sent by {self._protocol.upper()} ({self._settings.place})"
                note_at(interruption, what, [payload.carried])
            raise
        result, error = attempt.value, attempt.error
        self._log(result, error, monotonic() - began, number)
        if error is None:
            assert result is not None  # noqa: S101 - there is one without an error
            return result
        # Its frames hold the email, and the password of a login: tools that print local variables would show them.
        error = error.with_traceback(None).replace(attempts=number)
        if progress.replies and not isinstance(error, DeliveryUnknown):
            return progress.give_up(error)
        return error

    def _attempt(
        self, progress: Progress, batch: Batch[Parcel], deadline: Deadline, number: int
    ) -> Attempt[SendResult]:
        """Send an email to the recipients that are left, over as many connections as the server wants for that."""
        session: Session | None = None
        was_used = batch.unreachable = False
        try:
            with Hold(self._pool, deadline) as connection:
                session, was_used = connection.session(deadline)
                while progress.left:
                    if session.full:
                        # Each connection carries one email at least, or the server's reply stands: this ends.
                        session = None  # until there is another
                        session, was_used = connection.session(deadline)
                    transact(session, progress)
                return Attempt(progress.result())
        except Broken as caught:
            broken = caught
        except EmailAPIError as rejected:
            return Attempt(error=rejected)
        if session is not None and session.in_doubt:
            return Attempt(error=progress.unknown(broken.reason))
        batch.unreachable = session is None
        error = broken.error or self._not_sent(broken, deadline)
        again = error.retryable and not isinstance(error, DeadlineExceeded)
        # Where only a persistent connection was gone the attempt does not count.
        return Attempt(error=error, again=again, free=was_used and session is not None)

    def _not_sent(self, broken: Broken, deadline: Deadline) -> EmailAPIError:
        """Return the error for a connection that broke before anything could have been taken."""
        what = f"{broken.reason} ({self._settings.place})"
        if deadline.left() <= 0:
            return DeadlineExceeded(f"out of time, nothing was sent (raise deadline=): {what}")
        return ConnectionFailed(what, retryable=broken.retryable)

    def _log(self, result: SendResult | None, error: EmailAPIError | None, seconds: float, attempts: int) -> None:
        """Write one line: which server, what came, how long it took. No recipient, no body, no password."""
        level = logging.INFO if error is None else logging.WARNING
        if not logger.isEnabledFor(level):
            return
        if isinstance(error, SMTPError):  # its words name recipients
            outcome = " ".join(filter(None, (type(error).__name__, str(error.code or ""), error.enhanced_code)))
        elif isinstance(error, InvalidEmail):
            outcome = f"InvalidEmail, {error.field}"
        elif error is not None:
            outcome = error.message
        else:
            outcome = (result.message_id if result else "") or "without a queue id"
        outcome = f"accepted {outcome}" if error is None else f"failed: {outcome}"
        took, protocol = round(seconds * 1000), self._protocol.upper()
        logger.log(level, "%s %s %s in %d ms, attempt %d", protocol, self._settings.place, outcome, took, attempts)
