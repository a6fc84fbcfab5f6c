"""The way out by SMTP."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import Message
from functools import partial
from typing import TYPE_CHECKING

from ..._delivery import CallContext
from ...errors import EmailAPIError
from ...models.address import Address
from ...models.email import Email
from ...models.outbound import BatchItem, SendResult
from ..base import BaseTransport
from ..batch import Batch, for_each
from ..inputs import EmailLike, as_mail
from ..ready_message import Given, Recipients
from .connect import Lost, Unopened
from .delivering import deliver
from .options import SMTPOptions, settle
from .payload import Parcel, check, pack, pack_given, redirect
from .pool import Pool

if TYPE_CHECKING:
    from typing import Unpack


class SMTPTransport(BaseTransport[Parcel]):
    """
    Sends by SMTP, over one connection that is kept.

    It connects at the first mail, may be shared by threads, and is new after a fork. What was surely not sent is tried
    again within the deadline; what the server may have taken is never sent again. When a server accepts no more emails
    on a connection - a 421, another 4xx, or a closed connection - the next one goes over a new connection.

    Exceptions that a signal handler raises meanwhile, as time limits of queues do, pass after the connection is closed;
    a note says when the email may have been sent.

    Attributes:
        hostname: The server.
        port: Its port.
        deadline: Seconds for one mail.
        at_once: How many mails share a deadline: each has its own.
    """

    hostname: str
    port: int
    deadline: float

    def __init__(self, hostname: str, port: int | None = None, **options: Unpack[SMTPOptions]) -> None:
        """
        Take what is to be known of the server, without connecting.

        Args:
            hostname: Its name or address.
            port: By default 465 for `tls="implicit"`, 587 for `"required"`, else 25.
            **options: See `SMTPOptions`.

        Raises:
            ConfigurationError: An option cannot be, or two contradict each other.
        """
        self._settings = settle(hostname, port, **options)
        self._pool = Pool(self._settings)
        self._retry = self._settings.retry
        self.hostname, self.port = self._settings.hostname, self._settings.port
        self.deadline = self._settings.deadline

    def __repr__(self) -> str:
        """Name the server and how the connection is encrypted, never a secret."""
        return f"SMTPTransport({self.hostname!r}, {self.port}, tls={self._settings.tls!r})"

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

    def send(self, email: EmailLike, /) -> SendResult:
        """
        Send one mail; a ready `email.message.Message` leaves as given.

        Raises:
            InvalidEmail: It cannot be sent by SMTP, or not to this server.
            SMTPError: The server refused the mail, or all its recipients, or the login.
            ConnectionFailed: There was no connection, or it broke before the mail could have been taken.
            DeadlineExceeded: Out of time, and nothing was sent.
            DeliveryUnknown: The connection broke after the whole mail had been sent.
            ConfigurationError: The transport is closed.
        """
        return super().send(email)

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
        context = CallContext.after(self.deadline, None, self._max_attempts)
        (item,) = self._deliver([payload], Batch(single=True), context)
        if isinstance(item, SendResult):
            return item
        raise item

    def close(self) -> None:
        """Say QUIT and close, after the mail that is under way; QUIT takes two seconds at most, and nothing raises."""
        self._pool.close()

    def _take(self, given: EmailLike) -> Email | Message:
        return given if isinstance(given, (Email, Message)) else as_mail(given, Email)

    def _prepare(self, email: Email | Message, batch: Batch[Parcel]) -> Parcel:
        if isinstance(email, Message):
            return pack_given(email, None, None, (), ())
        return pack(email, self._settings.postmark_headers)

    def _deliver(self, payloads: Sequence[Parcel], batch: Batch[Parcel], context: CallContext) -> list[BatchItem]:
        return for_each(partial(self._deliver_one, batch, context), payloads)

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

    def _deliver_one(self, batch: Batch[Parcel], context: CallContext, payload: Parcel) -> SendResult:
        try:
            return deliver(self._pool, payload, context.retry(self._retry), context.attempts_until)
        except Lost as lost:
            batch.unreachable = isinstance(lost, Unopened)
            error: EmailAPIError = lost.error
        raise error
