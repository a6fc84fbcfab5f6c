"""The transport by SMTP: a persistent connection, and attempts until the server accepts or rejects an email."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from email.message import Message
from functools import partial
from typing import ClassVar, Unpack

from ..._delivery import Attempt, CallContext, Deadline, add_note, clear_frames, run_attempts
from ..._log import log_facts, logger, report
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
from .options import Protocol, SMTPOptions, create_settings, hide_secrets
from .payload import SMTPPayload, check, encode, encode_message, redirect
from .pool import Pool
from .transaction import Progress, transact


class SMTPTransport(BaseTransport[SMTPPayload]):
    """
    Sends emails by SMTP, over a persistent connection.

    The transport connects for the first email, may be shared by threads, and connects anew after a fork. An email that
    was surely not sent is retried within the deadline; an email that the server may have accepted is never sent again.
    If a server accepts no more emails on a connection - a 421, another 4xx, or a closed connection - the next email is
    sent over a new connection.

    A ready `email.message.Message` is sent as given. Besides `InvalidEmail`, sending raises `SMTPError` if the server
    rejected the email, all recipients or the login, `ConnectionFailed` and `DeadlineExceeded` if nothing was sent, and
    `DeliveryUnknown` if the connection broke after the whole email had been sent.

    Exceptions that a signal handler raises, such as the time limits of task queues, pass after the connection has been
    closed; a note on the exception says if the email may have been sent.

    Attributes:
        hostname: Name or address of the server; None with `socket_path`.
        port: Port of the server; None with `socket_path`.
        socket_path: Path of the server's Unix domain socket, if one is used.
        deadline: Seconds for one email.
        at_once: Number of emails that share a deadline: 1, each email has its own.
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
            hostname: Name or address of the server; not used with `socket_path`.
            port: Port of the server; by default 465 for `tls="implicit"`, 587 for `"required"`, else 25.
            **options: See `SMTPOptions`.

        Raises:
            ConfigurationError: An option is not valid, or two contradict each other.
        """
        hide_secrets(options)
        self._settings = create_settings(self._protocol, hostname, port, **options)
        self._pool = Pool(self._settings)
        self._retry = self._settings.retry
        self.hostname, self.port = self._settings.hostname, self._settings.port
        self.socket_path = self._settings.socket_path
        self.deadline = self._settings.deadline

    def __repr__(self) -> str:
        """Name the server and the TLS mode, never a secret."""
        if self.socket_path is not None:
            return f"{type(self).__name__}(socket_path={self.socket_path!r})"
        return f"{type(self).__name__}({self.hostname!r}, {self.port}, tls={self._settings.tls!r})"

    def check(self, email: EmailLike, /) -> None:
        """
        Check that SMTP can carry an email, without contacting the server and without encoding bodies and attachments.

        Raises:
            InvalidEmail: The email has no sender, recipient or body, or a field that SMTP cannot carry.
        """
        converted = self._to_email(email)
        if isinstance(converted, Message):
            self._prepare(converted, Batch(single=True))
        else:
            check(converted, self._settings.postmark_headers)

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
        Send a ready message as given: line endings become CRLF and Bcc is removed, nothing else is changed.

        Args:
            message: A `Message`, or its text or bytes; an `Email` is encoded first.
            sender: The envelope's sender; by default the message's own. `""` is the null sender, of bounces.
            recipients: The envelope's recipients; by default the message's To, Cc and Bcc.
            mail_options: Parameters for MAIL, such as `"RET=HDRS"`.
            rcpt_options: Parameters for each RCPT, such as `"NOTIFY=NEVER"`.

        Returns:
            The result; `to` names the envelope's recipients.

        Raises:
            EmailAPIError: As `send`.
        """
        payload = self._encode_message(message, sender, recipients, mail_options, rcpt_options)
        return self._send(message, payload=payload)

    def close(self) -> None:
        """Send QUIT and close the connection, after the current email; never raises, and takes at most 2 s."""
        self._pool.close()

    def _prepare(self, email: Email | Message, batch: Batch[SMTPPayload]) -> SMTPPayload:
        if isinstance(email, Message):
            return encode_message(email, None, None, (), ())
        return encode(email, self._settings.postmark_headers)

    def _deliver(
        self, payloads: Sequence[SMTPPayload], batch: Batch[SMTPPayload], context: CallContext
    ) -> list[BatchItem]:
        deliver = partial(self._deliver_one, batch, context.retry(self._retry), context.attempts_until)
        return [*map(deliver, payloads)]

    def _encode_message(
        self,
        message: Given | Email,
        sender: str | Address | None,
        recipients: Recipients,
        mail_options: Sequence[str],
        rcpt_options: Sequence[str],
    ) -> SMTPPayload:
        if not isinstance(message, Email):
            return encode_message(message, sender, recipients, mail_options, rcpt_options)
        encoded = encode(message, self._settings.postmark_headers)
        return redirect(encoded, sender, recipients, mail_options, rcpt_options)

    def _deliver_one(
        self, batch: Batch[SMTPPayload], retry: Retry, deadline: Deadline, payload: SMTPPayload
    ) -> BatchItem:
        """Send one email; retry it if it was surely not sent."""
        progress, began = Progress(payload, payload.recipients), monotonic()
        try:
            attempt, number = run_attempts(partial(self._attempt, progress, batch, deadline), retry, deadline)
            result, error = attempt.value, attempt.error
            self._log(result, error, monotonic() - began, number)
        except BaseException as interruption:
            clear_frames(interruption)
            if progress.may_have_been_sent:
                what = f"the email may have been sent by {self._protocol.upper()} ({self._settings.place})"
                add_note(interruption, what, [payload.carried])
            raise
        if error is None:
            assert result is not None  # noqa: S101 - an attempt has a value or an error
            return result
        # Frames of the traceback hold the email and the password, which tools that print local variables would show.
        error = error.with_traceback(None).replace(attempts=number)
        if progress.replies and not isinstance(error, DeliveryUnknown):
            return progress.give_up(error)
        return error

    def _attempt(
        self, progress: Progress, batch: Batch[SMTPPayload], deadline: Deadline, number: int
    ) -> Attempt[SendResult]:
        """Send an email to the recipients that are left, over as many connections as the server requires."""
        session: Session | None = None
        was_used = batch.unreachable = False
        try:
            with self._pool.hold(deadline) as connection:
                session, was_used = connection.session(deadline)
                while progress.left:
                    if session.full:
                        # Each connection carries at least one email, or the server's reply stands: the loop ends.
                        session = None  # while the next one is opened
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
        # An attempt that only found a persistent connection closed does not count.
        return Attempt(error=error, again=again, free=was_used and session is not None)

    def _not_sent(self, broken: Broken, deadline: Deadline) -> EmailAPIError:
        """Return the error for a connection that broke before the server could accept the email."""
        what = f"{broken.reason} ({self._settings.place})"
        if deadline.left() <= 0:
            return DeadlineExceeded(f"out of time, nothing was sent (raise deadline=): {what}")
        return ConnectionFailed(what, retryable=broken.retryable)

    def _log(self, result: SendResult | None, error: EmailAPIError | None, seconds: float, attempts: int) -> None:
        """Log the server, the outcome and the time. Recipients, bodies and passwords are not logged."""
        level = logging.INFO if error is None else logging.WARNING
        if not logger.isEnabledFor(level):
            return
        if isinstance(error, SMTPError):  # its message names recipients
            outcome = " ".join(filter(None, (type(error).__name__, str(error.code or ""), error.enhanced_code)))
        elif isinstance(error, InvalidEmail):
            outcome = f"InvalidEmail, {error.field}"
        elif error is not None:
            outcome = error.message
        else:
            outcome = (result.message_id if result else "") or "without a queue id"
        outcome = f"accepted {outcome}" if error is None else f"failed: {outcome}"
        took, protocol = round(seconds * 1000), self._protocol.upper()
        place = self._settings.place
        facts = log_facts(
            method=protocol, endpoint=place, duration_ms=took, attempt=attempts, error=error, result=result, count=1
        )
        report(level, "%s %s %s in %d ms, attempt %d", protocol, place, outcome, took, attempts, facts=facts)
