"""
The template language, as far as its tags go (contract section 8): what a tag may hold, and that sections close.

The values of the tags are not looked at: rendering does that.
"""

from __future__ import annotations

import re

from .rejection import Rejection

_TAG = re.compile(r"\{\{\{(?P<raw>.*?)\}\}\}|\{\{(?P<tag>.*?)\}\}|\{\{", re.DOTALL)
_PATH = re.compile(r"[\w./]+")
# `pm:unsubscribe`: what the service itself puts in.
_VALUE = re.compile(rf"{_PATH.pattern}|pm:\w+")
_SECTION = re.compile(rf"(?P<kind>#each\s+|[#^]\s*)(?P<path>{_PATH.pattern})")
_SHOWN = 80

SLOT = "{{{@content}}}"
_SLOT_PATH = "@content"


def _fault(field: str, text: str, place: int, what: str) -> Rejection:
    line, position = text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
    return Rejection(1122, f"'{field}' cannot be parsed: {what} (line {line}, character {position}).")


def _section(tag: str, open_sections: list[tuple[str, int]], place: int) -> bool:
    """Open or close a section; return whether the tag does either as it should."""
    if tag.startswith("/"):
        return bool(open_sections) and open_sections.pop()[0] == tag[1:].strip()
    found = _SECTION.fullmatch(tag)
    if found:
        open_sections.append(("each" if found["kind"].startswith("#each") else found["path"], place))
    return found is not None


def _known(tag: str, raw: bool, open_sections: list[tuple[str, int]], place: int) -> bool:
    """Return whether the language has such a tag at this place."""
    if raw:
        return tag == _SLOT_PATH or _VALUE.fullmatch(tag) is not None
    if tag[:1] in ("#", "^", "/"):
        return _section(tag, open_sections, place)
    return tag.startswith("!") or _VALUE.fullmatch(tag.removeprefix("&").strip()) is not None


def count_slots(text: str, field: str) -> int:
    """
    Return how often a text of a template has the place where a layout takes its content.

    Raises:
        Rejection: 1122: a tag does not close, is none of the language's, or closes no section.
    """
    slots = 0
    open_sections: list[tuple[str, int]] = []
    for found in _TAG.finditer(text):
        content = found["tag"] if found["raw"] is None else found["raw"]
        if content is None:
            raise _fault(field, text, found.start(), "the tag is not closed")
        tag = content.strip()
        if not _known(tag, found["raw"] is not None, open_sections, found.start()):
            raise _fault(field, text, found.start(), f"'{found[0][:_SHOWN]}' is out of place")
        slots += found["raw"] is not None and tag == _SLOT_PATH
    if open_sections:
        name, place = open_sections[-1]
        raise _fault(field, text, place, f"the section '{name[:_SHOWN]}' is not closed")
    return slots
