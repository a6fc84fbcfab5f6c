"""MAIL, RCPT, DATA: one mail over one connection, and what the server said of each recipient."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import attrs

from ...errors import DeliveryUnknown, EmailAPIError, InvalidEmail, SMTPError
from ...models.outbound import RecipientResult, SendResult
from ..ready_message import in_seven_bits
from .connection import Session
from .payload import Parcel
from .reader import Broken
from .reply import Reply

_RELAY = re.compile(r"\brelay", re.IGNORECASE)


class Farewell(Broken):
    """
    The server went away by a 421, before it could have taken the mail.

    Attributes:
        error: What it said.
    """

    def __init__(self, reply: Reply) -> None:
        """Keep what it said."""
        super().__init__(f"the server went away: {reply}")
        self.error = reply.refusal("the server went away")


class SessionLimit(Exception):
    """The server accepts no more emails on this connection, and may accept them on another."""


@attrs.define
class Progress:
    """
    How far the sending of one mail is: a server that takes few recipients at once gets it several times.

    Attributes:
        parcel: The mail.
        left: Who it still has to be sent to.
        fates: What was said of the others.
        replies: What the server said to each end of data.
        session: The session that carries the email.
    """

    parcel: Parcel
    left: tuple[str, ...]
    fates: dict[str, RecipientResult] = attrs.field(factory=dict)
    replies: list[Reply] = attrs.field(factory=list)
    session: Session | None = None

    @classmethod
    def of(cls, parcel: Parcel) -> Progress:
        """Begin."""
        return cls(parcel, parcel.recipients)

    @property
    def recipients(self) -> tuple[RecipientResult, ...]:
        """What was said of each recipient so far, in their order."""
        return tuple(self.fates[name] for name in self.parcel.recipients if name in self.fates)

    @property
    def may_have_been_sent(self) -> bool:
        """Whether the server accepted the email for some recipients, or may have."""
        return bool(self.replies) or (self.session is not None and self.session.in_doubt)

    def settle(self, said: dict[str, Reply]) -> None:
        """Note what was said of some recipients, to whom nothing is to be sent any more."""
        for name, reply in said.items():
            self.fates[name] = reply.about(name)
        self.left = tuple(name for name in self.left if name not in self.fates)

    def give_up(self, why: str, code: int | None = None) -> None:
        """Note that the rest was not sent."""
        for name in self.left:
            self.fates[name] = RecipientResult(email=name, accepted=False, code=code, message=why)
        self.left = ()

    def result(self) -> SendResult:
        """Return the result of a mail of which a recipient was accepted."""
        ids = [reply.queue_id() for reply in self.replies]
        return SendResult(
            message_id=next(filter(None, ids), ""),
            to=self.parcel.to,
            submitted_at=datetime.now(UTC),
            message="; ".join(reply.text for reply in self.replies),
            via="smtp",
            idempotency_key=self.parcel.key,
            recipients=self.recipients,
        )

    def unknown(self, why: str) -> DeliveryUnknown:
        """Return the error for a mail that the server may have taken."""
        return DeliveryUnknown(
            f"{why}, after the whole mail had been sent; it may have been accepted",
            idempotency_key=self.parcel.carried,
        )


def transact(session: Session, progress: Progress) -> None:
    """
    Send an email to the recipients that are left, or to as many of them as the server takes at once.

    Raises:
        InvalidEmail: This server does not take such an email.
        SMTPError: The server rejected the email.
        SessionLimit: The server rejected it for now, and the connection has carried emails before.
        Broken: The connection is lost; `.ended` when the server may have accepted the email.
    """
    parcel = progress.parcel
    progress.session, session.in_doubt = session, False
    content, options = _fit(session, parcel)
    commands = ["RSET"] if session.unfinished else []
    commands.append(f"MAIL FROM:<{parcel.sender}>{options}")
    rcpt_options = " ".join(["", *parcel.rcpt_options]) if session.does_esmtp else ""
    before = len(commands)
    commands += [f"RCPT TO:<{name}>{rcpt_options}" for name in progress.left]
    session.unfinished = True
    replies = session.ask_all(commands)
    for reply in replies:
        if reply.is_farewell:
            raise Farewell(reply)
    if replies[before - 1].is_refusal:
        _check_limit(session, replies[before - 1])
        raise replies[before - 1].refusal(
            "the server refused the sender", hint=_login_hint(session, replies[before - 1])
        )
    taken = _answered(session, progress, replies[before:])
    _send_content(session, progress, content, taken)


def _send_content(session: Session, progress: Progress, content: bytes, taken: dict[str, Reply]) -> None:
    """Send DATA and the message for the recipients that were taken."""
    reply = session.ask("DATA")
    if reply.is_farewell:
        raise Farewell(reply)
    if reply.code == 354:
        reply = session.deliver(content)
        if reply.code >= 400 and reply.is_session_limit:
            _check_limit(session, reply)
    elif reply.is_refusal:
        _check_limit(session, reply)
    else:
        raise Broken(f"the server answers DATA with {reply.code}")
    if not reply.is_refusal:
        session.unfinished = False
        session.messages += 1
        if reply.code >= 300:
            raise Broken(f"the server answers the mail's end with {reply.code}", ended=True)
        progress.replies.append(reply)
    session.in_doubt = False
    progress.settle(dict.fromkeys(taken, reply) if reply.is_refusal else taken)
    if reply.is_refusal and not progress.replies:
        raise reply.refusal("the server refused the mail", progress.recipients)


def _check_limit(session: Session, reply: Reply) -> None:
    """
    Check whether a rejection may be about the connection: for now, and after emails that it has carried.

    Raises:
        SessionLimit: Another connection is worth a try.
    """
    if reply.is_temporary and session.messages:
        session.in_doubt = False
        raise SessionLimit


def _answered(session: Session, progress: Progress, replies: list[Reply]) -> dict[str, Reply]:
    """Note who was refused, and return who was taken; the rest is for another transaction."""
    asked = dict(zip(progress.left, replies, strict=True))
    if not any(reply.code >= 400 for reply in replies):
        return asked
    refused_now = {name: reply for name, reply in asked.items() if reply.is_refusal}
    taken = {name: reply for name, reply in asked.items() if name not in refused_now}
    later = [
        reply
        for reply in refused_now.values()
        if (reply.wants_fewer or reply.is_session_limit) and (taken or (session.messages and reply.is_temporary))
    ]
    progress.settle({name: reply for name, reply in refused_now.items() if reply not in later})
    if taken:
        return taken
    if later:
        raise SessionLimit
    refused = progress.recipients
    # One that may be taken later makes it worth trying again.
    first = next((fate for fate in refused if fate.temporary), refused[0])
    what = "the recipient was refused" if len(refused) == 1 else "all recipients were refused"
    raise SMTPError(
        f"{what}: {first.message or 'no reason given'}{_login_hint(session, asked[first.email])}",
        code=first.code,
        enhanced_code=first.enhanced_code,
        recipients=refused,
    )


def _login_hint(session: Session, reply: Reply) -> str:
    """Return what helps when a server sends only for those who have logged in, or over TLS only."""
    if reply.code == 530 and not session.encrypted and "tls" in reply.text.lower():
        return " (use tls='required', or tls='implicit')"
    if not session.logged_in and (reply.code == 530 or _RELAY.search(reply.text)):
        return " (pass username= and password= to log in)"
    return ""


def _fit(session: Session, parcel: Parcel) -> tuple[bytes, str]:
    """Return a mail's bytes for this server, and what MAIL says of them."""
    content, said, offered = parcel.content, list(parcel.mail_options), session.esmtp_features
    names = {option.partition("=")[0].upper() for option in said}
    if parcel.utf8:
        if "smtputf8" not in offered:
            field = "recipients" if parcel.sender.isascii() else "sender"
            raise InvalidEmail(
                "an address or header is not ASCII, and the server offers no SMTPUTF8: use an ASCII address, and "
                "encoded words in headers",
                field=field,
            )
        if "SMTPUTF8" not in names:
            said.append("SMTPUTF8")
    if not content.isascii():
        # A server with SMTPUTF8 takes eight bits (RFC 6531 section 3.1).
        if not ("8bitmime" in offered or parcel.utf8):
            content = in_seven_bits(content, "the server offers no 8BITMIME")
        elif "BODY" not in names:
            said.append("BODY=8BITMIME")
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    if "size" in offered:
        _check_size(offered["size"].strip(), content)
        if "SIZE" not in names:
            said.insert(0, f"SIZE={len(content)}")
    return content, " ".join(["", *said]) if session.does_esmtp else ""


def _check_size(limit: str, content: bytes) -> None:
    # Zero is no limit (RFC 1870).
    if limit.isdecimal() and len(limit) < 19 and 0 < int(limit) < len(content):
        raise InvalidEmail(
            f"the email has {len(content)} bytes, the server takes {limit}: send smaller attachments, or links to them",
            field="message",
        )


def finished(progress: Progress, error: EmailAPIError) -> SendResult:
    """
    Return the result when a mail cannot be sent to those who are left.

    Raises:
        EmailAPIError: That error: nobody was accepted before.
    """
    if not progress.replies:
        raise error
    progress.give_up(error.message, error.code)
    return progress.result()
