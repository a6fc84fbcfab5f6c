"""Rejections: whether a reply is about the email, a recipient or the connection, and which option helps."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...errors import RecipientResult, SMTPError
from .connection import Reply, Session

_RELAY = re.compile(r"\brelay", re.IGNORECASE)
# A limit of the connection. It has no reply code of its own, so that it is known by its words.
_SESSION_LIMIT = re.compile(
    r"\b(?:per|this|same|single|one|smtp) (?:session|connection)\b|\btoo many (?:messages|mails|emails|transactions)\b",
    re.IGNORECASE,
)
_TOO_MANY = re.compile(r"too many|recipients?\b.*\b(?:limit|maximum)", re.IGNORECASE)


def is_session_limit(reply: Reply) -> bool:
    """Return whether the server rejects for now, because of the emails that this connection has carried."""
    return 400 <= reply.code < 500 and _SESSION_LIMIT.search(reply.text) is not None


def has_too_many_recipients(reply: Reply) -> bool:
    """Return whether a transaction had too many recipients (RFC 5321 section 4.5.3.1.10)."""
    if reply.code not in (452, 552):
        return False
    if reply.enhanced_code is not None:
        return reply.enhanced_code.endswith(".5.3")
    return bool(_TOO_MANY.search(reply.text))


def rejection(session: Session, rejected: Sequence[RecipientResult]) -> SMTPError:
    """Return the error for an email of which no recipient was accepted."""
    # If one recipient may be accepted later, the email is worth a retry.
    first = next((result for result in rejected if result.temporary), rejected[0])
    what = "the recipient was rejected" if len(rejected) == 1 else "all recipients were rejected"
    return SMTPError(
        f"{what}: {first.message or 'no reason given'}{login_hint(session, first.code, first.message)}",
        code=first.code,
        enhanced_code=first.enhanced_code,
        recipients=rejected,
    )


def login_hint(session: Session, code: int | None, text: str) -> str:
    """Return the option that helps if a server requires a login or TLS, or `""`."""
    if code == 530 and not session.encrypted and "tls" in text.lower():
        return " (use tls='required' or tls='implicit')"
    if not session.logged_in and (code == 530 or _RELAY.search(text)):
        return " (pass username= and password= to log in)"
    return ""
