"""Address texts that are matched at once: the result is that of the parser and of the constructor."""

from __future__ import annotations

import random

import pytest

from emailapi.errors import InvalidEmail
from emailapi.models.address import Address, parse_address_field, parse_addresses

# Pieces of which addresses consist, and pieces that break them.
PIECES = (
    *("a", "jane", "Jane", "x" * 63, "x" * 64, "@", "@", "@", ".", ".", "example", "example.com", "a@b.example"),
    *(" ", " <", "<", ">", ",", ";", ":", '"', "\\", "(", ")", "[", "]", "=?utf-8?q?a?=", "'", "-", "_", "+", "!", "%"),
    *("\t", "\r\n", "\0", "\x7f", "\x85", "\u2028", "ü", "bücher.example", "\ud800", "١", "K"),
)
# Names, local parts and domains of which most texts are valid addresses.
NAMES = ("", "", "Jane", "Jane Doe", "O'Neil", "J. Doe", '"Doe, Jane"', "Jane  Doe", "Jürgen", "=?utf-8?q?a?=", "a@b")
LOCALS = ("jane", "o'neil+x", "a.b", ".a", "a..b", "x" * 64, "x" * 65, '"a b"', "jürgen", "")
DOMAINS = (
    "example.com",
    "a-b.example",
    "a_b",
    "x" * 63 + ".example",
    "x" * 64 + ".example",
    "bücher.example",
    "[::1]",
    "a.",
)
TEXTS = 4_000


def random_text(chance: random.Random) -> str:
    """Return a text of pieces in any order, or one that looks like an address."""
    if chance.random() < 0.5:
        return "".join(chance.choices(PIECES, k=chance.randint(1, 7)))
    name, email = chance.choice(NAMES), f"{chance.choice(LOCALS)}@{chance.choice(DOMAINS)}"
    return f"{name} <{email}>" if name else email


def outcome(parse, text):
    """Return everything that is known of the parsed addresses, or the message of the error."""
    try:
        found = parse(text)
    except InvalidEmail as error:
        return error.message.removeprefix("to: ")
    return [(one.email, one.name, one.mailbox, one.header, type(one.email)) for one in found]


def compare(count: int, seed: int) -> int:
    """Compare both ways for random texts; return the number of texts that are addresses."""
    chance, valid = random.Random(seed), 0
    for _ in range(count):
        text = random_text(chance)
        quick = outcome(lambda text: parse_address_field(text, "to"), text)
        # A space before a text changes nothing but that the text is parsed instead of matched.
        slow = outcome(lambda text: parse_addresses(f" {text}") if text.isprintable() else parse_addresses(text), text)
        assert quick == slow, repr(text)
        valid += not isinstance(quick, str)
    return valid


@pytest.mark.costly
def test_a_text_that_is_matched_gives_what_the_parser_gives():
    assert compare(TEXTS, seed=7) > TEXTS / 20


@pytest.mark.parametrize("text", ["jane@example.com", "Jane Doe <jane@example.com>", "o'neil+x@a-b.example"])
def test_a_matched_address_equals_one_that_was_constructed(text):
    (found,) = parse_address_field(text, "to")
    built = Address(found.email, found.name)
    assert found == built
    assert (hash(found), repr(found), str(found)) == (hash(built), repr(built), str(built))
    assert (found.mailbox, found.header) == (built.mailbox, built.header)
    with pytest.raises(AttributeError):
        found.email = "other@example.com"


@pytest.mark.parametrize("text", [f"{'x' * 65}@e.example", f"jane@{'x' * 64}.example", f"Jane <{'x' * 65}@e.example>"])
def test_a_part_that_is_too_long_is_rejected(text):
    with pytest.raises(InvalidEmail, match="must have at most"):
        parse_address_field(text, "to")
