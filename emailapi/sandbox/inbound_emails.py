"""`sandbox.receive`: email for the inbound address of a server, as if it had been sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from email.message import Message

from .._hints import explain_calls
from ..errors import InvalidArgument, InvalidEmail
from ..models import fields
from ..models.address import Addresses
from ..models.attachment import Attachment
from .arguments import number
from .captured import CapturedEmail, captured
from .forks import imports
from .instants import micros
from .store import Row, Transaction
from .tables import messages, servers
from .watching import Watching


class Receiving(Watching):
    """The method by which tests let email come in; of a whole sandbox, or of one server of it."""

    def receive(
        self,
        raw: Message | str | bytes | None = None,
        *,
        sender: str = "Dana <dana@example.com>",
        subject: str = "",
        text: str | None = None,
        html: str | None = None,
        to: Addresses = None,
        cc: Addresses = None,
        reply_to: Addresses = None,
        mailbox_hash: str = "",
        headers: Mapping[str, str] | None = None,
        attachments: Iterable[Attachment] = (),
        spam_score: float | None = None,
    ) -> CapturedEmail:
        """
        Let an email come in at the inbound address of the server, and post it to the inbound hook.

        The email is found by `client.inbound`, and by `messages("is:inbound")`::

            sandbox.receive(sender="dana@example.com", subject="Re: hi", text="yes", mailbox_hash="10482")

        Args:
            raw: The whole message, with its headers, instead of the fields from `sender` to `attachments`.
            sender: The From address.
            subject: The subject.
            text: Plain text body; without it and `html` the email is empty.
            html: HTML body.
            to: The recipient, one address, such as one at the inbound domain of the server; by default its inbound
                address.
            cc: Recipients of a copy.
            reply_to: Addresses that replies are sent to.
            mailbox_hash: The text between the plus and the at sign of the inbound address.
            headers: Additional headers, such as In-Reply-To.
            attachments: The files.
            spam_score: The score that the service's filter gives, which `inbound_spam_threshold` is compared with.

        Returns:
            The email, with its `message_id`.

        Raises:
            InvalidEmail: A field is not valid.
            InvalidArgument: No server receives the email of `to`, `raw` is too large to be read, or an argument has a
                wrong type.
        """
        with imports:  # only now: few sandboxes get email
            from ..mime import as_given, to_bytes
            from ..models.email import Email

        if spam_score is not None:
            headers = {**(headers or {}), "X-Spam-Score": f"{number(spam_score, 'spam_score'):g}"}
        if not isinstance(attachments, Iterable):
            raise InvalidArgument(
                f"attachments must be a list of Attachment, got {type(attachments).__name__}", argument="attachments"
            )
        place = self._place()
        with place.store().transaction() as db:
            server, recipient = _recipient(db, self._server_id(), to, mailbox_hash)
            if raw is None:
                email = Email(
                    sender=sender,
                    to=recipient if to is None else to,
                    cc=cc,
                    reply_to=reply_to,
                    subject=subject,
                    text_body=text if text is not None or html is not None else "",
                    html_body=html,
                    headers=headers or {},
                    attachments=tuple(attachments),
                )
                content = to_bytes(email)
            else:
                content = _with_headers(as_given(raw), headers or {})
            row = _received(db, server, recipient, content, micros(self._now()))
        return captured(row, place)


explain_calls(Receiving)


def _recipient(db: Transaction, server: int | None, to: Addresses, mailbox_hash: str) -> tuple[Row, str]:
    """Return the server that receives an email, and the address that it is for."""
    if to is None:
        row = servers.by_id(db, servers.FIRST if server is None else server)
        assert row is not None  # noqa: S101 - the first server stays, and a test's server as long as the test
        return row, servers.inbound_address(row, mailbox_hash)
    if mailbox_hash:
        raise InvalidArgument("mailbox_hash has no effect with to: write it into the address", argument="mailbox_hash")
    named = fields.to(to)
    if len(named) != 1:
        raise InvalidArgument(f"to must be one address, got {len(named)}", argument="to")
    address = named[0].email
    found = servers.receiving(db, address)
    if found is None or server not in (None, found["id"]):
        raise InvalidArgument(
            f"no server receives email for {address!r}: it is neither an inbound address nor at an inbound domain",
            argument="to",
        )
    return found, address


def _with_headers(content: bytes, headers: Mapping[str, str]) -> bytes:
    lines = [f"{name}: {value}\r\n".encode() for name, value in headers.items()]
    return b"".join([*lines, content])


def _received(db: Transaction, server: Row, recipient: str, content: bytes, now: int) -> Row:
    with imports:
        from .receiving import Received, receive
        from .smtp.mime import Unreadable, read_message

    try:
        message = read_message(content)
    except Unreadable as problem:
        raise InvalidArgument(f"raw: {problem}", argument="raw") from None
    sender = _envelope_sender(content)
    received = Received(server=server, recipient=recipient, sender=sender, message=message, content=content, now=now)
    row = messages.by_uuid(db, None, receive(db, received), inbound=True)
    assert row is not None  # noqa: S101 - stored in the same transaction
    return row


def _envelope_sender(content: bytes) -> str:
    with imports:
        from ..mime import envelope_of

    try:
        return envelope_of(content)[0] or ""
    except InvalidEmail:
        return ""
