"""Email addresses, and lists of them as users write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import attrs

from .._records import Part
from ..errors import InvalidEmail
from ..wire import is_lazy_text
from .text import conversion_hint, convert_display_text, convert_header_text, convert_text

# The two patterns without `re.compile` are compiled when an address is first written in an unusual form.
# RFC 5322 section 3.4.1, with any non-ASCII letter (RFC 6532). Unusual domains (`a_b.example`) are accepted.
_SPECIAL = r"""\s@"(),:;<>\[\]\\\x00-\x1f\x7f"""
_MAILBOX = rf"""(?x)
    (?: "(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*" | [^{_SPECIAL}]+ )
    @
    (?: \[[^\s\[\]\\\x00-\x1f\x7f]+\] | [^{_SPECIAL}.]+ (?:\.[^{_SPECIAL}.]+)* )
"""
_PLAIN = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
# `Name <address>` without quotes or encoded words, as most senders are written.
_NAMED_PLAIN = re.compile(rf"([A-Za-z0-9'_-]+(?: [A-Za-z0-9'_-]+)*) <({_PLAIN.pattern})>")
# A quote or bracket that is not closed runs to the end of the text: an error in any case, found in one pass.
_TOKEN = r"""(?xs)
    "(?:[^"\\]|\\.)*"? | \((?:[^()\\]|\\.)*\)? | <(?:"(?:[^"\\]|\\.)*"|[^<>"])*> | \[[^\[\]]*\] | [^"(<\[,:;\\]+ | .
"""
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_NEEDS_QUOTES = re.compile(r'[()<>\[\]:;@\\,."\x00-\x1f\x7f]|^\s|\s$|  ')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_FOLDED = re.compile("[ \t]+")
# RFC 5321 section 4.5.3.1 and RFC 1035 section 2.3.4, in octets.
LOCAL_PART_LIMIT = 64
DOMAIN_LIMIT = 253
LABEL_LIMIT = 63


def _encode_domain(email: str, field: str) -> str:
    """Return the address with its domain in ASCII (IDNA 2008); the local part stays as it is."""
    import idna

    local, _, domain = email.rpartition("@")
    if domain.isascii():
        return email
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError as error:
        raise InvalidEmail(f"{field}: {domain!r} is not a valid international domain: {error}", field=field) from None


def _check_lengths(mailbox: str) -> None:
    local, _, domain = mailbox.rpartition("@")
    labels = () if domain.startswith("[") else domain.split(".")
    for text, what, limit in (
        (local, "local part", LOCAL_PART_LIMIT),
        (domain, "domain", DOMAIN_LIMIT),
        *((label, "domain label", LABEL_LIMIT) for label in labels),
    ):
        length = len(text.encode())
        if length > limit:
            raise InvalidEmail(
                f"the {what} of {mailbox!r:.80} must have at most {limit} octets, got {length}", field="email"
            )


@attrs.frozen(repr=False)
class Address(Part):
    """
    An email address with an optional display name.

    `str(address)` is the text of a header, with the name in quotes where it needs them. The constructor raises
    `InvalidEmail` if the address has no valid syntax, or if the name contains a line break.

    Attributes:
        email: The address as given, for example `jane@bücher.example`. At most 64 octets before the `@`, 253 after it,
            and 63 between two dots.
        name: The display name as plain text, without quotes or encoding. An empty name becomes None.
        mailbox: The address as it is sent, with the domain in ASCII (IDNA 2008). Set by the constructor.
        header: Name and mailbox as they are written in a header. Set by the constructor.
    """

    email: str
    name: str | None = None
    mailbox: str = attrs.field(init=False, eq=False)
    header: str = attrs.field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Validate both parts, and compute once what every email to this address needs."""
        email = self.email
        if type(email) is not str:
            email = convert_text(email, "email")
            object.__setattr__(self, "email", email)
        mailbox = email
        if not _PLAIN.fullmatch(email):
            convert_header_text(email, "email")
            if not re.fullmatch(_MAILBOX, email):
                raise InvalidEmail(f"{email!r} is not a valid email address", field="email")
            mailbox = _encode_domain(email, "email")
        # A shorter mailbox has no part that is too long.
        if len(mailbox) > LABEL_LIMIT or not mailbox.isascii():
            _check_lengths(mailbox)
        object.__setattr__(self, "mailbox", mailbox)
        header = mailbox
        if self.name is not None:
            name = convert_display_text(self.name, "name")
            if name is not self.name or not name:
                object.__setattr__(self, "name", name or None)
            if _NEEDS_QUOTES.search(name):
                name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
            if name:
                header = f"{name} <{mailbox}>"
        object.__setattr__(self, "header", header)

    def __str__(self) -> str:
        """Return `header`."""
        return self.header

    def __repr__(self) -> str:
        """Return the expression that creates this address."""
        return f"Address({self.email!r})" if self.name is None else f"Address({self.email!r}, {self.name!r})"


# Set the fields of an immutable object.
_set_email, _set_name, _set_mailbox, _set_header = (
    vars(Address)[field].__set__ for field in ("email", "name", "mailbox", "header")
)


def _plain_address(email: str) -> Address:
    """Return the address of a text that `_PLAIN` matches and that has no part that is too long, without a check."""
    # A constructor's call and a second match cost as much as all else that is done for a recipient.
    address = object.__new__(Address)
    _set_email(address, email)
    _set_name(address, None)
    _set_mailbox(address, email)
    _set_header(address, email)
    return address


AddressLike = str | Address
Addresses = str | Address | Iterable[AddressLike] | None


def _split_items(text: str) -> Iterator[list[str]]:
    """
    Split the value of a header at its top-level commas, and each item into tokens.

    The items of a group (`Team: a@x, b@x;`) are its members.
    """
    tokens = re.findall(_TOKEN, text)
    grouped = ";" in tokens
    item: list[str] = []
    for token in tokens:
        if token in (",", ";"):
            yield item
            item = []
        elif token == ":" and grouped:
            item = []
        else:
            item.append(token)
    yield item


def _unquote(text: str) -> str:
    return _QUOTED.sub(lambda found: _ESCAPED.sub(r"\1", found[1]), text)


def _parse_item(tokens: list[str], decode: bool) -> Address | None:
    """Return the address that the tokens of an item spell: `Jane <j@x>`, `j@x`, or the obsolete form `j@x (Jane)`."""
    comments = [token for token in tokens if token[0] == "(" and token[-1] == ")"]
    rest = [token for token in tokens if token[0] != "(" or token[-1] != ")"]
    if not "".join(rest).strip():
        return None
    angle = next((token for token in rest if token[0] == "<" and token[-1] == ">" and len(token) > 1), None)
    if angle is None:
        name = _ESCAPED.sub(r"\1", comments[-1][1:-1]).strip() if comments else ""
        return _named_address("".join(rest).strip(), name, decode)
    before = "".join(rest[: rest.index(angle)])
    after = "".join(rest[rest.index(angle) + 1 :]).strip()
    if after:
        raise InvalidEmail(f"unexpected {after!r} after {angle!r}: separate addresses by commas", field="email")
    name = _unquote(before.strip()) if before.lstrip()[:1] == '"' else _unquote(_FOLDED.sub(" ", before.strip()))
    return _named_address(angle[1:-1].strip(), name, decode)


def _named_address(email: str, name: str, decode: bool) -> Address:
    if decode and "=?" in name:
        from .encoded_words import decode_words

        # The decoded name is validated by `Address`, like any other name.
        name = decode_words(name, "the name", "email")
    return Address(email, name or None)


def parse_addresses(text: str, *, decode: bool = True) -> tuple[Address, ...]:
    """
    Parse a list of addresses such as `"Doe, Jane" <jane@example.com>, sales@example.com`.

    Args:
        text: The list in the syntax of an email header, or as returned by `email.utils.formataddr`.
        decode: Whether to decode encoded words (RFC 2047) in names.

    Returns:
        The addresses in the order of the text; groups are replaced by their members.

    Raises:
        InvalidEmail: An item is not a valid address.
    """
    if _PLAIN.fullmatch(text):
        return (Address(text),)
    text = convert_header_text(text, "text")
    items, found = [*_split_items(text)], []
    for place, item in enumerate(items):
        try:
            address = _parse_item(item, decode)
        except InvalidEmail as error:
            raise InvalidEmail(error.message + _comma_hint(items[place:]), field="email") from None
        if address is not None:
            found.append(address)
    return tuple(found)


def _comma_hint(items: list[list[str]]) -> str:
    """Return what to do if a name with a comma was not quoted, as in `Doe, Jane <jane@example.com>`."""
    texts = ["".join(item).strip() for item in items]
    if "@" in texts[0]:
        return ""
    end = next((place for place, text in enumerate(texts) if "@" in text), 0)
    before, _, email = texts[end].rstrip(">").partition("<")
    if not email:
        return ""
    name = ", ".join([*texts[:end], before.strip()])
    return f": a name with a comma needs quotes, '\"{name}\" <{email}>', or use Address({email!r}, {name!r})"


def _pair_hint(value: object) -> str:
    """Return what to do with a pair of name and address, or a mapping of both."""
    if isinstance(value, Mapping):
        return ": use Address(email, name)"
    pair = value if isinstance(value, (tuple, list)) and len(value) == 2 else ()
    emails = [item for item in pair if isinstance(item, str) and "@" in item]
    names = [item for item in pair if isinstance(item, str) and "@" not in item]
    return f": use Address({emails[0]!r}, {names[0]!r})" if emails and names else ""


def parse_address_field(value: Addresses, field: str) -> tuple[Address, ...]:
    """
    Convert the value that a user gave for an address field.

    Args:
        value: A string with one or more addresses, an `Address`, a sequence of either, or None.
        field: The name of the field, for the error.

    Returns:
        The addresses in their order; an empty tuple for None.

    Raises:
        InvalidEmail: An item is not a valid address, or has the wrong type. The error names `field`.
    """
    # The usual forms first. A short text has no part that is too long.
    if type(value) is str and len(value) <= LABEL_LIMIT:
        if _PLAIN.fullmatch(value):
            return (_plain_address(value),)
        if named := _NAMED_PLAIN.fullmatch(value):
            return (Address(named[2], named[1]),)
    elif isinstance(value, Address):
        return (value,)
    if value is None or (type(value) is tuple and not value):
        return ()
    where = field
    try:
        if isinstance(value, str):
            return parse_addresses(value)
        if isinstance(value, Iterable) and not isinstance(value, (bytes, Mapping)) and not is_lazy_text(value):
            found: list[Address] = []
            for index, item in enumerate(value):
                where = f"{field}[{index}]"
                if not isinstance(item, (str, Address)):
                    hint = _pair_hint(item) or conversion_hint(item)
                    raise InvalidEmail(f"must be an address, got {type(item).__name__}{hint}", field=field)
                found += (item,) if isinstance(item, Address) else parse_addresses(item)
            return tuple(found)
    except InvalidEmail as error:
        raise InvalidEmail(f"{where}: {error.message}{_pair_hint(value)}", field=field) from None
    hint = _pair_hint(value) or conversion_hint(value)
    raise InvalidEmail(
        f"{field} must be an address or a list of addresses, got {type(value).__name__}{hint}", field=field
    )
