"""The way out by SMTP."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from email.message import Message
from typing import TYPE_CHECKING

from ..._delivery import Deadline, at_most
from ...errors import EmailAPIError, InvalidArgument, InvalidEmail
from ...models.address import Address
from ...models.email import Email
from ...models.outbound import BatchItem, BatchResult, SendResult
from ...settings import as_deadline
from ..given import EmailLike, as_mail, check_many
from ..ready import Given, Recipients
from .delivering import deliver
from .opening import Lost, Unopened
from .options import SMTPOptions, settle
from .parcel import Parcel, pack, pack_given, redirect
from .pool import Pool

if TYPE_CHECKING:
    from typing import Self, Unpack


class SMTPTransport:
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
    at_once = 1

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

    def __enter__(self) -> Self:
        """Return the transport; it connects at the first mail."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close the connection."""
        self.close()

    def check(self, email: Email, /) -> None:
        """
        Return when SMTP can carry a mail, as far as can be told without asking the server: it is written for that.

        Raises:
            InvalidEmail: It has no sender, recipient or body, or a field that does not travel by SMTP.
        """
        pack(email, self._settings.postmark_headers)

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
        return self._send(self._pack(email))

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
        return self._send(self._pack_message(message, sender, recipients, mail_options, rcpt_options))

    def send_batch(self, emails: Iterable[EmailLike], /) -> BatchResult:
        """
        Send many mails over one connection; each item is that mail's result, or the error it met.

        The deadline is for each mail. When no connection can be made, the rest is not tried.

        Raises:
            InvalidArgument: It is one mail instead of many, or none.
        """
        check_many(emails)
        items: list[BatchItem] = []
        unopened: EmailAPIError | None = None
        for place, email in enumerate(emails):
            try:
                parcel = self._pack(email)
                if unopened is None:
                    items.append(self._deliver(parcel))
                else:
                    items.append(unopened)
            except Unopened as failure:
                unopened = failure.error
                items.append(unopened)
            except Lost as failure:
                items.append(failure.error)
            except InvalidEmail as error:
                items.append(error.at(place))
            except EmailAPIError as error:
                items.append(error)
        if not items:
            raise InvalidArgument("emails is empty", argument="emails")
        return BatchResult(tuple(items))

    def within(self, seconds: float, /, *, attempts: int | None = None) -> SMTPTransport:
        """
        Return a transport on the same connection that takes at most so long for a mail, and so many attempts.

        Raises:
            ConfigurationError: A number cannot be.
        """
        other = copy(self)
        other.deadline = min(self.deadline, as_deadline(seconds))
        other._retry = at_most(self._retry, attempts)
        return other

    def close(self) -> None:
        """Say QUIT and close, after the mail that is under way; QUIT takes two seconds at most, and nothing raises."""
        self._pool.close()

    def _pack(self, email: EmailLike) -> Parcel:
        if isinstance(email, Message):
            return pack_given(email, None, None, (), ())
        return pack(as_mail(email, Email), self._settings.postmark_headers)

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

    def _send(self, parcel: Parcel) -> SendResult:
        try:
            return self._deliver(parcel)
        except Lost as lost:
            error = lost.error
        raise error

    def _deliver(self, parcel: Parcel) -> SendResult:
        return deliver(self._pool, parcel, self._retry, Deadline.after(self.deadline))
