"""MAIL, RCPT, DATA: one email over one connection, and the result of each recipient."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from operator import attrgetter

import attrs

from ...errors import DeliveryUnknown, EmailAPIError, InvalidEmail, RecipientResult
from ...models.outbound import SendResult
from ..ready_message import in_seven_bits
from .connection import CLOSING, Broken, Reply, Session
from .payload import SMTPPayload
from .rejections import has_too_many_recipients, is_session_limit, login_hint, rejection

# The wordings of Postfix, Exim, Exchange, Haraka, Sendmail, qmail, Gmail, Amazon SES and Dovecot.
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
    The state of sending one email: a server that accepts few recipients at once is sent the email several times.

    Attributes:
        payload: The encoded email.
        left: The recipients that the email still has to be sent to.
        results: The results of the other recipients.
        replies: The replies that accepted the email: one for each end of data, with LMTP one for each wording.
        session: The session that carries the email.
    """

    payload: SMTPPayload
    left: tuple[str, ...]
    results: dict[str, RecipientResult] = attrs.field(factory=dict)
    replies: list[Reply] = attrs.field(factory=list)
    session: Session | None = None

    @property
    def recipients(self) -> tuple[RecipientResult, ...]:
        """The results of the recipients so far, in the order of the envelope."""
        return tuple(self.results[name] for name in self.payload.recipients if name in self.results)

    @property
    def may_have_been_sent(self) -> bool:
        """Whether the server accepted the email for some recipients, or may have."""
        return bool(self.replies) or (self.session is not None and self.session.in_doubt)

    def record(self, said: dict[str, Reply]) -> None:
        """Record the final replies for some recipients."""
        for name, reply in said.items():
            code, text, enhanced_code = reply
            self.results[name] = RecipientResult(
                email=name, accepted=code < 400, code=code, enhanced_code=enhanced_code, message=text
            )
        has_all = len(self.results) == len(self.payload.recipients)
        self.left = () if has_all else tuple(name for name in self.left if name not in self.results)

    def give_up(self, error: EmailAPIError) -> SendResult:
        """Return the result of an email that was accepted for some recipients and cannot be sent to the others."""
        for name in self.left:
            self.results[name] = RecipientResult(email=name, accepted=False, code=error.code, message=error.message)
        self.left = ()
        return self.result()

    def result(self) -> SendResult:
        """Return the result of an email that was accepted for at least one recipient."""
        return SendResult(
            message_id=next(filter(None, map(queue_id, self.replies)), ""),
            to=self.payload.to,
            submitted_at=datetime.now(UTC),
            message="; ".join(map(_text, self.replies)),
            via="smtp" if self.session is None else self.session.protocol,
            idempotency_key=self.payload.idempotency_key,
            recipients=tuple(map(self.results.__getitem__, self.payload.recipients)),
        )

    def unknown(self, why: str) -> DeliveryUnknown:
        """Return the error of an email that the server may have accepted."""
        return DeliveryUnknown(
            f"{why} after the whole email had been sent: it may have been accepted",
            idempotency_key=self.payload.carried,
            recipients=self.recipients,
        )


def transact(session: Session, progress: Progress) -> None:
    """
    Send an email to the recipients that are left, or to as many of them as the server accepts at once.

    If the session is `full`, recipients are left for another connection.

    Raises:
        InvalidEmail: This server cannot accept such an email.
        SMTPError: The server rejected the email.
        Broken: The connection is lost; `session.in_doubt` says whether the server may have accepted the email.
    """
    payload = progress.payload
    progress.session, session.in_doubt = session, False
    content, options = _adapt(session, payload)
    commands = ["RSET"] if session.unfinished else []
    commands.append(f"MAIL FROM:<{payload.sender}>{options}")
    rcpt_options = " ".join(["", *payload.rcpt_options]) if payload.rcpt_options and session.does_esmtp else ""
    before = len(commands)
    commands += [f"RCPT TO:<{name}>{rcpt_options}" for name in progress.left]
    session.unfinished = True
    replies = session.execute_all(commands)
    if replies[-1].code == CLOSING:
        raise _closing(replies[-1])
    reply = replies[before - 1]
    if reply.code < 400:
        accepted = _accepted_recipients(session, progress, replies[before:])
        if accepted:
            _send_content(session, progress, content, accepted)
    elif not _is_full(session, reply):
        hint = login_hint(session, reply.code, reply.text)
        raise reply.to_error("the server rejected the sender", hint=hint)


def _closing(reply: Reply) -> Broken:
    """Return the exception for a server that closes the session with a 421, before it could accept the email."""
    return Broken(f"the server closed the session: {reply}", error=reply.to_error("the server closed the session"))


def _send_content(session: Session, progress: Progress, content: bytes, accepted: dict[str, Reply]) -> None:
    """Send DATA and the message for the recipients that were accepted."""
    reply, is_about_session = session.execute("DATA"), True
    if reply.code == CLOSING:
        raise _closing(reply)
    if reply.code == 354:
        reply = session.deliver(content)
        if session.protocol == "lmtp" and session.in_doubt:
            _read_lmtp_replies(session, progress, [*accepted], reply)
            return
        is_about_session = reply.code >= 400 and is_session_limit(reply)
    elif reply.code < 400:
        raise Broken(f"the server replied to DATA with {reply.code}")
    if reply.code >= 400:
        if is_about_session and _is_full(session, reply):
            return
        session.in_doubt = False
        progress.record(dict.fromkeys(accepted, reply))
        if not progress.replies:
            raise reply.to_error("the server rejected the email", progress.recipients)
        return
    session.unfinished = False
    session.messages += 1
    if reply.code >= 300:
        raise Broken(f"the server replied to the end of the email with {reply.code}")
    progress.replies.append(reply)
    session.in_doubt = False
    progress.record(accepted)


def _read_lmtp_replies(session: Session, progress: Progress, names: list[str], first: Reply) -> None:
    """
    Read and record the replies of an LMTP server for each recipient after the end of an email.

    Raises:
        SMTPError: The server rejected the email for each recipient.
        Broken: The connection was lost. Recipients without a reply are not tried again.
    """
    said: dict[str, Reply] = {}
    was_used = session.messages > 0
    try:
        for name in names:
            reply = first if name == names[0] else Reply.read(*session.getreply(math.inf))
            if 300 <= reply.code < 400:
                raise Broken(f"the server replied to the end of the email with {reply.code}")
            if not (was_used and is_session_limit(reply)):
                said[name] = reply
    finally:
        accepted = {reply.text: reply for reply in said.values() if reply.code < 300}
        progress.replies += accepted.values()
        progress.record(said)
    session.in_doubt = session.unfinished = False
    session.full = len(said) < len(names)
    session.messages += bool(accepted)
    if not progress.replies and not progress.left:
        raise rejection(session, progress.recipients)


def _is_full(session: Session, reply: Reply) -> bool:
    """Return whether a rejection may be about the connection: a temporary one, after emails on this connection."""
    if reply.code < 500 and session.messages:
        session.in_doubt, session.full = False, True
    return session.full


def queue_id(reply: Reply) -> str:
    """Return the id under which the server keeps the email; `""` if the reply names none."""
    for pattern in _QUEUE_IDS:
        found = pattern.search(reply.text)
        if found:
            return found[1]
    return ""


def _accepted_recipients(session: Session, progress: Progress, replies: list[Reply]) -> dict[str, Reply]:
    """Record the rejected recipients, and return the accepted ones; the others are left for another transaction."""
    asked = dict(zip(progress.left, replies, strict=True))
    if max(map(_code, replies)) < 400:
        return asked
    rejected = {name: reply for name, reply in asked.items() if reply.code >= 400}
    accepted = {name: reply for name, reply in asked.items() if name not in rejected}
    later = [
        reply
        for reply in rejected.values()
        if (has_too_many_recipients(reply) or is_session_limit(reply))
        and (accepted or (session.messages and reply.code < 500))
    ]
    progress.record({name: reply for name, reply in rejected.items() if reply not in later})
    if accepted:
        return accepted
    if later:
        session.full = True
        return accepted
    raise rejection(session, progress.recipients)


def _adapt(session: Session, payload: SMTPPayload) -> tuple[bytes, str]:
    """Return the message's bytes for this server, and the parameters of MAIL."""
    content, said, offered = payload.content, list(payload.mail_options), session.esmtp_features
    names = {option.partition("=")[0].upper() for option in said} if said else said
    if payload.utf8:
        if "smtputf8" not in offered:
            field = "recipients" if payload.sender.isascii() else "sender"
            raise InvalidEmail(
                "an address or header is not ASCII, and the server does not offer SMTPUTF8: use an ASCII address, and "
                "encoded words in headers",
                field=field,
            )
        if "SMTPUTF8" not in names:
            said.append("SMTPUTF8")
    if not content.isascii():
        # A server with SMTPUTF8 accepts 8-bit data (RFC 6531 section 3.1).
        if not ("8bitmime" in offered or payload.utf8):
            content = in_seven_bits(content, "the server does not offer 8BITMIME")
        elif "BODY" not in names:
            said.append("BODY=8BITMIME")
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    if "size" in offered:
        limit = offered["size"].strip()
        # Zero means unlimited (RFC 1870).
        if limit.isdecimal() and len(limit) < 19 and 0 < int(limit) < len(content):
            raise _too_large(len(content), limit)
        if "SIZE" not in names:
            said.insert(0, f"SIZE={len(content)}")
    return content, " ".join(["", *said]) if session.does_esmtp else ""


def _too_large(size: int, limit: str) -> InvalidEmail:
    return InvalidEmail(
        f"the email has {size} bytes, the server accepts {limit}: send smaller attachments, or links to them",
        field="message",
    )
