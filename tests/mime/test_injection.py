"""No way into a header: every field, every payload, also behind the models' back, seen on the final bytes."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from emailapi import Address, Attachment, Email, InvalidEmail
from emailapi.mime import envelope, postmark_headers, to_bytes
from emailapi.models.header import Header

EVIL = "Bcc: victim@evil.example"
PAYLOADS = {
    "CRLF": f"\r\n{EVIL}",
    "LF": f"\n{EVIL}",
    "CR": f"\r{EVIL}",
    "LF CR": f"\n\r{EVIL}",
    "fold": f"\r\n {EVIL}",
    "end of the header": f"\r\n\r\n{EVIL}",
    "NUL": f"\0{EVIL}",
    "colon": f"a: b, {EVIL}",
    "line separator": f"\u2028{EVIL}",
    "next line": f"\x85{EVIL}",
    "VT": f"\x0b{EVIL}",
    "FF": f"\x0c{EVIL}",
    "FS": f"\x1c{EVIL}",
    "address": ", victim@evil.example",
    "angles": "> <victim@evil.example>",
    "quotes": '" <victim@evil.example>, "',
    "backslash": '\\" <victim@evil.example>, "',
    "group": ": victim@evil.example;",
    "comment": "(x) victim@evil.example (y)",
    "word Q": "=?utf-8?q?=0D=0ABcc=3A_victim=40evil.example?=",
    "word B": "=?utf-8?b?DQpCY2M6IHZpY3RpbUBldmlsLmV4YW1wbGU=?=",
    "percent": "%0D%0ABcc:%20victim@evil.example",
    "parameter": '"; filename="evil.exe',
    "type": 'x"\r\nContent-Type: text/html',
    "long": "x" * 990 + f" {EVIL}",
    "surrogate": f"\udc0d\udc0a{EVIL}",
    "fullwidth": f"\uff0d\uff0a{EVIL}",
    "low byte": f"\u0a0d\u560d\u560a{EVIL}",
}
EMAIL = {"sender": "a@example.com", "to": "b@example.com", "text_body": "t", "html_body": "h"}
HOSTS = ["victim@", "@evil"]

WAYS = {
    "sender name": lambda text: {"sender": Address("a@example.com", text)},
    "sender": lambda text: {"sender": f"{text} <a@example.com>"},
    "sender address": lambda text: {"sender": Address(f"a{text}@example.com")},
    "sender domain": lambda text: {"sender": Address(f"a@example.com{text}")},
    "to name": lambda text: {"to": [Address("b@example.com", text)]},
    "to quoted": lambda text: {"to": [Address(f'"{text}"@example.com')]},
    "to domain": lambda text: {"to": [Address(f"b@example{text}.com")]},
    "cc name": lambda text: {"cc": (Address("c@example.com", text), Address("d@example.com", text))},
    "bcc name": lambda text: {"bcc": Address("c@example.com", text)},
    "reply_to name": lambda text: {"reply_to": Address("c@example.com", text)},
    "subject": lambda text: {"subject": text},
    "subject end": lambda text: {"subject": "x" * 60 + text},
    "header name": lambda text: {"headers": {f"X-A{text}": "v"}},
    "header name of a field": lambda text: {"headers": {f"Bcc{text}": "v"}},
    "header value": lambda text: {"headers": {"X-A": text}},
    "second header value": lambda text: {"headers": [("X-A", "v"), Header("X-B", f"v{text}")]},
    "Date": lambda text: {"headers": {"Date": text}},
    "Message-ID": lambda text: {"headers": {"Message-ID": f"<a{text}@b>"}},
    "List-Unsubscribe": lambda text: {"headers": {"List-Unsubscribe": f"<https://a{text}>"}},
    "Sender": lambda text: {"headers": {"Sender": f"{text} <a@example.com>"}},
    "file name": lambda text: {"html_body": None, "attachments": Attachment(name=f"a{text}", content=b"x")},
    "file type": lambda text: {"attachments": Attachment(name="a", content=b"x", content_type=f"a/b{text}")},
    "file parameter": lambda text: {"attachments": Attachment(name="a", content=b"x", content_type=f'a/b; c="{text}"')},
    "file id": lambda text: {"attachments": Attachment(name="a", content=b"x", content_id=f"i{text}")},
    "inline name": lambda text: {"attachments": Attachment(name=text, content=b"x", content_id="i")},
    "message": lambda text: {"attachments": {"name": "a.eml", "content": f"X: y{text}\n\n".encode("utf-8", "replace")}},
    "tag": lambda text: {"tag": text},
    "stream": lambda text: {"message_stream": text},
    "links": lambda text: {"track_links": text},
    "metadata name": lambda text: {"metadata": {f"k{text}": "v"}},
    "metadata value": lambda text: {"metadata": {"k": text}},
    "key": lambda text: {"idempotency_key": text[:80] if len(text) > 80 else text},
    "text body": lambda text: {"text_body": text},
    "html body": lambda text: {"html_body": text},
}  # fmt: skip
OWN = {"cc name": ["Cc"], "reply_to name": ["Reply-To"], "subject": ["Subject"], "subject end": ["Subject"]}
PLAIN = {
    "From", "To", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    "X-A", "X-B", "List-Unsubscribe", "Sender",
}  # fmt: skip


def written(way: str, text: str) -> tuple[Email, bytes] | InvalidEmail:
    try:
        email = Email(**{**EMAIL, **WAYS[way](text)})
        return email, to_bytes(email, headers=postmark_headers(email))
    except InvalidEmail as error:
        return error


@pytest.mark.exhaustive
@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
@pytest.mark.parametrize("way", WAYS)
def test_no_field_can_inject_a_header_recipient_or_part(read, way, payload):
    outcome = written(way, payload)
    if isinstance(outcome, InvalidEmail):
        assert outcome.field
        return
    email, data = outcome
    seen = read(data)
    allowed = PLAIN | set(OWN.get(way, ())) | {header.name for header in email.headers}
    assert {name for name in seen.names if not name.startswith("X-PM-")} <= allowed
    assert len(seen.names) == len({name.lower() for name in seen.names})
    assert not [name for part in seen.leaves for name, _ in part.items() if name.lower() in ("bcc", "x")]
    for header, count in (("From", 1), ("To", 1), ("Cc", 2), ("Reply-To", 1)):
        if header in seen.names:
            found = seen.addresses(header)
            assert len(found) == count
            # A reader may take a backslash away in a quoted local part: it is the same address.
            raw = seen.raw(header).replace("\\", "")
            assert all(mailbox.replace("\\", "") in raw for _, mailbox in found)
    sender, recipients = envelope(email)
    given = [address.email for address in (*email.to, *email.cc, *email.bcc)]
    assert all(address.isascii() for address in (sender, *recipients))
    assert len(recipients) == len(given)


CHANGES = {
    "subject": lambda email, text: object.__setattr__(email, "subject", text),
    "sender mailbox": lambda email, text: object.__setattr__(email.sender, "mailbox", f"a@example.com{text}"),
    "sender header": lambda email, text: object.__setattr__(email.sender, "header", f"A{text} <a@example.com>"),
    "to name": lambda email, text: object.__setattr__(email.to[0], "name", text),
    "to header": lambda email, text: object.__setattr__(email.to[0], "header", f"A{text} <b@example.com>"),
    "header name": lambda email, text: object.__setattr__(email.headers[0], "name", f"X{text}"),
    "header value": lambda email, text: object.__setattr__(email.headers[0], "value", text),
    "file name": lambda email, text: object.__setattr__(email.attachments[0], "name", text),
    "file type": lambda email, text: object.__setattr__(email.attachments[0], "content_type", f"a/b; c={text}"),
    "file id": lambda email, text: object.__setattr__(email.attachments[0], "content_id", text),
    "metadata": lambda email, text: email.metadata.update({"k": text}),
    "metadata name": lambda email, text: email.metadata.update({text: "v"}),
}


@pytest.mark.parametrize("payload", [f"\r\n{EVIL}", f"\n{EVIL}", f"\r{EVIL}", f"\0{EVIL}", f"\r\n {EVIL}"])
@pytest.mark.parametrize("change", CHANGES)
def test_values_changed_after_validation_cannot_inject_headers(change, payload):
    email = Email(
        **{**EMAIL, "sender": "A <a@example.com>", "to": "B <b@example.com>"},
        headers={"X-A": "v"},
        attachments=Attachment(name="a", content=b"x", content_id="i"),
    )
    CHANGES[change](email, payload)
    with pytest.raises(InvalidEmail):
        to_bytes(email, headers=postmark_headers(email))


@given(
    text=st.text(alphabet='a:,;<>@"\\()=?_ \tBc\r\n\0\x0b\x85\u2028é', max_size=60), way=st.sampled_from(sorted(WAYS))
)
def test_random_text_cannot_inject_a_header_recipient_or_part(read, text, way):
    test_no_field_can_inject_a_header_recipient_or_part(read, way, text)
