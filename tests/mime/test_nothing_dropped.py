"""A message that is rebuilt: each header and each parameter of a part is carried over, or rejected by name."""

from __future__ import annotations

from email import message_from_bytes

import pytest

from emailapi import InvalidEmail
from emailapi.mime import from_message, to_bytes

# The header fields of RFC 4021 and those registered since, each with a value that its syntax allows.
TEXT = (
    "Comments Keywords Encrypted Accept-Language PICS-Label Encoding List-ID Message-Context DL-Expansion-History "
    "Original-Encoded-Information-Types Generate-Delivery-Report Prevent-NonDelivery-Report Obsoletes Supersedes "
    "Delivery-Date Expiry-Date Expires Reply-By Importance Incomplete-Copy Priority Sensitivity Language "
    "Conversion Conversion-With-Loss Message-Type Autosubmitted Autoforwarded Discarded-X400-IPMS-Extensions "
    "Discarded-X400-MTS-Extensions Disclose-Recipients Deferred-Delivery Latest-Delivery-Time Original-Message-ID "
    "Originator-Return-Address X400-Content-Identifier X400-Content-Return X400-Content-Type X400-MTS-Identifier "
    "X400-Originator X400-Received X400-Recipients X400-Trace Disposition-Notification-Options "
    "Alternate-Recipient Archive Archived-At Apparently-To Auto-Submitted Autocrypt BIMI-Indicator BIMI-Location "
    "BIMI-Selector Downgraded-From Downgraded-Final-Recipient EDIINT-Features Eesst-Version Errors-To Form-Sub "
    "HP-Outer Injection-Date Injection-Info Jabber-ID MMHS-Primary-Precedence MMHS-Message-Type MT-Priority "
    "Organization Original-From Original-Recipient Original-Subject Received-SPF Require-Recipient-Valid-Since "
    "SIO-Label SIO-Label-History Solicitation TLS-Report-Domain TLS-Report-Submitter TLS-Required Topic "
    "Tracing-To User-Agent VBR-Info X-Archived-At X-Mailer X-Mittente X-Priority X-Ricevuta X-TipoRicevuta "
    "Thread-Index Thread-Topic Feedback-ID Return-Receipt-To Precedence X-Own"
).split()
VALUES = {
    **dict.fromkeys(TEXT, "x@example.com"),
    "Date": "Mon, 1 Jan 2024 00:00:00 +0000",
    "Message-ID": "<a@example.com>",
    "In-Reply-To": "<b@example.com>",
    "References": "<b@example.com> <c@example.com>",
    "Sender": "s@example.com",
    "Return-Path": "<s@example.com>",
    "Received": "from x by y; Mon, 1 Jan 2024 00:00:00 +0000",
    "Authentication-Results": "example.com; dkim=pass",
    "Disposition-Notification-To": "x@example.com",
    **{
        f"List-{name}": "<https://example.com/list>" for name in "Archive Help Owner Post Subscribe Unsubscribe".split()
    },
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}
FIELDS = {"From": "sender", "To": "to", "Cc": "cc", "Bcc": "bcc", "Reply-To": "reply_to", "Subject": "subject"}
REJECTED = {
    **{
        f"Resent-{name}": "x@example.com"
        for name in "Date From Sender To Cc Bcc Reply-To Message-ID Other".split()
    },
    **dict.fromkeys(
        "DKIM-Signature X-Google-DKIM-Signature DomainKey-Signature ARC-Seal ARC-Message-Signature "
        "ARC-Authentication-Results X-PGP-Sig".split(),
        "v=1; b=x",
    ),
    **dict.fromkeys(
        "Content-Description Content-Base Content-Location Content-Features Content-Language Content-Alternative "
        "Content-MD5 Content-Duration Content-Identifier Content-Return Content-Class Content-Length Content-Own "
        "Content-Translation-Type".split(),
        "x",
    ),
}  # fmt: skip
START = b"From: a@example.com\nTo: b@example.com\nSubject: s\n"


def message(name: str, value: str) -> bytes:
    kept = b"".join(line for line in START.splitlines(True) if not line.startswith(f"{name}:".encode()))
    return f"{name}: {value}\n".encode() + kept + b"\nHello\n"


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("form", [bytes, message_from_bytes])
def test_a_header_without_a_field_of_its_own_is_kept(name, form):
    email = from_message(form(message(name, VALUES[name])))
    assert [(header.name, header.value) for header in email.headers] == [(name, VALUES[name])]
    assert message_from_bytes(to_bytes(email)).get_all(name) == [VALUES[name]]


@pytest.mark.parametrize("name", FIELDS)
def test_a_header_with_a_field_of_its_own_becomes_the_field(name):
    email = from_message(message(name, "x@example.com"))
    found = getattr(email, FIELDS[name])
    assert str(found[0] if isinstance(found, tuple) else found) == "x@example.com"
    assert email.headers == ()


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", REJECTED)
@pytest.mark.parametrize("change", [str, str.lower, str.upper])
def test_a_header_that_an_email_cannot_express_is_rejected_with_the_remedy(name, change):
    for form in (bytes, message_from_bytes):
        with pytest.raises(InvalidEmail, match=f"(?i){name}") as caught:
            from_message(form(message(change(name), REJECTED[name])))
        assert "send_message" in str(caught.value)


@pytest.mark.parametrize("value", ["1.0", "1.0 (by a program (nested))", "(x) 1.0", "1 . 0"])
def test_mime_version_1_0_is_accepted(value):
    email = from_message(message("MIME-Version", value))
    assert email.headers == ()
    assert message_from_bytes(to_bytes(email))["MIME-Version"] == "1.0"


def test_another_version_of_mime_is_rejected():
    with pytest.raises(InvalidEmail, match="MIME-Version"):
        from_message(message("MIME-Version", "2.0"))


TEXT_PART = "Content-Type: text/plain\n\nHello\n"
FILE_PART = "Content-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment; filename=a.pdf\n\nx\n"


def mixed(*parts: str, more: str = "", kind: str = "mixed", header: str = "") -> bytes:
    body = "".join(f"--b\n{part}" for part in parts) + "--b--\n"
    return START + f"{header}Content-Type: multipart/{kind}; boundary=b{more}\n\n{body}".encode()


def in_text(line: str) -> bytes:
    return mixed(line + TEXT_PART, FILE_PART)


def in_file(line: str) -> bytes:
    return mixed(TEXT_PART, line + FILE_PART)


NAMES = [name for name in REJECTED if name.startswith("Content-")]


@pytest.mark.parametrize("name", [*NAMES, "Subject", "Message-ID", "X-Own"])
@pytest.mark.parametrize("place", [in_text, in_file])
def test_a_header_of_a_part_is_rejected_with_the_remedy(name, place):
    with pytest.raises(InvalidEmail, match=name) as caught:
        from_message(place(f"{name}: x\n"))
    assert "send_message" in str(caught.value)


@pytest.mark.parametrize("place", [in_text, in_file])
def test_redundant_headers_of_a_part_are_written_again(place):
    given = place("MIME-Version: 1.0\nX-Attachment-Id: i\nContent-ID: <i>\nContent-Transfer-Encoding: 7bit\n")
    email = from_message(given)
    assert email == from_message(mixed(TEXT_PART, FILE_PART))
    assert [file.content_id for file in email.attachments] == [None]


@pytest.mark.parametrize(
    "name", ["Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID", "content-type"]
)
def test_a_repeated_header_of_a_part_is_rejected(name):
    value = "text/plain" if name.lower() == "content-type" else "7bit"
    for given in (in_file(f"{name}: {value}\n{name}: {value}\n"), message(f"{name}: {value}\n{name}", value)):
        with pytest.raises(InvalidEmail, match=f"(?i){name} occurs twice"):
            from_message(given)


BODY_PARAMETERS = {
    "format": "format=flowed",
    "delsp": "format=fixed; delsp=yes",
    "reply-type": "reply-type=original",
    "markup": 'markup="x y"',
    "hp": "hp=clear",
    "protected-headers": "protected-headers=v1",
    "x": "x*=utf-8''%C3%A4",
}


@pytest.mark.parametrize("name", BODY_PARAMETERS)
def test_a_parameter_that_changes_how_a_body_is_shown_is_rejected(name):
    for kind in ("text/plain", "text/html"):
        part = f"Content-Type: {kind}; charset=utf-8; {BODY_PARAMETERS[name]}\n\nHello \nyou\n"
        for given in (START + part.encode(), mixed(part, FILE_PART)):
            with pytest.raises(InvalidEmail, match=f"Content-Type: .* parameter {name}=") as caught:
                from_message(given)
            assert "send_message" in str(caught.value)


def test_redundant_parameters_are_written_again():
    part = "Content-Type: text/plain; charset=iso-8859-1; format=Fixed; DelSp=No;\nContent-Disposition: inline\n\nHi\n"
    assert from_message(START + part.encode()).text_body == "Hi\n"


@pytest.mark.parametrize("name", ["start-info", "differences", "report-type", "hp"])
@pytest.mark.parametrize("kind", ["mixed", "related", "alternative"])
def test_a_parameter_of_a_multipart_is_rejected(name, kind):
    with pytest.raises(InvalidEmail, match=f"Content-Type: .* parameter {name}="):
        from_message(mixed(TEXT_PART, more=f"; {name}=x", kind=kind))


def test_derived_parameters_of_a_multipart_are_written_again():
    more = '; type="text/plain"; start="<s>"; charset=utf-8'
    given = mixed(FILE_PART.replace("\n", "\nContent-ID: <f>\n", 1), "Content-ID: <s>\n" + TEXT_PART, more=more,
                  kind="related", header="Content-Disposition: inline\n")  # fmt: skip
    email = from_message(given)
    assert (email.text_body, email.attachments[0].content_id) == ("Hello", "f")


@pytest.mark.parametrize(
    "parameter", ["size=7", "creation-date=x", "modification-date=x", "read-date=x", "preview-type=photo", "handling=x"]
)
def test_a_parameter_of_a_disposition_is_rejected(parameter):
    disposition = f"attachment; filename=a.pdf; {parameter}"
    with pytest.raises(InvalidEmail, match=f"Content-Disposition: .* parameter {parameter.partition('=')[0]}="):
        from_message(mixed(TEXT_PART, FILE_PART.replace("attachment; filename=a.pdf", disposition)))


@pytest.mark.parametrize("kind", ["form-data; name=x", "render", "x-own"])
def test_a_disposition_that_is_neither_inline_nor_attachment_is_rejected(kind):
    for given in (
        in_text(f"Content-Disposition: {kind}\n"),
        mixed(TEXT_PART, FILE_PART.replace("attachment", kind)),
        mixed(TEXT_PART, header=f"Content-Disposition: {kind}\n"),
    ):
        with pytest.raises(InvalidEmail, match="Content-Disposition"):
            from_message(given)


def test_the_parameters_of_the_content_type_of_a_file_are_kept():
    given = mixed(
        TEXT_PART, FILE_PART.replace("; name=", '; Version="1;\\"2"; e=; x*=utf-8\'\'%C3%A4; boundary=c; name=')
    )
    (file,) = from_message(given).attachments
    assert file.content_type == 'application/pdf; version="1;\\"2"; e=""; boundary="c"; x="ä"'
    assert from_message(to_bytes(from_message(given))).attachments == (file,)


@pytest.mark.parametrize("name", ['filename="résumé.pdf"', "filename=r.pdf; filename*=utf-8''r%C3%A9sum%C3%A9.pdf"])
def test_a_file_name_of_raw_utf8_or_in_two_forms_is_read(name):
    given = mixed(TEXT_PART, FILE_PART.replace("filename=a.pdf", name))
    for form in (given, message_from_bytes(given)):
        assert from_message(form).attachments[0].name == "résumé.pdf"


@pytest.mark.parametrize("name", [b'filename="r\xe9sum\xe9.pdf"', b"filename*=utf-8''r%E9.pdf", b"filename*=x-no''r"])
def test_a_file_name_of_broken_bytes_is_rejected(name):
    given = mixed(TEXT_PART, FILE_PART).replace(b"filename=a.pdf", name)
    for form in (given, message_from_bytes(given)):
        with pytest.raises(InvalidEmail):
            from_message(form)


@pytest.mark.parametrize("reference", ["cid:logo@x", "CID:logo@x", "cid:logo%40x", "Cid:logo&#64;x"])
def test_a_file_that_html_shows_keeps_its_id_however_the_reference_is_written(reference):
    html = f"Content-Type: text/html\n\n<img src='{reference}'>\n"
    image = "Content-Type: image/png\nContent-ID: <logo@x>\n\nx\n"
    assert from_message(mixed(html, image)).attachments[0].content_id == "logo@x"
    assert from_message(mixed(html, image.replace("<logo", "<log"))).attachments[0].content_id is None


def test_html_that_refers_to_a_part_that_is_not_a_file_is_rejected():
    html = "Content-Type: text/html\n\n<iframe src='cid:text'>\n"
    with pytest.raises(InvalidEmail, match="Content-ID"):
        from_message(mixed("Content-ID: <text>\n" + TEXT_PART, html, kind="alternative"))


@pytest.mark.parametrize("line", ["Subject : x", "Cc : c@example.com", "Bcc\t: c@example.com", "no header"])
def test_a_line_that_hides_the_headers_after_it_is_rejected(line):
    given = f"From: a@example.com\nTo: b@example.com\n{line}\nCc: d@example.com\n\nHello\n".encode()
    with pytest.raises(InvalidEmail) as caught:
        from_message(given)
    assert caught.value.field == "headers"
    if ":" in line:
        with pytest.raises(InvalidEmail) as caught:
            from_message(message_from_bytes(given))
        assert caught.value.field == "headers"


def test_headers_added_to_a_parsed_text_leave_it_the_body():
    given = message_from_bytes(b"Hello, you\n")
    given["From"], given["To"] = "a@example.com", "b@example.com"
    assert from_message(given).text_body == "Hello, you\n"
