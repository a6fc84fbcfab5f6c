"""Inbound emails as messages of the standard library."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import Any

from ..models.attachment import Attachment
from ..models.inbound import InboundAddress

# Other characters in a name make parsers end the header block.
_NAME = re.compile("[!-9;-~]+")
_LINE_END = re.compile(r"[\r\n]+[ \t]*")


class _SourcePolicy(policy.EmailPolicy):
    """Keeps headers unchanged. A header that the standard library fails to parse is a plain string."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        """Return the value of a header."""
        try:
            parsed: str = super().header_fetch_parse(name, value)
            return parsed
        except Exception:  # IndexError, AttributeError and others, depending on the version of Python
            return "".join(value.splitlines())

    def fold(self, name: str, value: str) -> str:
        """Return a header as a string, unchanged unless the program has set it."""
        if hasattr(value, "fold"):
            folded: str = super().fold(name, value)
            return folded
        return self.linesep.join([*f"{name}: {value}".splitlines(), ""])

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return a header as bytes, unchanged unless the program has set it."""
        return self.fold(name, value).encode("utf-8", "surrogateescape")


_SOURCE: Any = _SourcePolicy(utf8=True, linesep="\r\n")


def parse_source(source: str) -> EmailMessage:
    """Parse the source of a message."""
    # The service has decoded the source; a lone surrogate is a byte that it could not decode.
    return message_from_bytes(source.encode("utf-8", "surrogatepass"), EmailMessage, policy=_SOURCE)


def build_message(
    headers: Iterable[tuple[str, str | None]], text: str | None, html: str | None, files: Sequence[Attachment]
) -> EmailMessage:
    """
    Build a message from the parts of a payload.

    Args:
        headers: Names and values. The first value is used of headers that may occur once, such as From. Content
            headers are skipped, because the parts have their own.
        text: The plain text.
        html: The HTML.
        files: The files; those with a `content_id` are related parts of the HTML.
    """
    message = EmailMessage()
    for name, value in headers:
        kind = name.strip().lower()
        if not kind.startswith("content-") and kind != "mime-version":
            _set_header(message, name.strip(), value)
    if text or not html:
        message.set_content(_encodable(text or ""))
    inline = [file for file in files if html and file.content_id]
    if html:
        _add_html(message, _encodable(html), inline, alternative=bool(text))
    for file in files:
        if file not in inline:
            _add_file(message.add_attachment, file)
    return message


def address_list(group: Iterable[InboundAddress]) -> str:
    """Return the value of a header of addresses."""
    return ", ".join([_address(one) for one in group if one.email])


def _address(address: InboundAddress) -> str:
    if not address.name:
        return address.email
    quoted = address.name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address.email}>'


def _set_header(message: EmailMessage, name: str, value: str | None) -> None:
    if not value or not _NAME.fullmatch(name):
        return
    text = _LINE_END.sub(" ", _encodable(value))
    # Some headers, such as Message-ID, are written as they are, and cannot have other characters than ASCII.
    for candidate in (text, text.encode("ascii", "replace").decode("ascii")):
        # The parsers of the standard library raise various exceptions for odd values; a second From is a ValueError.
        with suppress(Exception):
            trial = EmailMessage()
            trial[name] = candidate
            bytes(trial)
            message[name] = candidate
            return


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _add_html(message: EmailMessage, html: str, inline: Iterable[Attachment], *, alternative: bool) -> None:
    part: Any = message
    if alternative:
        message.add_alternative(html, subtype="html")
        *_, part = message.iter_parts()
    else:
        message.set_content(html, subtype="html")
    for file in inline:
        _add_file(part.add_related, file, cid=f"<{file.content_id}>", disposition="inline")


def _add_file(add: Any, file: Attachment, **options: Any) -> None:
    described = Message()
    described["Content-Type"] = file.content_type
    kind, *parameters = described.get_params() or [("application/octet-stream", "")]
    main, _, sub = kind[0].partition("/")
    if kind[0] == "message/rfc822":
        add(message_from_bytes(file.content, EmailMessage, policy=policy.default), filename=file.name, **options)
        return
    if main in ("multipart", "message"):
        main, sub, parameters = "application", "octet-stream", []
    add(file.content, main, sub, filename=file.name, params=dict(parameters), **options)
