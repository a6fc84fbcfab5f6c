"""
The codes of an email, as of a verification: for tests, and for programs that show emails.

All `codes` and `code` of the package follow these rules. Each function takes time in proportion to its input. This
module is imported when codes are first looked for: compiling its expressions takes a fiftieth of a sandbox's start.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from .extraction import HTML, text_of_html

# The words that codes stand near, also at the end of other words, as in "Bestätigungscode".
_WORD = re.compile(
    r"(?:codes?|kode|koden|kod|kód|koodi|código|codigo|codice|код|κωδικός|passcode|password|passwort|"
    r"verification|verify|authentication|vérification|bestätigung)(?![A-Za-z])|"
    r"(?<![A-Za-z])(?:pin|otp|tan|2fa|mot de passe)(?![A-Za-z])|"
    r"验证码|驗證碼|校验码|認証コード|確認コード|コード|인증번호|인증\s?코드|رمز",
    re.IGNORECASE,
)
# What makes another thing of a code.
_OTHER_CODE = re.compile(
    r"(?:zip|post|postal|promo|promotion|discount|coupon|voucher|gift|gutschein|rabatt|referral|error|status|country|"
    r"area|source|dress|bar|qr|product|tracking|store|booking)[\s-]?$",
    re.IGNORECASE,
)
_CANDIDATE = re.compile(
    r"(?<![A-Za-z0-9_#$€£¥₹+%&=?@/.,:\-])(?<!\d )"
    r"(?:[A-Za-z]-(?=\d))?"
    r"((?:[A-Z0-9]{3,4}-){1,3}[A-Z0-9]{3,4}|\d{3,4} \d{3,4}|[A-Z0-9]{4,8})"
    r"(?![A-Za-z0-9_@%/\-]|[.,:]\d|\s?[€£¥₹$]| \d)"
)
_NUMBER_OF = re.compile(
    r"(?:order|invoice|receipt|ticket|case|reference|ref|booking|customer|account|transaction|shipment|parcel|tracking|"
    r"number|no|nr|id|phone|call|tel|fax|mobile|sms|text|ending in|ends in|©|\(c\)|copyright|bestellung|rechnung|"
    r"auftrag|kunde|kundennummer|bestellnummer|rechnungsnummer|commande|facture|pedido|factura|"
    r"usd|eur|gbp|chf|total|amount|price)[.:]?\s*(?:number|no|nr|id|is|us|at)?[.:]?\s*\W?$",
    re.IGNORECASE,
)
_CURRENCY_BEHIND = re.compile(r"\s?(?:usd|eur|euro|euros|gbp|chf|dollars|kr|zł)(?![A-Za-z])", re.IGNORECASE)
_YEAR = re.compile("(?:19|20)[0-9]{2}")
_SENTENCE_END = re.compile(r"[.!?]\s|\n\s*\n")
# How many characters may stand between a code and its word.
_NEAR = 80


def codes_of(html: HTML | None, text: str | None) -> tuple[str, ...]:
    """
    Return the codes of an email, as of a verification: the likeliest first, each once.

    A code has 4 to 8 digits, or letters and digits in capitals, or is groups of three or four of them, and stands near
    a word such as "code", "PIN" or "OTP". Years, prices, phone numbers and numbers of orders are left out.
    """
    source = text if text and text.strip() else text_of_html(html or "")
    found = _codes(source)
    if not found and html and source is text:
        found = _codes(text_of_html(html))
    return tuple(dict.fromkeys(found))


def _codes(text: str) -> list[str]:
    # Most emails have nothing that looks like a code; the words take longer to look for.
    candidates = [found for found in _CANDIDATE.finditer(text) if _is_code(text, found)]
    if not candidates:
        return []
    words = [found.span() for found in _WORD.finditer(text) if not _OTHER_CODE.search(_before(text, found.start(), 20))]
    if not words:
        return []
    ranked: list[tuple[int, int, str]] = []
    last_end = -1
    for found in candidates:
        distance = _distance(text, words, *found.span(1), last_end)
        if distance is not None:
            ranked.append((distance, found.start(), found[1]))
        last_end = found.end()
    return [code for _, _, code in sorted(ranked)]


def _is_code(text: str, found: re.Match[str]) -> bool:
    code = found[1]
    digits = sum(map(str.isdigit, code))
    letters = sum(map(str.isalpha, code))
    if not digits and ("-" not in code or letters < 6):
        return False  # a word in capitals
    if not letters and not 4 <= digits <= 8:
        return False  # a phone number, or the number of a card
    if _YEAR.fullmatch(code) or _CURRENCY_BEHIND.match(text, found.end()):
        return False
    return not _NUMBER_OF.search(_before(text, found.start(), 40))


def _before(text: str, at: int, count: int) -> str:
    return text[max(0, at - count) : at]


def _distance(text: str, words: list[tuple[int, int]], start: int, end: int, last_end: int) -> int | None:
    """Return how far a candidate is from the nearest word that it may belong to; None where there is none."""
    best: int | None = None
    place = bisect_left(words, (start, start))
    for word_start, word_end in words[max(0, place - 1) : place + 1]:
        behind = word_end <= start
        first, last = (word_end, start) if behind else (end, word_start)
        gap = last - first
        if not 0 <= gap <= _NEAR:
            continue
        if _SENTENCE_END.search(text, first, last) and (not behind or last_end > word_end):
            continue
        # "Your code is 1234" is the usual order.
        gap = gap if behind else gap + _NEAR // 4
        best = gap if best is None else min(best, gap)
    return best
