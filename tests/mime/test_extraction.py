"""The links and codes that tests and programs are shown of an email."""

from __future__ import annotations

import sys

import pytest

from emailapi.mime.codes import codes_of
from emailapi.mime.extraction import links_of, mailto_links_of, text_of_html
from emailapi.mime.html_tokens import Tag, tokens


@pytest.mark.parametrize(
    "html, links",
    [
        ("<a href='https://a.example/?a=1&amp;b=2'>x</a>", ["https://a.example/?a=1&b=2"]),
        ("<A HREF = https://a.example/ >x</A>", ["https://a.example/"]),
        ('<a class="x" data-x=\'"\' href=" https://a.example/ ">x', ["https://a.example/"]),
        ('<a href="https://a.example/1" href="https://a.example/2">x</a>', ["https://a.example/1"]),
        ('<a href="/relative">x</a>', ["/relative"]),
        ('<a href="#top">x</a><a href="">y</a><a>z</a><a name="n">n</a>', []),
        ('<a href="javascript:x()">x</a><a href="cid:logo">y</a><a href="data:,x">z</a>', []),
        ('<a href="tel:+1555">x</a>', ["tel:+1555"]),
        ('<!-- <a href="https://a.example/">x</a> --><p>', []),
        ('<style><a href="https://a.example/"></style><script>"<a href=https://b.example/>"</script>', []),
        ('<map><area href="https://a.example/" alt="x"></map>', ["https://a.example/"]),
        ('<a href="https://a.example/>unclosed', []),
        ('<a href="https://a.example/"', []),
        ('a < b <a href="https://a.example/">x</a>', ["https://a.example/"]),
        ('<![endif]--><?x?><a href="https://a.example/">x</a>', ["https://a.example/"]),
    ],
)
def test_links_are_the_anchors_of_html(html, links):
    assert [*links_of(html, None)] == links


@pytest.mark.parametrize(
    "text, links",
    [
        ("See https://a.example/x.", ["https://a.example/x"]),
        ("(https://a.example/a_(b))", ["https://a.example/a_(b)"]),
        ('<https://a.example/x> "https://b.example"', ["https://a.example/x", "https://b.example"]),
        ("'HTTP://c.example/?q=1'", ["HTTP://c.example/?q=1"]),
        ("https://a.example/x!?", ["https://a.example/x"]),
        ("https:// and xhttps://a.example", []),
        ("https://ü.example/ß\nnext", ["https://ü.example/ß"]),
    ],
)
def test_links_of_plain_text_end_before_punctuation(text, links):
    assert [*links_of(None, text)] == links


def test_links_are_unique_and_ordered_and_have_their_text():
    html = """<a href="https://a.example/2"><img src=x alt="Two"></a><a href="https://a.example/1">One &amp;
        <b>only</b></a><a href="https://a.example/2">again</a>"""
    links = links_of(html, "https://a.example/1 https://a.example/3")
    assert [(str(link), link.text) for link in links] == [
        ("https://a.example/2", "Two"),
        ("https://a.example/1", "One & only"),
        ("https://a.example/3", "https://a.example/3"),
    ]


@pytest.mark.parametrize(
    "last",
    [
        '<a href="https://a.example/unsubscribe?u=1">x</a>',
        '<a href="https://a.example/u">Unsubscribe</a>',
        '<a href="https://www.facebook.com/shop">x</a>',
        '<a href="https://x.com/shop">x</a>',
        '<a href="https://click.mail.example/1">x</a>',
    ],
)
def test_unsubscribe_tracking_and_social_links_are_last(last):
    links = links_of(f'{last}<a href="https://a.example/">x</a><a href="https://netflix.com/">y</a>', None)
    assert [*links[:2]] == ["https://a.example/", "https://netflix.com/"]
    assert len(links) == 3


def test_mailto_links_are_separate():
    html, text = '<a href="mailto:a@example.com?subject=x&amp;body=y">x</a>', "mailto:b@example.com."
    assert links_of(html, text) == ()
    assert [*mailto_links_of(html, text)] == ["mailto:a@example.com?subject=x&body=y", "mailto:b@example.com"]


@pytest.mark.parametrize(
    "text, codes",
    [
        ("Your code is 482913.", ["482913"]),
        ("Your verification code:\n\n    482 913\n\nShop 2024", ["482 913"]),
        ("482913 is your code", ["482913"]),
        ("G-482913 is your verification code", ["482913"]),
        ("PIN: 0042", ["0042"]),
        ("otp 12345678", ["12345678"]),
        ("Your code: ABCD-1234", ["ABCD-1234"]),
        ("Use the code XK7-29P-QQ1", ["XK7-29P-QQ1"]),
        ("Enter the code BCDF-GHJK", ["BCDF-GHJK"]),
        ("login code 7F3K9Q", ["7F3K9Q"]),
        ("Dein Bestätigungscode lautet 1234", ["1234"]),
        ("Kode: 4821", ["4821"]),
        ("Su código es 998877", ["998877"]),
        ("Votre code de vérification : 998877", ["998877"]),
        ("验证码：123456，请勿泄露", ["123456"]),
        ("認証コード 123456", ["123456"]),
        ("Backup codes: 1111, 2222-3333 or 4444.", ["1111", "2222-3333", "4444"]),
    ],
)
def test_a_code_is_a_number_near_a_word_such_as_code(text, codes):
    assert [*codes_of(None, text)] == codes
    assert [*codes_of(f"<p>{text}</p>", None)] == codes


@pytest.mark.parametrize(
    "text",
    [
        "482913",
        "Your code is below. " + "x " * 60 + "482913",
        "The code was new in 2024",
        "Password reset: your total is $1234, 1234 EUR, EUR 1234, 1234 €, 12,345.00",
        "No code? Call 5551234, tel. 5551234, +15551234, +1 555 123 4567",
        "code for order #482913, order 482913, order no. 482913, invoice: 482913",
        "zip code 90210, promo code 7F3K9Q, postcode 1234, error code 5000",
        "password: https://a.example/482913 or a482913@example.com",
        "code 123, 123456789",
        "The code of CONDUCT",
        "code from 12:3000 on 2024-05-06",
        "Ref 12345678. Your code is in the app.",
    ],
)
def test_other_numbers_and_words_are_not_codes(text):
    assert codes_of(None, text) == ()


def test_codes_are_unique_and_ordered_by_likelihood():
    text = "A code was asked for from terminal 7777 today. Your code is 482913. Again: code 482913"
    assert codes_of(None, text)[0] == "482913"
    assert codes_of(None, "code 1234, code 1234") == ("1234",)


def test_a_code_may_be_only_in_the_html():
    assert codes_of("<p>Your code is <b>482913</b></p>", "Open the HTML version") == ("482913",)


def test_html_is_read_as_a_reader_sees_it():
    html = (
        "<title>T</title><style>a{}</style><h1>Hi &lt;Ada&gt;</h1>one<br>two <b>th</b>ree<table><tr><td>a<td>b</table>"
    )
    assert text_of_html(html) == "Hi <Ada>\none\ntwo three\na\nb"


@pytest.mark.parametrize(
    "piece",
    [
        *("<a ", "<a href='", "<a href=x>", "<a b== ", "<a\n/", "<!--", "<![x", "<style>", "<title>", "</", "x<", "&"),
        *(
            " \n",
            "1234-",
            "AB1-",
            "1234 code ",
            "code ",
            "order 1234 ",
            "http://",
            "https://x.example/)",
            "https://x/...",
        ),
    ],
)
def test_extraction_takes_linear_time(piece):
    """Twice the input takes about twice as many lines of Python, and never four times as many."""

    def steps(size):
        text, count = piece * size, 0

        def trace(frame, event, _):
            nonlocal count
            count += 1
            return trace

        previous = sys.gettrace()
        sys.settrace(trace)
        try:
            links_of(text, text)
            codes_of(text, None)
        finally:
            sys.settrace(previous)
        return count

    assert steps(400) < 3 * steps(200) + 2000


@pytest.mark.parametrize(
    "html, names",
    [
        ('<p a=\xa0"><b>', ["p", "b"]),
        ("<a\x0bb></a>", ["a\x0bb", "a"]),
        ("<bloc\u212aquote></DIV>", ["bloc\u212aquote", "div"]),
        ("<style>a</style\x0b></STYLE>", ["style", "style"]),
    ],
)
def test_only_html_white_space_and_ascii_letters_count(html, names):
    """A browser takes neither a no-break space for white space, nor the Kelvin sign for a K."""
    assert [token.name for token in tokens(html) if isinstance(token, Tag)] == names
