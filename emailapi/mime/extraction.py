"""
The links and the codes of an email: for tests, and for programs that show emails.

All `links`, `link`, `codes` and `code` of the package follow these rules. Each function takes
time in proportion to its input.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from typing import Any, Self

from .html_tokens import Tag, Text, tokens

# HTML, or its tokens, for which it is read once only.
HTML = str | Sequence[Tag | Text]

_BLOCKS = frozenset(
    "address article aside blockquote br caption center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section table tbody td tfoot th thead tr ul".split()
)
_SPACES = re.compile(r"[^\S\n]+")
_ANY_SPACE = re.compile(r"\s+")
_LINES = re.compile(r" ?\n[ \n]*")
_URL = re.compile(r"(?<![A-Za-z0-9])(?:https?://|mailto:)[^\s<>\"'`{}|\\^]+", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_CLOSING = {")": "(", "]": "["}
# How far back the opening bracket of a link is looked for.
_BRACKETS_WITHIN = 256
# What a reader rarely came for.
_LAST = re.compile(
    r"unsubscribe|opt-?out|email-?preferences|manage-?subscription|abmelden|abbestellen|desabonn|cancelar-suscripcion|"
    r"//(?:[a-z0-9-]+\.)*(?:facebook|twitter|x|instagram|linkedin|youtube|tiktok|pinterest)\.com(?![a-z0-9.-])|"
    r"//(?:track|click|open|trk)[a-z0-9-]*\.|utm_medium=social",
    re.IGNORECASE,
)


class Link(str):
    """
    A link of an email: its target, as a `str`.

    Attributes:
        text: The words of the link, on which a reader clicks; the target itself in plain text.
    """

    __slots__ = ("text",)
    text: str

    def __new__(cls, target: str, text: str) -> Self:
        """Take the target and what is clicked on."""
        link = super().__new__(cls, target)
        link.text = text
        return link

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the text in copies."""
        return type(self), (str(self), self.text)


def links_of(html: HTML | None, text: str | None) -> tuple[Link, ...]:
    """
    Return the links of an email, each target once: those of the HTML in their order, then those only in the text.

    Links to unsubscribe, to tracking hosts and to social networks stand behind the others. Addresses (`mailto:`) are
    `mailto_links_of`; images (`cid:`), anchors within the page and scripts are left out.
    """
    return all_links_of(html, text)[0]


def mailto_links_of(html: str | None, text: str | None) -> tuple[Link, ...]:
    """Return the `mailto:` links of an email, each target once, in their order."""
    return all_links_of(html, text)[1]


def all_links_of(html: HTML | None, text: str | None) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    """Return the links of an email as `links_of`, and those as `mailto_links_of`."""
    found: dict[str, Link] = {}
    for link in (*_anchors(html or ""), *_written(text or "")):
        found.setdefault(str(link), link)
    links = [link for link in found.values() if not link.lower().startswith("mailto:")]
    links.sort(key=lambda link: bool(_LAST.search(link) or _LAST.search(link.text)))
    return tuple(links), tuple([link for link in found.values() if link.lower().startswith("mailto:")])


def _tokens(html: HTML) -> Iterable[Tag | Text]:
    return tokens(html) if isinstance(html, str) else html


def _anchors(html: HTML) -> Iterator[Link]:
    target, pieces = "", [""]
    for token in _tokens(html):
        if not isinstance(token, Tag):
            if not token.raw:
                pieces.append(token.text)
            continue
        if token.name == "img" and target:
            pieces.append(f" {token.attributes.get('alt', '')} ")
        if token.name not in ("a", "area"):
            continue
        if target:
            yield Link(target, " ".join(unescape("".join(pieces)).split()))
        address = "" if token.closing else unescape(token.attributes.get("href", "")).strip()
        target, pieces = (address if _is_link(address) else ""), [""]
        if token.name == "area" and target:
            yield Link(target, unescape(token.attributes.get("alt", "")))
            target = ""
    if target:
        yield Link(target, " ".join(unescape("".join(pieces)).split()))


def _is_link(address: str) -> bool:
    scheme = _SCHEME.match(address)
    if scheme is None:
        return address[:1] not in ("", "#")
    return scheme[0].lower() not in ("cid:", "data:", "javascript:", "vbscript:")


def _written(text: str) -> Iterator[Link]:
    for start, end in places_of_links(text):
        yield Link(text[start:end], text[start:end])


def places_of_links(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each link starts and ends in plain text, without the punctuation behind it."""
    for found in _URL.finditer(text):
        target, end = found[0], len(found[0])
        while end and (target[end - 1] in ".,;:!?*_" or _opens_outside(target, end)):
            end -= 1
        if not target[:end].endswith(("//", ":")):
            yield found.start(), found.start() + end


def _opens_outside(target: str, end: int) -> bool:
    """Return whether the last character closes a bracket that stands before the link."""
    opening = _CLOSING.get(target[end - 1])
    start = max(0, end - _BRACKETS_WITHIN)
    return opening is not None and target.count(target[end - 1], start, end) > target.count(opening, start, end)


def text_of_html(html: HTML) -> str:
    """Return what a reader of HTML sees, a line for each block."""
    pieces: list[str] = []
    for token in _tokens(html):
        if isinstance(token, Tag):
            if token.name in _BLOCKS:
                pieces.append("\n")
        elif not token.raw:
            pieces.append(_ANY_SPACE.sub(" ", token.text))
    return _LINES.sub("\n", _SPACES.sub(" ", unescape("".join(pieces)))).strip()


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
