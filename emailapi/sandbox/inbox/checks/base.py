"""
Rules about an email that its sender wants to know of, before its readers do.

A module fills a `Rules` of its own:

    rules = Rules()

    @rules.add("The email has a text part")
    def text_part(email: Examined) -> Iterator[Finding]: ...

Nothing is fetched: a rule reads the email, and nothing else.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from html import unescape

import attrs

from ....mime.extraction import text_of_html
from ....mime.html_tokens import Tag, Text, tokens

# So many places of one finding are shown.
MOST_PLACES = 8
_EXCERPT = 90


@attrs.frozen
class Place:
    """
    Where a finding is.

    Attributes:
        excerpt: The characters there.
        line: The line of the HTML, from 1; None where it is not in the HTML.
    """

    excerpt: str
    line: int | None = None


@attrs.frozen
class Finding:
    """
    What a rule has found.

    Attributes:
        title: The mistake, as a sentence without its full stop.
        why: The effect on readers or their programs.
        mend: The remedy.
        places: Where it is; at most `MOST_PLACES`.
        more: How many further places there are.
    """

    title: str
    why: str
    mend: str
    places: tuple[Place, ...] = ()
    more: int = 0


def finding(title: str, why: str, mend: str, places: Sequence[Place] = ()) -> Finding:
    """Return a finding with the first of its places."""
    return Finding(title, why, mend, tuple(places[:MOST_PLACES]), max(0, len(places) - MOST_PLACES))


@attrs.frozen
class File:
    """An attachment, by its name, its type and its size in bytes."""

    name: str
    content_type: str
    size: int


@attrs.define(slots=False)
class Examined:
    """
    An email, as rules read it.

    Attributes:
        subject: The subject.
        sender: The address in `From`.
        sender_name: The display name in `From`.
        reply_to: The addresses in `Reply-To`.
        text: The text body.
        html: The HTML body, as its sender wrote it.
        sent_html: The HTML as a recipient gets it, with tracking links.
        headers: Its headers, by their names in lower case.
        files: The attachments.
        size: The size of the whole message in bytes.
        broadcast: Whether it is in a broadcast stream.
        unknown_names: Names of its template that the model lacks.
    """

    subject: str = ""
    sender: str = ""
    sender_name: str = ""
    reply_to: tuple[str, ...] = ()
    text: str = ""
    html: str = ""
    sent_html: str = ""
    headers: Mapping[str, str] = attrs.field(factory=dict)
    files: tuple[File, ...] = ()
    size: int = 0
    broadcast: bool = False
    unknown_names: tuple[str, ...] = ()

    @cached_property
    def tokens(self) -> tuple[Tag | Text, ...]:
        """The tags and the text of the HTML."""
        return tuple(tokens(self.html))

    @cached_property
    def tags(self) -> tuple[Tag, ...]:
        """The start tags of the HTML."""
        return tuple([token for token in self.tokens if isinstance(token, Tag) and not token.closing])

    def named(self, *names: str) -> list[Tag]:
        """Return the start tags of some elements."""
        return [tag for tag in self.tags if tag.name in names]

    @cached_property
    def styles(self) -> tuple[Text, ...]:
        """The content of the elements `<style>`."""
        return tuple([token for token in self.tokens if isinstance(token, Text) and token.raw == "style"])

    @cached_property
    def shown(self) -> str:
        """The HTML as its reader sees it, as text."""
        return text_of_html(self.tokens)

    @cached_property
    def _line_ends(self) -> list[int]:
        return [found.start() for found in re.finditer("\n", self.html)]

    def line(self, at: int) -> int:
        """Return the line of a place in the HTML, from 1."""
        return bisect_right(self._line_ends, at - 1) + 1

    def place(self, tag: Tag) -> Place:
        """Return where a tag is, with its beginning."""
        return Place(excerpt(self.html[tag.start : min(tag.end, tag.start + 4 * _EXCERPT)]), self.line(tag.start))

    @cached_property
    def inline_styles(self) -> tuple[tuple[Tag, dict[str, str]], ...]:
        """Each tag that has a `style`, with its declarations by their names in lower case."""
        styled = [tag for tag in self.tags if "style" in tag.attributes]
        return tuple([(tag, declarations(unescape(tag.attributes["style"]))) for tag in styled])


def declarations(css: str) -> dict[str, str]:
    """Return the declarations of an attribute `style`, by their names in lower case."""
    pairs = [each.partition(":") for each in css.lower().split(";")]
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}


def excerpt(text: str) -> str:
    """Return the beginning of a text in one line."""
    line = " ".join(text[: 4 * _EXCERPT].split())
    return line if len(line) <= _EXCERPT else f"{line[: _EXCERPT - 1]}…"


_Find = Callable[[Examined], Iterator[Finding]]


@attrs.frozen
class Rule:
    """
    A rule.

    Attributes:
        title: The demand, as a sentence without its full stop.
        find: Yields what it finds.
    """

    title: str
    find: _Find


class Rules:
    """The rules of one module."""

    def __init__(self) -> None:
        """Begin without any."""
        self._rules: list[Rule] = []

    def __iter__(self) -> Iterator[Rule]:
        """Go through the rules."""
        return iter(self._rules)

    def add(self, title: str) -> Callable[[_Find], _Find]:
        """Register a function."""

        def register(find: _Find) -> _Find:
            self._rules.append(Rule(title, find))
            return find

        return register
