"""MAIL, RCPT, DATA: one email over one connection, and what the server said of each recipient."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from operator import attrgetter

import attrs

from ...errors import DeliveryUnknown, EmailAPIError, InvalidEmail, RecipientResult
from ...models.outbound import SendResult
from ..ready_message import in_seven_bits
from .connection import FAREWELL, Broken, Reply, Session
from .payload import Parcel
from .rejections import login_hint, names_session, rejection, wants_fewer

# Postfix, Exim, Exchange, Haraka, Sendmail, qmail, Gmail, Amazon SES, Dovecot: each has a sentence of its own.
_QUEUE_IDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bqueued as ([\w.+=-]+)",
        r"\bid=([\w.+=-]+)",
        r"\[InternalId=(\d+)",
        r"\bmessage queued \(([^()\s]+)\)",
        r"(?:^|\s)([\w.+=-]+) message accepted for delivery",
        r"\bqp (\d+)",
        r"\bok +\d+ (\S+) - gsmtp",
        r"^ok ([0-9a-f]{8,}-[0-9a-f-]+)",
        r"> (\S+) saved$",
    )
)
_text = attrgetter("text")
_code = attrgetter("code")


@attrs.define
class Progress:
    """
    How far the sending of one email is: a server that takes few recipients at once gets it several times.

    Attributes:
        parcel: The email.
        left: Who it still has to be sent to.
        fates: What was said of the others.
        replies: What the server said when it accepted the email: once for each end of data, by LMTP each text.
        session: The session that carries the email.
    """

    parcel: Parcel
    left: tuple[str, ...]
    fates: dict[str, RecipientResult] = attrs.field(factory=dict)
    replies: list[Reply] = attrs.field(factory=list)
    session: Session | None = None

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
            code, text, enhanced_code = reply
            self.fates[name] = RecipientResult(
                email=name, accepted=code < 400, code=code, enhanced_code=enhanced_code, message=text
            )
        has_all = len(self.fates) == len(self.parcel.recipients)
        self.left = () if has_all else tuple(name for name in self.left if name not in self.fates)

    def give_up(self, error: EmailAPIError) -> SendResult:
        """Return the result when the email was accepted for some, and cannot be sent to those who are left."""
        for name in self.left:
            self.fates[name] = RecipientResult(email=name, accepted=False, code=error.code, message=error.message)
        self.left = ()
        return self.result()

    def result(self) -> SendResult:
        """Return the result of an email of which a recipient was accepted."""
        return SendResult(
            message_id=next(filter(None, map(queue_id, self.replies)), ""),
            to=self.parcel.to,
            submitted_at=datetime.now(UTC),
            message="; ".join(map(_text, self.replies)),
            via="smtp" if self.session is None else self.session.protocol,
            idempotency_key=self.parcel.key,
            recipients=tuple(map(self.fates.__getitem__, self.parcel.recipients)),
        )

    def unknown(self, why: str) -> DeliveryUnknown:
        """Return the error for an email that the server may have taken."""
        return DeliveryUnknown(
            f"{why}, after the whole mail had been sent; it may have been accepted",
            idempotency_key=self.parcel.carried,
            recipients=self.recipients,
        )


def transact(session: Session, progress: Progress) -> None:
    """
    Send an email to the recipients that are left, or to as many of them as the server takes at once.

    Recipients are left, too, when the session is `full`: then another connection is worth a try.

    Raises:
        InvalidEmail: This server does not take such an email.
        SMTPError: The server rejected the email.
        Broken: The connection is lost; `session.in_doubt` says whether the server may have accepted the email.
    """
    parcel = progress.parcel
    progress.session, session.in_doubt = session, False
    content, options = _fit(session, parcel)
    commands = ["RSET"] if session.unfinished else []
    commands.append(f"MAIL FROM:<{parcel.sender}>{options}")
    rcpt_options = " ".join(["", *parcel.rcpt_options]) if parcel.rcpt_options and session.does_esmtp else ""
    before = len(commands)
    commands += [f"RCPT TO:<{name}>{rcpt_options}" for name in progress.left]
    session.unfinished = True
    replies = session.ask_all(commands)
    if replies[-1].code == FAREWELL:
        raise _gone(replies[-1])
    answer = replies[before - 1]
    if answer.code < 400:
        taken = _answered(session, progress, replies[before:])
        if taken:
            _send_content(session, progress, content, taken)
    elif not _is_full(session, answer):
        hint = login_hint(session, answer.code, answer.text)
        raise answer.refusal("the server refused the sender", hint=hint)


def _gone(reply: Reply) -> Broken:
    """Return the exception for a server that goes away by a 421, before it could have taken the email."""
    return Broken(f"the server went away: {reply}", error=reply.refusal("the server went away"))


def _send_content(session: Session, progress: Progress, content: bytes, taken: dict[str, Reply]) -> None:
    """Send DATA and the message for the recipients that were taken."""
    reply, is_about_session = session.ask("DATA"), True
    if reply.code == FAREWELL:
        raise _gone(reply)
    if reply.code == 354:
        reply = session.deliver(content)
        if session.protocol == "lmtp" and session.in_doubt:
            _settle_each(session, progress, [*taken], reply)
            return
        is_about_session = reply.code >= 400 and names_session(reply)
    elif reply.code < 400:
        raise Broken(f"the server answers DATA with {reply.code}")
    if reply.code >= 400:
        if is_about_session and _is_full(session, reply):
            return
        session.in_doubt = False
        progress.settle(dict.fromkeys(taken, reply))
        if not progress.replies:
            raise reply.refusal("the server refused the mail", progress.recipients)
        return
    session.unfinished = False
    session.messages += 1
    if reply.code >= 300:
        raise Broken(f"the server answers the mail's end with {reply.code}")
    progress.replies.append(reply)
    session.in_doubt = False
    progress.settle(taken)


def _settle_each(session: Session, progress: Progress, names: list[str], first: Reply) -> None:
    """
    Note what an LMTP server says of each recipient after the end of an email.

    Raises:
        SMTPError: The server rejected the email for each recipient.
        Broken: The connection was lost; no reply, and so no other attempt, is for those who are left.
    """
    said: dict[str, Reply] = {}
    was_used = session.messages > 0
    try:
        for name in names:
            reply = first if name == names[0] else Reply.read(*session.getreply(math.inf))
            if 300 <= reply.code < 400:
                raise Broken(f"the server answers the email's end with {reply.code}")
            if not (was_used and names_session(reply)):
                said[name] = reply
    finally:
        accepted = {reply.text: reply for reply in said.values() if reply.code < 300}
        progress.replies += accepted.values()
        progress.settle(said)
    session.in_doubt = session.unfinished = False
    session.full = len(said) < len(names)
    session.messages += bool(accepted)
    if not progress.replies and not progress.left:
        raise rejection(session, progress.recipients)


def _is_full(session: Session, reply: Reply) -> bool:
    """Return whether a rejection may be about the connection: for now, and after emails that it has carried."""
    if reply.code < 500 and session.messages:
        session.in_doubt, session.full = False, True
    return session.full


def queue_id(reply: Reply) -> str:
    """Return the id under which the server keeps the email; `""` when its reply names none."""
    for pattern in _QUEUE_IDS:
        found = pattern.search(reply.text)
        if found:
            return found[1]
    return ""


def _answered(session: Session, progress: Progress, replies: list[Reply]) -> dict[str, Reply]:
    """Note who was refused, and return who was taken; the others are for another transaction."""
    asked = dict(zip(progress.left, replies, strict=True))
    if max(map(_code, replies)) < 400:
        return asked
    refused_now = {name: reply for name, reply in asked.items() if reply.code >= 400}
    taken = {name: reply for name, reply in asked.items() if name not in refused_now}
    later = [
        reply
        for reply in refused_now.values()
        if (wants_fewer(reply) or names_session(reply)) and (taken or (session.messages and reply.code < 500))
    ]
    progress.settle({name: reply for name, reply in refused_now.items() if reply not in later})
    if taken:
        return taken
    if later:
        session.full = True
        return taken
    raise rejection(session, progress.recipients)


def _fit(session: Session, parcel: Parcel) -> tuple[bytes, str]:
    """Return a mail's bytes for this server, and what MAIL says of them."""
    content, said, offered = parcel.content, list(parcel.mail_options), session.esmtp_features
    names = {option.partition("=")[0].upper() for option in said} if said else said
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
        limit = offered["size"].strip()
        # Zero is no limit (RFC 1870).
        if limit.isdecimal() and len(limit) < 19 and 0 < int(limit) < len(content):
            raise _too_large(len(content), limit)
        if "SIZE" not in names:
            said.insert(0, f"SIZE={len(content)}")
    return content, " ".join(["", *said]) if session.does_esmtp else ""


def _too_large(size: int, limit: str) -> InvalidEmail:
    return InvalidEmail(
        f"the email has {size} bytes, the server takes {limit}: send smaller attachments, or links to them",
        field="message",
    )
