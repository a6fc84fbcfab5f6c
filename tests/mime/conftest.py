"""Final bytes, read back by two parsers that share no code: the standard library's and fast-mail-parser's (Rust)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import collapse_rfc2231_value, getaddresses

import attrs
import fast_mail_parser
import pytest

FIELD = re.compile(rb"[!-9;-~]+:(?: |\r\n )")


def unfold(value: str) -> str:
    return re.sub(r"\r\n(?=[ \t])", "", value)


def decode(value: str) -> str:
    return str(make_header(decode_header(unfold(value))))


@attrs.define
class File:
    """A part that is not a body."""

    name: str | None
    kind: str
    content: bytes
    disposition: str | None
    content_id: str | None


class Seen:
    """A message, as its readers see it."""

    def __init__(self, data: bytes):
        self.data = data
        self.message = message_from_bytes(data)
        self.header = data.partition(b"\r\n\r\n")[0] + b"\r\n"
        self.names = [name for name, _ in self.message.items()]
        self.leaves = list(leaves(self.message))

    def __getitem__(self, name: str) -> str:
        return decode(self.raw(name))

    def raw(self, name: str) -> str:
        (value,) = self.message.get_all(name)
        return unfold(value)

    def addresses(self, name: str) -> list[tuple[str, str]]:
        return [(decode(shown), mailbox) for shown, mailbox in getaddresses([self.raw(name)])]

    @property
    def shape(self) -> str:
        """The structure, as in `mixed(alternative(plain, html), pdf)`."""
        return shape(self.message)

    def body(self, subtype: str) -> str:
        (part,) = [part for part in self.leaves if part.get_content_type() == f"text/{subtype}" and not named(part)]
        return part.get_payload(decode=True).decode(part.get_content_charset()).replace("\r\n", "\n")

    @property
    def files(self) -> list[File]:
        return list(files(self.message))


def named(part: Message) -> bool:
    return part["Content-Disposition"] is not None


def leaves(part: Message) -> Iterator[Message]:
    if part.get_content_maintype() != "multipart":
        yield part
    else:
        for child in part.get_payload():
            yield from leaves(child)


def shape(part: Message) -> str:
    name = part.get_content_subtype()
    if part.get_content_maintype() == "multipart":
        return f"{name}({', '.join(map(shape, part.get_payload()))})"
    return name


def nested_bytes(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except HeaderParseError:  # the library writes no header with a line break of Unicode, such as a vertical tab
        return b""


def files(part: Message) -> Iterator[File]:
    if named(part):
        inner = part.get_payload()
        content = nested_bytes(inner[0]) if isinstance(inner, list) else part.get_payload(decode=True)
        kind = part.get_content_type()
        # `get_filename` takes outer spaces away.
        name = part.get_param("filename", header="Content-Disposition")
        yield File(
            collapse_rfc2231_value(name) if name else None,
            kind,
            content,
            part.get_content_disposition(),
            part["Content-ID"],
        )
    elif part.is_multipart():
        for child in part.get_payload():
            yield from files(child)


def check_lines(data: bytes) -> None:
    """Check that a message is ASCII lines of at most 998 characters that end in CRLF."""
    assert data.isascii()
    assert b"\0" not in data
    assert data.count(b"\r") == data.count(b"\n") == data.count(b"\r\n")
    assert max(map(len, data.split(b"\r\n"))) <= 998


def check_header(seen: Seen) -> None:
    """Every line of the header is a field or goes one on, and both parsers find as many as were written."""
    lines = seen.header.split(b"\r\n")[:-1]
    fields = [line for line in lines if line[:1] not in (b" ", b"\t")]
    assert all(re.match(rb"[!-9;-~]+:", line) for line in fields)
    assert all(line.strip() for line in lines)
    assert len(fields) == len(seen.names)


def check_second(seen: Seen) -> None:
    """The other parser reads the same."""
    other = fast_mail_parser.parse_email(seen.data)
    assert set(other.headers) == set(seen.names)
    bodies = [leaf for leaf in seen.leaves if not named(leaf)]
    for kind, found in (("text/plain", other.text_plain), ("text/html", other.text_html)):
        expected = [
            leaf.get_payload(decode=True).decode(leaf.get_content_charset())
            for leaf in bodies
            if leaf.get_content_type() == kind
        ]
        assert found[: len(expected)] == expected
    if "Subject" in seen.names:
        assert other.subject == seen["Subject"]
    files = [file for file in other.attachments if not file.mimetype.startswith("message/")]
    expected = [file for file in seen.files if not file.kind.startswith("message/")]
    assert [file.content for file in files] == [file.content for file in expected]
    for file, again in zip(seen.files, other.attachments, strict=True):
        # It ends a quoted string at a semicolon, knows no backslash in one, and takes outer spaces away.
        if not {";", '"'} & set(file.name or ""):
            assert (again.filename or "").strip() == (file.name or "").strip()


@pytest.fixture(scope="session")
def read() -> Callable[[bytes], Seen]:
    """Give `read(data)`: what left, once it was found to be well-formed and read alike by both parsers."""

    def read(data: bytes) -> Seen:
        check_lines(data)
        seen = Seen(data)
        check_header(seen)
        check_second(seen)
        return seen

    return read


@pytest.fixture(scope="session")
def new_email() -> Callable[..., object]:
    """Give `new_email(**fields)`: a whole email with some other fields."""
    from emailapi import Email

    def new_email(**fields: object) -> Email:
        return Email(**{"sender": "a@example.com", "to": "b@example.com", "text_body": "Hello", **fields})

    return new_email
