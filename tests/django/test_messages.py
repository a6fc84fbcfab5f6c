"""Reading a Django message: each of its fields becomes one of the email's, or is rejected by name."""

from __future__ import annotations

import uuid
import warnings
from datetime import date
from decimal import Decimal

import django
import pytest
from django.core.mail import EmailMultiAlternatives, mail_admins, send_mail
from django.utils.functional import lazystr
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy, override

from emailapi import InvalidEmail, TrackLinks, django as ours


def message(subject="Hi", body="Hello", **fields) -> EmailMultiAlternatives:
    return EmailMultiAlternatives(subject, body, **{"to": ["ada@example.com"], **fields})


@pytest.fixture
def read(outbox):
    """Give `read(message)`: the email that is sent for it."""

    def read(message, **options):
        sent = outbox(**options)
        assert message.send() == 1
        (email,) = sent
        return email

    return read


@pytest.fixture
def rejected(outbox):
    """Give `rejected(message, text)`: it is rejected with this text, and nothing is sent."""

    def rejected(message, text: str) -> None:
        sent = outbox()
        with pytest.raises(InvalidEmail, match=text):
            message.send()
        assert sent == []

    return rejected


def addresses(group) -> list[str]:
    return [address.header for address in group]


# Addresses and headers


def test_the_sender_is_from_email(read):
    assert read(message(from_email="Shop <a@example.com>")).sender.header == "Shop <a@example.com>"


def test_a_from_header_in_any_case_takes_precedence(read):
    for name in ("From", "from", "FROM"):
        assert (
            read(message(from_email="a@example.com", headers={name: "b@example.com"})).sender.email == "b@example.com"
        )


def test_the_default_sender_is_that_of_django(read):
    one = message()
    one.from_email = ""
    assert read(one).sender.email == "shop@example.com"


def test_all_recipients_keep_their_field_and_order(read):
    email = read(message(to=["b@x.org", "A <a@x.org>"], cc=["c@x.org"], bcc=["d@x.org"], reply_to=["e@x.org"]))
    assert addresses(email.to) == ["b@x.org", "A <a@x.org>"]
    assert addresses(email.cc + email.bcc + email.reply_to) == ["c@x.org", "d@x.org", "e@x.org"]


def test_one_string_may_have_several_addresses(read):
    assert addresses(read(message(to=["a@x.org, b@x.org"])).to) == ["a@x.org", "b@x.org"]


def test_lazy_addresses_are_evaluated(read):
    assert addresses(read(message(to=[lazystr("a@x.org")], from_email=lazystr("b@x.org"))).to) == ["a@x.org"]


def test_a_reply_to_header_in_any_case_is_the_field(read):
    assert addresses(read(message(headers={"reply-to": "r@x.org"})).reply_to) == ["r@x.org"]


def test_other_headers_are_sent(read):
    email = read(message(headers={"X-Order": 7, "List-Unsubscribe": lazystr("<https://x.org>")}))
    assert {header.name: header.value for header in email.headers} == {
        "X-Order": "7",
        "List-Unsubscribe": "<https://x.org>",
    }


@pytest.mark.parametrize("name", ["To", "to", "Cc", "CC"])
def test_a_recipient_header_that_differs_from_the_recipients_is_rejected_by_name(rejected, name):
    rejected(message(headers={name: "list@x.org"}), f"header {name.title()} shows other recipients")


def test_a_recipient_header_equal_to_the_recipients_is_omitted(read):
    email = read(message(headers={"To": "Ada <ADA@example.com>"}))
    assert (addresses(email.to), email.headers) == (["ada@example.com"], ())


def test_a_bcc_header_is_rejected(rejected):
    rejected(message(headers={"Bcc": "b@x.org"}), "Bcc")


def test_a_line_break_in_a_subject_is_rejected(rejected):
    rejected(message("Hi\nBcc: b@x.org"), "line feed")


# Bodies


def test_a_message_without_alternatives_has_only_a_text_body(read):
    email = read(message())
    assert (email.subject, email.text_body, email.html_body) == ("Hi", "Hello", None)


def test_an_html_message_has_html_only(read):
    one = message(body="<b>Hi</b>")
    one.content_subtype = "html"
    email = read(one)
    assert (email.text_body, email.html_body) == (None, "<b>Hi</b>")


def test_another_subtype_is_rejected(rejected):
    one = message()
    one.content_subtype = "markdown"
    rejected(one, "content_subtype.*'markdown'")


def test_an_html_alternative_is_the_html_body(read):
    one = message()
    one.attach_alternative("<b>Hi</b>", "text/html")
    email = read(one)
    assert (email.text_body, email.html_body) == ("Hello", "<b>Hi</b>")


def test_alternatives_may_be_plain_pairs(read):
    one = message()
    one.alternatives = [("<b>Hi</b>", "text/html")]
    assert read(one).html_body == "<b>Hi</b>"


def test_an_empty_body_with_an_html_alternative_is_omitted(read):
    one = message(body="")
    one.attach_alternative("<b>Hi</b>", "text/html")
    assert read(one).text_body is None


@pytest.mark.parametrize("kind", ["text/html", "text/x-amp-html", "text/calendar"])
def test_a_further_alternative_is_rejected_by_name(rejected, kind):
    one = message()
    one.attach_alternative("<b>Hi</b>", "text/html")
    one.attach_alternative("second", kind)
    rejected(one, rf"alternatives\[1\]: .*got {kind}; attach it, or send by SMTP")


def test_lazy_texts_are_evaluated_in_the_language_active_when_sending(read):
    with override("de"):
        email = read(message(gettext_lazy("Yes"), gettext_lazy("No")))
    assert type(email.subject) is type(email.text_body) is str


def test_safe_strings_become_plain_strings(read):
    one = message(mark_safe("A & B"), SafeString("Hello"))
    one.tag = SafeString("t")
    one.metadata = {"a": SafeString("b")}
    email = read(one)
    assert {type(text) for text in (email.subject, email.text_body, email.tag, *email.metadata.values())} == {str}
    assert email.subject == "A & B"


def test_the_long_subject_of_an_error_report_is_truncated(outbox, setting):
    admins = ["root@example.com"] if django.VERSION >= (6, 0) else [("Root", "root@example.com")]
    setting(ADMINS=admins)
    sent = outbox()
    mail_admins("\N{PILE OF POO}" * 3000, "Hello")
    assert 1990 < len(sent[0].subject.encode("utf-16-le")) // 2 <= 2000
    assert sent[0].subject.endswith("...")


def test_another_long_subject_is_not_truncated(read):
    assert len(read(message("x" * 3000)).subject) == 3000


# Our attributes


def test_our_attributes_become_fields(read):
    one = message()
    one.tag, one.metadata, one.message_stream = "welcome", {"user": 7}, "broadcast"
    one.track_opens, one.track_links, one.idempotency_key = True, "HtmlOnly", "order-7"
    email = read(one)
    assert (email.tag, email.metadata, email.message_stream) == ("welcome", {"user": "7"}, "broadcast")
    assert (email.track_opens, email.track_links, email.idempotency_key) == (True, TrackLinks.HTML_ONLY, "order-7")


def test_metadata_of_other_types_becomes_text(read):
    key = uuid.uuid4()
    one = message()
    one.metadata = {
        "bool": True, "int": 7, "float": 0.5, "uuid": key, "decimal": Decimal("1.10"), "date": date(2026, 1, 2),
        "lazy": lazystr("x"), "none": None,
    }  # fmt: skip
    assert read(one).metadata == {
        "bool": "true", "int": "7", "float": "0.5", "uuid": str(key), "decimal": "1.10", "date": "2026-01-02",
        "lazy": "x",
    }  # fmt: skip


def test_our_message_classes_accept_the_attributes_as_arguments(read):
    one = ours.EmailMultiAlternatives(SafeString("Hi"), "Hello", to=["ada@example.com"], tag="t", metadata={"a": 1})
    email = read(one)
    assert (email.tag, email.metadata, type(email.subject)) == ("t", {"a": "1"}, str)
    assert read(ours.EmailMessage("Hi", "Hello", to=["ada@example.com"], tag="u")).tag == "u"


def test_defaults_apply_to_messages_without_their_own_value(read):
    defaults = {"tag": "default", "metadata": {"a": "1", "b": "2"}, "track_opens": True, "reply_to": "r@x.org"}
    email = read(message(), defaults=defaults)
    assert (email.tag, email.track_opens, addresses(email.reply_to)) == ("default", True, ["r@x.org"])
    one = message(reply_to=["own@x.org"])
    one.tag, one.metadata = "own", {"b": 3}
    email = read(one, defaults=defaults)
    assert (email.tag, email.metadata, addresses(email.reply_to)) == ("own", {"b": "3"}, ["own@x.org"])


# A class with a message() of its own


class Rewritten(EmailMultiAlternatives):
    """Writes its message itself, as classes for DKIM and MJML do."""

    def message(self, **options):
        made = super().message(**options)
        made["X-Rewritten"] = "yes"
        return made


def test_an_overridden_message_method_is_used_and_bcc_still_receives_the_email(read):
    one = Rewritten("Hi", "Hello", to=["ada@example.com"], bcc=["b@x.org"])
    one.tag = "t"
    email = read(one)
    assert "X-Rewritten" in {header.name for header in email.headers}
    assert (addresses(email.to), addresses(email.bcc), email.tag) == (["ada@example.com"], ["b@x.org"], "t")
    assert email.text_body.rstrip("\n") == "Hello"


def test_a_plain_message_has_no_date_and_message_id(read):
    assert read(message()).headers == ()


def test_no_deprecation_warning_of_django_is_raised(outbox):
    outbox()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert message().send() == 1
        assert send_mail("Hi", "Hello", None, ["ada@example.com"], html_message="<b>Hi</b>") == 1
