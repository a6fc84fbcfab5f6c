"""The text of a reply, without the message that it quotes."""

from __future__ import annotations

import time

import pytest

from emailapi.sandbox.reply_text import stripped

REPLIES = {
    "Gmail": "Yes, please.\n\nOn Mon, 3 March 2025 at 10:12, Ada <ada@example.com> wrote:\n\n> Coming?\n",
    "a broken line": "Yes, please.\n\nOn Monday, 3 March 2025 at 10:12, Ada Lovelace\n<ada@example.com> wrote:\n> Hi\n",
    "Outlook": "Yes, please.\n\n________________________________\nFrom: Ada <ada@example.com>\nSent: today\n\nHi\n",
    "Outlook, older": "Yes, please.\n\n-----Original Message-----\nFrom: Ada\n\nHi\n",
    "headers alone": "Yes, please.\n\nFrom: Ada <a@example.com>\nSent: Monday\nTo: Dana\nSubject: Hi\n\nHi\n",
    "bold headers": "Yes, please.\n\n*From:* Ada <a@example.com>\n*Date:* Monday\n*To:* Dana\n\nHi\n",
    "Apple Mail": "Yes, please.\n\nBegin forwarded message:\n\n> Hi\n",
    "marks alone": "Yes, please.\n\n> Coming?\n> Really?\n",
    "a signature": "Yes, please.\n\n-- \nDana\n\nOn Mon, 3 March 2025 at 10:12, Ada <ada@example.com> wrote:\n> Hi\n",
    "a phone": "Yes, please.\n\nSent from my iPhone\n\nOn Mar 3, 2025, at 10:12, Ada <ada@example.com> wrote:\n> Hi\n",
}


@pytest.mark.parametrize("name", REPLIES)
def test_quoted_text_is_omitted(name):
    assert stripped(REPLIES[name]) == "Yes, please."


def test_text_between_quoted_lines_is_kept():
    text = "> Coming?\n\nYes.\n\n> When?\n\nAt 10.\n\nOn Mon, 3 March 2025, Ada wrote:\n> x\n"
    assert stripped(text) == "> Coming?\n\nYes.\n\n> When?\n\nAt 10."


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        "A new message, which quotes nothing.",
        "From: here on, it is easy.\n",
        "On 3 March I wrote:\nnothing.\n",
        "a > b\n",
    ],
)
def test_a_text_without_quotes_has_no_reply_text(text):
    assert stripped(text) == ""


@pytest.mark.costly
@pytest.mark.parametrize("line", [">", "On 1", "-" * 40, "From: x", "_", "> ", "Sent from my x"])
def test_parsing_takes_linear_time(line):
    def seconds(count: int) -> float:
        started = time.thread_time()
        stripped("\n".join([line] * count) + "\nx")
        return time.thread_time() - started

    small, large = min(seconds(1_000) for _ in range(3)), seconds(16_000)
    assert large < 100 * max(small, 0.002), (small, large)
