"""Names of attachments, and the types that their extensions stand for."""

from __future__ import annotations

import mimetypes

import pytest

from emailapi import Attachment, InvalidEmail
from emailapi.models import content_types

# By the registry of media types, as email programs expect them.
USUAL = """
    docx application/vnd.openxmlformats-officedocument.wordprocessingml.document
    xlsx application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
    pptx application/vnd.openxmlformats-officedocument.presentationml.presentation
    doc application/msword
    xls application/vnd.ms-excel
    ppt application/vnd.ms-powerpoint
    odt application/vnd.oasis.opendocument.text
    rtf application/rtf
    epub application/epub+zip
    ics text/calendar
    vcf text/vcard
    csv text/csv
    md text/markdown
    html text/html
    json application/json
    xml application/xml
    yaml application/yaml
    eml message/rfc822
    p7s application/pkcs7-signature
    zip application/zip
    7z application/x-7z-compressed
    gz application/gzip
    tar application/x-tar
    jpg image/jpeg
    jpeg image/jpeg
    webp image/webp
    avif image/avif
    svg image/svg+xml
    heic image/heic
    tiff image/tiff
    mp3 audio/mpeg
    m4a audio/mp4
    wav audio/wav
    mp4 video/mp4
    mov video/quicktime
    webm video/webm
    woff2 font/woff2
"""


@pytest.mark.parametrize("extension, kind", [line.split() for line in USUAL.strip().splitlines()])
def test_common_content_types_do_not_depend_on_the_machine(monkeypatch, extension, kind):
    """The system's own tables differ from machine to machine, and a slim container has none."""
    for table in ("knownfiles", "types_map", "common_types"):
        monkeypatch.setattr(mimetypes, table, type(getattr(mimetypes, table))())
    monkeypatch.setattr(mimetypes, "guess_type", lambda *_, **__: ("application/x-machine", None))
    assert Attachment(name=f"a.b.{extension.upper()}", content=b"").content_type == kind


def test_every_guessed_type_can_be_sent():
    """Each type of the table is one that an attachment may be given."""
    for extension, kind in content_types.TYPES.items():
        assert Attachment(name=f"a.{extension}", content=b"", content_type=kind).content_type == kind
        assert extension == extension.lower()
        assert kind == kind.lower()


@pytest.mark.parametrize(
    "given, kept",
    [
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\Users\\me\\a.pdf", "a.pdf"),
        ("..\\..\\a.pdf", "a.pdf"),
        ("a/b\\c.pdf", "c.pdf"),
        ("...a", "...a"),
        (" a .pdf ", " a .pdf "),
        ("zero\u200bwidth \u200f\u05d0.pdf", "zero\u200bwidth \u200f\u05d0.pdf"),
        ("family \U0001f468\u200d\U0001f469.png", "family \U0001f468\u200d\U0001f469.png"),
    ],
)
def test_from_path_uses_the_last_part_of_the_path_as_name(given, kept):
    """Where a file is kept is the recipient's to say; joiners and marks that scripts need are part of a name."""
    assert Attachment(name=given, content=b"").name == kept
    assert Attachment.from_base64(given, "").name == kept


@pytest.mark.parametrize("name", [".", "..", "...", "a/", "a\\", "../..", "/", " . ", "a/.."])
def test_a_path_without_a_file_name_is_rejected(name):
    with pytest.raises(InvalidEmail, match="must be a file name") as caught:
        Attachment(name=name, content=b"")
    assert caught.value.field == "name"


MISLEADING = [*range(0x01, 0x0A), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)]
MISLEADING += [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]


@pytest.mark.parametrize("code", MISLEADING, ids=hex)
def test_a_misleading_file_name_is_rejected(code):
    """`photo<U+202E>gpj.exe` is shown as photoexe.jpg; a control character is shown as nothing at all."""
    for name in (f"a{chr(code)}gpj.exe", f"{chr(code)}/a.txt"):
        with pytest.raises(InvalidEmail, match=f"U\\+{code:04X}") as caught:
            Attachment(name=name, content=b"")
        assert caught.value.field == "name"
        assert caught.value.message.isascii()
