"""MAIL, RCPT, DATA: one email over one connection, and what the server said of each recipient."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from operator import attrgetter

import attrs

from ...errors import DeliveryUnknown, EmailAPIError, InvalidEmail, RecipientResult, SMTPError
from ...models.outbound import SendResult
from ..ready_message import in_seven_bits
from .connection import FAREWELL, Broken, Reply, Session
from .payload import Parcel

_RELAY = re.compile(r"\brelay", re.IGNORECASE)
# Postfix, Exim, Exchange, Haraka, Sendmail, qmail, Gmail, Amazon SES: each has its own sentence, and no standard one.
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
    )
)
# A limit of the connection, in words, as no code stands for it alone.
_SESSION_LIMIT = re.compile(
    r"\b(?:per|this|same|single|one|smtp) (?:session|connection)\b|\btoo many (?:messages|mails|emails|transactions)\b",
    re.IGNORECASE,
)
_TOO_MANY = re.compile(r"too many|recipients?\b.*\b(?:limit|maximum)", re.IGNORECASE)
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
        replies: What the server said to each end of data.
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
            via="smtp",
            idempotency_key=self.parcel.key,
            recipients=tuple(map(self.fates.__getitem__, self.parcel.recipients)),
        )

    def unknown(self, why: str) -> DeliveryUnknown:
        """Return the error for an email that the server may have taken."""
        return DeliveryUnknown(
            f"{why}, after the whole mail had been sent; it may have been accepted",
            idempotency_key=self.parcel.carried,
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
        raise answer.refusal("the server refused the sender", hint=_login_hint(session, answer))


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
        is_about_session = reply.code >= 400 and _names_session(reply)
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


def _is_full(session: Session, reply: Reply) -> bool:
    """Return whether a rejection may be about the connection: for now, and after emails that it has carried."""
    if reply.code < 500 and session.messages:
        session.in_doubt, session.full = False, True
    return session.full


def _names_session(reply: Reply) -> bool:
    """Return whether the server says no for now, and because of what this connection has carried."""
    return 400 <= reply.code < 500 and _SESSION_LIMIT.search(reply.text) is not None


def _wants_fewer(reply: Reply) -> bool:
    """Return whether a recipient was one too many for one transaction (RFC 5321 section 4.5.3.1.10)."""
    if reply.code not in (452, 552):
        return False
    if reply.enhanced_code is not None:
        return reply.enhanced_code.endswith(".5.3")
    return bool(_TOO_MANY.search(reply.text))


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
        if (_wants_fewer(reply) or _names_session(reply)) and (taken or (session.messages and reply.code < 500))
    ]
    progress.settle({name: reply for name, reply in refused_now.items() if reply not in later})
    if taken:
        return taken
    if later:
        session.full = True
        return taken
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
