"""The parts of a mail, and how they stand in each other (RFC 2045, 2046, 2183, 2387)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import InvalidEmail
from ..models.attachment import Attachment
from ..models.email import Email
from .bodies import encode_bytes, encode_text
from .folding import TOKEN_LIMIT, check_line, with_parameters
from .nested import nested_message

# A part: its headers, and the pieces of its body.
Part = tuple[str, list[bytes]]

_PARAMETER = re.compile(r';\s*([A-Za-z0-9!#$&^_.+*-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;"]+)\s*')
_ESCAPED = re.compile(r"\\(.)")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_. -]{1,40}")


def content(email: Email, token: str) -> Part:
    """
    Return the whole content of a mail: no wrapper that it can do without, and no empty twin of a body.

    `token` stands in no part, and makes the boundaries.

    Raises:
        InvalidEmail: Naming "attachments": one cannot travel as what it says it is.
    """
    inline: list[Part] = []
    files: list[Part] = []
    for place, attachment in enumerate(email.attachments):
        # What no HTML shows would be lost as an inline part.
        shown = attachment.content_id is not None and email.html_body is not None
        (inline if shown else files).append(_file(attachment, place, shown))
    bodies: list[Part] = []
    if email.text_body is not None:
        bodies.append(_text("plain", email.text_body))
    if email.html_body is not None:
        html = _text("html", email.html_body)
        bodies.append(_multipart("related", token, [html, *inline], '; type="text/html"') if inline else html)
    whole = bodies[0] if len(bodies) == 1 else _multipart("alternative", token, bodies)
    return _multipart("mixed", token, [whole, *files]) if files else whole


def check_parts(email: Email) -> None:
    """
    Check, without encoding a body or a file, that the content of an email can be written.

    Raises:
        InvalidEmail: Naming "attachments", as `content`.
    """
    for place, attachment in enumerate(email.attachments):
        _file(attachment, place, shown=False, encode=False)


def _text(subtype: str, body: str) -> Part:
    encoding, data = encode_text(body)
    return (
        f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n",
        [data],
    )


def _multipart(subtype: str, token: str, parts: Sequence[Part], parameters: str = "") -> Part:
    # "=_" stands in neither quoted-printable nor base64 (RFC 2045 section 6.7).
    boundary = f"=_{subtype[0]}_{token}"
    pieces: list[bytes] = []
    for header, body in parts:
        pieces += (f"--{boundary}\r\n{header}\r\n".encode("ascii"), *body, b"\r\n")
    pieces.append(f"--{boundary}--\r\n".encode("ascii"))
    return f'Content-Type: multipart/{subtype}{parameters};\r\n boundary="{boundary}"\r\n', pieces


def _file(attachment: Attachment, place: int, shown: bool, *, encode: bool = True) -> Part:
    name = attachment.name
    where = f"attachments[{place}] ({name!r})"
    check_line(name, f"{where}: its name", "attachments")
    kind, parameters = content_type(attachment.content_type, where)
    encoding, data = _transfer(kind, attachment.content, where, encode)
    disposition = "inline" if shown else "attachment"
    header = (
        with_parameters("Content-Type", kind, parameters)
        + f"Content-Transfer-Encoding: {encoding}\r\n"
        + with_parameters("Content-Disposition", disposition, [("filename", name)])
    )
    content_id = attachment.content_id
    if content_id is not None:
        check_line(content_id, f"{where}: its content_id", "attachments")
        if len(content_id) > TOKEN_LIMIT:
            raise InvalidEmail(f"{where}: its content_id is longer than a line", field="attachments")
        header += f"Content-ID: <{content_id}>\r\n"
    return header, [data]


def _transfer(kind: str, data: bytes, where: str, encode: bool) -> tuple[str, bytes]:
    major, _, minor = kind.lower().partition("/")
    if major == "multipart":
        raise InvalidEmail(f"{where}: a file cannot be of type {kind}", field="attachments")
    if major == "message" and not minor.startswith("global"):
        return "7bit", nested_message(data, where, whole=minor in ("rfc822", "news"))
    return "base64", encode_bytes(data) if encode else b""


def content_type(text: str, where: str) -> tuple[str, list[tuple[str, str]]]:
    """
    Return a MIME type as an attachment has it, and its parameters.

    Raises:
        InvalidEmail: Naming "attachments": what stands behind the type are no parameters.
    """
    check_line(text, f"{where}: its content_type", "attachments")
    kind, _, rest = text.partition(";")
    rest = _ + rest.rstrip()
    parameters = []
    at = 0
    while at < len(rest):
        found = _PARAMETER.match(rest, at)
        if found is None:
            if rest[at:].strip("; \t"):
                raise InvalidEmail(
                    f"{where}: content_type {text!r} has parameters that cannot be read", field="attachments"
                )
            break
        name, value = found.groups()
        parameters.append((name, _ESCAPED.sub(r"\1", value[1:-1]) if value[0] == '"' else value))
        at = found.end()
    return kind.strip(), parameters
