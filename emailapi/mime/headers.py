"""
The headers of an email, written and folded here: readers may see other recipients in headers that `email.policy` folds.

There are three kinds: addresses, free text (encoded unless it is plain ASCII), and structured values (ids, URLs), which
encoded words would break.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..errors import InvalidEmail
from ..models.address import Address, parse_addresses
from ..models.header import Header
from .encoding import LINE, LINE_LIMIT, PRINTABLE, TOKEN_LIMIT, encoded_words

# Headers with ids, URLs and keywords: machines read them, and do not decode encoded words.
STRUCTURED = frozenset(
    (
        "message-id in-reply-to references date received return-path dkim-signature arc-seal arc-message-signature "
        "arc-authentication-results authentication-results auto-submitted autocrypt resent-date resent-message-id "
        "list-unsubscribe list-unsubscribe-post list-subscribe list-help list-post list-owner list-archive"
    ).split()
)
# Headers with addresses.
ADDRESS_HEADERS = frozenset(
    (
        "from to cc bcc reply-to sender resent-from resent-sender resent-to resent-cc resent-bcc "
        "disposition-notification-to return-receipt-to errors-to mail-followup-to mail-reply-to"
    ).split()
)
# Signatures over the message as it was when it was signed.
_SIGNATURES = frozenset({"domainkey-signature", "x-pgp-sig"})
_BREAKS = re.compile("[\r\n\0]")
_ODD_SPACE = re.compile("^ | $|  |\t")
_OUTER_SPACE = re.compile("^[ \t]|[ \t]$")
_TOKEN = re.compile("[ \t]*[^ \t]+")


def is_signature(kind: str) -> bool:
    """Return whether a header, by its name in lower case, is a signature over the message, or a seal."""
    return kind in _SIGNATURES or kind.endswith("dkim-signature") or kind.startswith("arc-")


def check_line(text: str, what: str, field: str) -> None:
    """
    Check that a text has no character that ends a line.

    The models check it, too; this check protects the headers of an email that was changed after its creation.

    Raises:
        InvalidEmail: The text has a CR, LF or NUL.
    """
    if _BREAKS.search(text):
        raise InvalidEmail(f"{what} must not contain a line break or a NUL", field=field)


def fold(name: str, items: Iterable[list[str]]) -> str:
    """
    Return a header of items, each of tokens with a space before them; lines are broken between tokens only.

    An item stays on one line if possible.
    """
    lines: list[str] = []
    line = start = f"{name}:"
    for tokens in items:
        whole = " ".join(tokens)
        if len(line) + len(whole) < LINE:
            line += " " + whole
            continue
        if line != start:
            lines.append(line)
            line = ""
        for token in tokens:
            # The first line always has a token: some readers take a line with only a name for a header without text.
            if len(line) + len(token) >= LINE and line and (line != start or len(line) + len(token) >= LINE_LIMIT):
                lines.append(line)
                line = ""
            line += " " + token
    lines.append(line)
    return "\r\n".join(lines) + "\r\n"


def write_addresses(name: str, group: Iterable[Address], field: str, *, utf8: bool = False) -> str:
    """
    Return a header of addresses: names quoted or in encoded words, mailboxes as they are, folded after commas.

    Raises:
        InvalidEmail: A mailbox needs SMTPUTF8 and `utf8` is not set, or readers would see another address; the field
            is `field`.
    """
    items = [_address_tokens(name, address, field, utf8) for address in group]
    for tokens in items[:-1]:
        tokens[-1] += ","
    return fold(name, items)


def check_mailbox(address: Address, field: str, utf8: bool) -> None:
    """
    Check that a mailbox can be written in a header.

    Raises:
        InvalidEmail: The mailbox needs SMTPUTF8 and `utf8` is not set, looks like an encoded word, or is longer than a
            line; the field is `field`.
    """
    mailbox = address.mailbox
    check_line(mailbox, field, field)
    if not (utf8 or mailbox.isascii()):
        raise InvalidEmail(
            f"{field}: {address.email!r} must have an ASCII local part unless the server offers SMTPUTF8",
            field=field,
        )
    if "=?" in mailbox:
        # Readers that decode before they parse would see another address.
        raise InvalidEmail(f"{field}: {address.email!r} must not look like an encoded word", field=field)
    if len(mailbox) > TOKEN_LIMIT // (1 if mailbox.isascii() else 4):
        raise InvalidEmail(f"{field}: an address of {len(mailbox)} characters is longer than a line", field=field)


def check_address(address: Address, field: str, utf8: bool) -> None:
    """
    Check that an address with its name can be written in a header.

    Raises:
        InvalidEmail: As `write_addresses`.
    """
    check_mailbox(address, field, utf8)
    if address.name:
        check_line(address.name, field, field)
        check_line(address.header, field, field)


def _address_tokens(header: str, address: Address, field: str, utf8: bool) -> list[str]:
    check_address(address, field, utf8)
    return mailbox_tokens(header, address.mailbox, address.name, address.header[: -len(address.mailbox) - 3])


def mailbox_tokens(header: str, mailbox: str, name: str | None, written: str) -> list[str]:
    """Return the tokens of an address for `fold`; `written` is the name as it is written if it is plain ASCII."""
    if not name:
        return [mailbox]
    if PRINTABLE.fullmatch(name) and "=?" not in name and not _ODD_SPACE.search(name):
        tokens = written.split(" ")
        if len(written) < LINE or max(map(len, tokens)) <= TOKEN_LIMIT:
            return [*tokens, f"<{mailbox}>"]
    return [*encoded_words(name, _first(header)), f"<{mailbox}>"]


def write_subject(subject: str) -> str:
    """Return the subject; with tabs, double or outer spaces it is encoded, because they may get lost in transit."""
    return _write_text("Subject", subject, bool(_ODD_SPACE.search(subject)))


def write_header(header: Header, *, utf8: bool = False) -> str:
    """
    Return one of the email's own headers.

    Raises:
        InvalidEmail: The header would reveal Bcc recipients, a structured value is not ASCII, or the header cannot be
            broken into lines; the field is "headers".
    """
    name = header.name
    if name.lower() == "resent-bcc":
        raise InvalidEmail(f"headers: {name} would reveal Bcc recipients: use bcc=", field="headers")
    return write_value(name, header.value, "headers", utf8=utf8)


def write_value(name: str, value: str, field: str, *, utf8: bool = False) -> str:
    """
    Return a header, written by the kind of its name: addresses, a structured value, or free text.

    Raises:
        InvalidEmail: The value cannot be written; the field is `field`.
    """
    kind = name.lower()
    check_line(name, "the name of a header", field)
    check_line(value, name, field)
    if len(name) > LINE:
        raise InvalidEmail(f"{field}: a name of {len(name)} characters is longer than a line", field=field)
    if kind in ADDRESS_HEADERS and not (PRINTABLE.fullmatch(value) and len(value) < TOKEN_LIMIT):
        return write_addresses(name, _parsed(name, value, field), field, utf8=utf8)
    if kind in STRUCTURED or kind in ADDRESS_HEADERS:
        return _write_structured(name, value, field)
    return _write_text(name, value, bool(_OUTER_SPACE.search(value)))


def _parsed(name: str, value: str, field: str) -> tuple[Address, ...]:
    try:
        return parse_addresses(value)
    except InvalidEmail as error:
        raise InvalidEmail(f"{field}: {name}: {error.message}", field=field) from None


def _write_structured(name: str, value: str, field: str) -> str:
    value = value.strip(" \t")
    if not PRINTABLE.fullmatch(value.replace("\t", " ")):
        raise InvalidEmail(f"{field}: {name} must be ASCII: write other characters of a URL as %XX", field=field)
    written = fold_text(name, value) or fold_text(name, value.replace(",", ", "))
    if not written:
        raise InvalidEmail(f"{field}: {name} is longer than a line, and has no spaces to break it at", field=field)
    return written


def fold_text(name: str, value: str) -> str:
    """Return the header with its spaces as given, broken before some of them; "" if a piece is longer than a line."""
    if len(name) + 2 + len(value) <= LINE:
        return f"{name}: {value}\r\n"
    lines: list[str] = []
    line = f"{name}: "
    for token in _TOKEN.findall(value):
        if len(token) > TOKEN_LIMIT:
            return ""
        # Break only at single spaces: some readers reduce the white space around a break to one space.
        if len(line) + len(token) > LINE and len(line) > len(name) + 2 and token[1:2] not in (" ", "\t", ""):
            lines.append(line)
            line = ""
        line += token
    lines.append(line)
    return "" if max(map(len, lines)) > LINE_LIMIT else "\r\n".join(lines) + "\r\n"


def _write_text(name: str, value: str, encode: bool) -> str:
    """Return a header of free text; words that are not plain are encoded, from the first to the last of them."""
    check_line(value, name, name.lower())
    if not encode and "=?" not in value and PRINTABLE.fullmatch(value.replace("\t", " ")):
        written = fold_text(name, value)
        if written:
            return written
        encode = True
    tokens = value.split(" ")
    bad = [place for place, token in enumerate(tokens) if "=?" in token or not PRINTABLE.fullmatch(token)]
    if encode or not bad or "" in tokens or max(map(len, tokens)) > TOKEN_LIMIT:
        return write_encoded(name, value)
    begin, end = bad[0], bad[-1] + 1
    words = encoded_words(" ".join(tokens[begin:end]), _first(name) if begin == 0 else 75)
    return fold(name, [[word] for word in (*tokens[:begin], *words, *tokens[end:])])


def write_encoded(name: str, value: str) -> str:
    """Return a header of any text in encoded words."""
    return fold(name, [[word] for word in encoded_words(value, _first(name))])


def _first(name: str) -> int:
    """Return the room for an encoded word on the first line."""
    return max(LINE - len(name) - 2, 24)
