"""Replies of SMTP servers."""

from __future__ import annotations

import re
from typing import NamedTuple

from ...errors import RecipientResult, SMTPError

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:[ \t]+|$)")
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class Reply(NamedTuple):
    """
    One reply of a server.

    Attributes:
        code: The reply code, 200 to 599.
        text: The lines of the reply, joined by spaces, without enhanced code and control characters.
        enhanced_code: The enhanced status code (RFC 3463), such as `"2.0.0"`, or None.
    """

    code: int
    text: str
    enhanced_code: str | None = None

    @classmethod
    def read(cls, code: int, lines: bytes) -> Reply:
        """Parse a reply; some servers repeat the enhanced code in each line."""
        text = _CONTROLS.sub(" ", lines.decode("utf-8", "replace"))
        if "\n" not in text:
            found = _ENHANCED.match(text) if text[1:2] == "." else None
            return cls(code, text[found.end() :], found[1]) if found else cls(code, text)
        enhanced, texts = None, []
        for line in text.split("\n"):
            found = _ENHANCED.match(line)
            if found:
                enhanced = enhanced or found[1]
                line = line[found.end() :]
            texts.append(line.strip())
        return cls(code, " ".join(filter(None, texts)), enhanced)

    def __str__(self) -> str:
        """Return code and text, as error messages quote them."""
        return " ".join(filter(None, (str(self.code), self.enhanced_code, self.text)))

    def to_error(self, what: str, recipients: tuple[RecipientResult, ...] = (), hint: str = "") -> SMTPError:
        """Return the `SMTPError` of a rejection; `hint` names the option that helps."""
        return SMTPError(
            f"{what}: {self.text or 'no reason given'}{hint}",
            code=self.code,
            enhanced_code=self.enhanced_code,
            recipients=recipients,
        )
