"""What an SMTP server says: its code, its enhanced code, its text, and the queue id in it."""

from __future__ import annotations

import re
from typing import NamedTuple

from ...errors import SMTPError
from ...models.outbound import RecipientResult

FAREWELL = 421
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:[ \t]+|$)")
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


class Reply(NamedTuple):
    """
    One reply.

    Attributes:
        code: As in 250; 200 to 599.
        text: Its lines, joined by spaces, without the enhanced code.
        enhanced_code: As in `"2.0.0"` (RFC 3463), when it has one.
    """

    code: int
    text: str
    enhanced_code: str | None = None

    @classmethod
    def read(cls, code: int, lines: bytes) -> Reply:
        """Take a reply as smtplib gives it; servers repeat the enhanced code in each line."""
        enhanced, texts = None, []
        if b"\n" not in lines:
            text = lines.decode("utf-8", "replace")
            found = _ENHANCED.match(text) if text[1:2] == "." else None
            return cls(code, text[found.end() :], found[1]) if found else cls(code, text)
        for line in lines.decode("utf-8", "replace").split("\n"):
            found = _ENHANCED.match(line)
            if found:
                enhanced = enhanced or found[1]
                line = line[found.end() :]
            texts.append(line.strip())
        return cls(code, " ".join(filter(None, texts)), enhanced)

    @property
    def is_refusal(self) -> bool:
        """Whether it says no, for now or for good."""
        return self.code >= 400

    @property
    def is_farewell(self) -> bool:
        """Whether the server goes away."""
        return self.code == FAREWELL

    @property
    def is_temporary(self) -> bool:
        """Whether the server says no for now."""
        return 400 <= self.code < 500

    @property
    def is_session_limit(self) -> bool:
        """Whether the server says no for now, and because of what this connection has carried."""
        return self.is_temporary and _SESSION_LIMIT.search(self.text) is not None

    @property
    def wants_fewer(self) -> bool:
        """Whether this recipient was one too many for one transaction (RFC 5321 section 4.5.3.1.10)."""
        if self.code not in (452, 552):
            return False
        if self.enhanced_code is not None:
            return self.enhanced_code.endswith(".5.3")
        return bool(_TOO_MANY.search(self.text))

    def __str__(self) -> str:
        """Return code and text, as a sentence quotes them."""
        return " ".join(filter(None, (str(self.code), self.enhanced_code, self.text)))

    def queue_id(self) -> str:
        """Return the id under which the server keeps the mail; `""` when its reply names none."""
        for pattern in _QUEUE_IDS:
            found = pattern.search(self.text)
            if found:
                return found[1]
        return ""

    def about(self, recipient: str) -> RecipientResult:
        """Return this reply as what was said of a recipient."""
        return RecipientResult(
            email=recipient,
            accepted=not self.is_refusal,
            code=self.code,
            enhanced_code=self.enhanced_code,
            message=self.text,
        )

    def refusal(self, what: str, recipients: tuple[RecipientResult, ...] = (), hint: str = "") -> SMTPError:
        """Return the error that says what was refused, and the option that helps, if one does."""
        return SMTPError(
            f"{what}: {self.text or 'no reason given'}{hint}",
            code=self.code,
            enhanced_code=self.enhanced_code,
            recipients=recipients,
        )
