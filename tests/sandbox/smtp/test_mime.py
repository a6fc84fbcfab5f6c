"""Messages of all kinds are taken apart."""

from __future__ import annotations

import contextlib

import pytest

from emailapi.sandbox.smtp.mime import Unreadable, read_headers, read_message

from ...growth import assert_linear


def _multipart(kind: str, *parts: str) -> bytes:
    text = "".join(f"--b\r\n{part}\r\n" for part in parts)
    return f"Content-Type: multipart/{kind}; boundary=b\r\n\r\n{text}--b--\r\n".encode()


def _nested(depth: int) -> bytes:
    message = "Content-Type: text/plain\r\n\r\nx"
    for level in range(depth):
        message = f"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n{message}\r\n--b{level}--"
    return message.encode()


TEXTS = {
    "no charset": (b"\r\nGr\xc3\xbc\xc3\x9fe", "Grüße"),
    "latin-1": (b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\xfc\xdfe", "Grüße"),
    "an unknown charset": (b"Content-Type: text/plain; charset=klingon\r\n\r\nGr\xc3\xbc\xc3\x9fe", "Grüße"),
    "bytes that are not of the charset": (b"Content-Type: text/plain; charset=ascii\r\n\r\n\xff", "�"),
    "a codec that is not a charset": (b"Content-Type: text/plain; charset=rot13\r\n\r\nhello", "hello"),
    "punycode": (b"Content-Type: text/plain; charset=punycode\r\n\r\nhello-", "hello-"),
    "quoted-printable": (b"Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=\r\n=C3=9Fe", "Grüße"),
    "base64": (b"Content-Transfer-Encoding: base64\r\n\r\nR3LDvMOfZQ==", "Grüße"),
    "broken base64": (b"Content-Transfer-Encoding: base64\r\n\r\nR3LDvMOfZQ=", "Grüße"),
    "an unknown encoding": (b"Content-Transfer-Encoding: x-rot\r\n\r\nhello", "hello"),
    "no header": (b"\r\nhello", "hello"),
    "line ends": (b"\r\na\r\nb\rc\nd", "a\nb\nc\nd"),
    "two texts": (_multipart("mixed", "\r\none", "Content-Type: image/png\r\n\r\nx", "\r\ntwo"), "one\ntwo"),
    "no closing boundary": (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none", "one"),
    "no boundary at all": (b"Content-Type: multipart/mixed\r\n\r\nhello", None),
    "nothing": (b"", ""),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_text_of_a_message(name):
    content, text = TEXTS[name]
    assert read_message(content).text_body == text


def test_files_keep_their_bytes_and_get_a_default_name():
    message = read_message(
        _multipart(
            "mixed",
            "Content-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\na text",
            "Content-Type: text/calendar; name=invite.ics\r\n\r\nBEGIN",
            "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nbody",
            "Content-Type: application/x-unheard\r\nContent-ID: <a@b>\r\n\r\n?",
            "Content-Type: image/png; name*=utf-8''gr%C3%BCn.png\r\n\r\n?",
            "Content-Type: image/png; name==?utf-8?q?gr=C3=BCn=2Epng?=\r\n\r\n?",
        )
    )
    assert [(file.name, file.content_id) for file in message.files] == [
        ("part-1.txt", ""),
        ("invite.ics", ""),
        ("part-3.eml", ""),
        ("part-4", "a@b"),
        ("grün.png", ""),
        ("grün.png", ""),
    ]
    assert [file.content for file in message.files][:3] == [b"a text", b"BEGIN", b"Subject: inner\n\nbody"]
    assert (message.text_body, message.html_body) == (None, None)


def test_headers_are_unfolded_and_decoded():
    message = read_message(b"Subject: a\r\n  b\r\nX-A: gr\xc3\xbcn \xff\r\nX-B: =?utf-8?q?b=0Ad?=\r\n\r\n")
    assert message.values("subject") == ["a  b"]
    assert message.values("x-a") == ["grün �"]
    assert message.text("x-b") == "b d"


def test_an_encoded_word_that_cannot_be_decoded_is_unchanged():
    assert read_message(b"Subject: =?klingon?q?x?=\r\n\r\n").text("subject") == "=?klingon?q?x?="


@pytest.mark.parametrize(
    "content, text",
    [
        (b"X: " + b"x" * 256_001 + b"\r\n\r\nx", "256 kB"),
        (_nested(60), "more than 50 times"),
        (_nested(3_000), "more"),
        (_multipart("mixed", *["\r\nx"] * 1_001), "more than 1000 parts"),
        (b"Subject: x\r\n\r\n" + b"\n" * 5_000_001, "more lines and parts"),
    ],
    ids=["headers", "depth", "much depth", "parts", "lines"],
)
def test_the_error_of_a_message_beyond_a_limit_names_the_limit(content, text):
    with pytest.raises(Unreadable, match=text):
        read_message(content)
    assert len(read_headers(content)) <= 2


HOSTILE = {
    "boundaries": lambda size: b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n" * (size // 5),
    "brackets": lambda size: b"To: " + b"<" * size + b"\r\n\r\nx",
    "quotes": lambda size: b'To: "' + b'\\"' * (size // 2) + b"\r\n\r\nx",
    "parentheses": lambda size: b"From: " + b"(" * size + b"\r\n\r\nx",
    "encoded words": lambda size: b"Subject: " + b"=?" * (size // 2) + b"\r\n\r\nx",
    "parameters": lambda size: b"Content-Type: text/plain" + b"; a=b" * (size // 5) + b"\r\n\r\nx",
    "continuations": lambda size: b"Content-Type: text/plain; name" + b"*0" * (size // 2) + b"=x\r\n\r\nx",
    "spaces": lambda size: b"Subject:" + b" " * size + b"\r\n\r\nx",
    "folds": lambda size: b"Subject: x" + b"\r\n " * (size // 3) + b"\r\n\r\nx",
    "commas": lambda size: b"To: " + b"a@b.c," * (size // 6) + b"\r\n\r\nx",
    "dots": lambda size: b"From: " + b"a." * (size // 2) + b"@x\r\n\r\nx",
    "carriage returns": lambda size: b"Subject: x\r\n\r\n" + b"\r" * size,
    "uuencode": lambda size: b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n" + b"#\r\n" * (size // 3),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_parsing_a_hostile_message_takes_linear_time(name):
    from emailapi.sandbox.smtp.emails import read_email

    def read(size: int) -> None:
        with contextlib.suppress(Unreadable):
            read_email(read_message(HOSTILE[name](size)), "s@example.com", ["d@example.com"])

    assert_linear(read, 15_000)
