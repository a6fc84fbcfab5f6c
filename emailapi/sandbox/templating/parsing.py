"""
Parsing of templates.

All errors are reported together, sorted by their places: the start of a tag as a line and a character, both from 1,
characters counted in UTF-16 as the service does.
"""

from __future__ import annotations

import re
from functools import lru_cache

import attrs

from ...models.templates import TemplateFault
from .nodes import Literal, Loop, Node, Section, Slot, Value
from .places import placed
from .scopes import Path, is_path, read_path

SLOT = "{{{@content}}}"
# How deep sections may be nested; each name of a path counts, since each is a scope.
DEPTH = 100
# Nothing is read behind so many errors.
ERRORS = 100

# With three braces, or with two.
_TAG = re.compile(r"\{\{(?:\{([^{}]++)\}\}\}|([^{}]++)\}\})")
_CONTENT = "@content"
# The service replaces these after rendering.
_UNSUBSCRIBE = ("pm:unsubscribe", "pm:unsubscribe_url")
_EACH, _END_EACH = "#each", "/each"
_LOOP = "{"
_HERE = Path(0, ())
_SHOWN = 80
_CACHED_LENGTH = 50_000


@attrs.frozen
class Parsed:
    """
    A parsed template.

    Attributes:
        source: Its text.
        nodes: Its parts.
        errors: Its errors; a template that has any cannot be rendered.
        slots: Where its content placeholders start.
    """

    source: str = attrs.field(repr=False)
    nodes: tuple[Node, ...] = attrs.field(repr=False)
    errors: tuple[TemplateFault, ...]
    slots: tuple[int, ...]


@attrs.define
class _Open:
    """
    A block that is open: its name and start, its parts, and the number of scopes around them.

    The name of a loop begins with a brace, which no tag has in it.
    """

    name: str
    start: int
    nodes: list[Node]
    depth: int

    @property
    def shown(self) -> str:
        """The name in errors."""
        return self.name.lstrip(_LOOP)[:_SHOWN]


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.nodes: list[Node] = []
        self.found: list[tuple[int, str]] = []
        self.slots: list[int] = []
        self._open: list[_Open] = []
        self._paths: dict[str, Path] = {}

    def run(self) -> None:
        at, source = 0, self.source
        for tag in _TAG.finditer(source):
            start = tag.start()
            if start > at:
                self._add(Literal(source[at:start]))
            at = tag.end()
            raw, inner = tag.groups()
            if raw is not None:
                self._read_raw(raw.strip(), tag)
            else:
                self._read(inner, tag)
            if len(self.found) >= ERRORS:
                return
        if at < len(source):
            self._add(Literal(source[at:]))
        for block in self._open:
            self._error(block.start, f"The block '{block.shown}' is not closed.")

    def _error(self, start: int, message: str) -> None:
        self.found.append((start, message))

    def _add(self, node: Node) -> None:
        (self._open[-1].nodes if self._open else self.nodes).append(node)

    def _read(self, inner: str, tag: re.Match[str]) -> None:
        kind = inner[0]
        if kind not in "#^/!&":
            self._read_value(inner.strip(), tag, raw=False)
        elif inner.startswith(_EACH):
            self._open_each(inner, tag.start())
        elif inner.startswith(_END_EACH):
            self._close_each(inner, tag.start())
        elif kind == "/":
            self._close_section(inner.lstrip("/").strip(), tag.start())
        elif kind == "&":
            self._read_value(inner.lstrip("&").strip(), tag, raw=True)
        elif kind != "!":
            self._open_section(inner, tag.start())

    def _read_raw(self, inner: str, tag: re.Match[str]) -> None:
        if inner == _CONTENT:
            self.slots.append(tag.start())
            self._add(Slot())
        else:
            self._read_value(inner.lstrip("&").strip(), tag, raw=True)

    def _read_value(self, text: str, tag: re.Match[str], *, raw: bool) -> None:
        if text in _UNSUBSCRIBE:
            self._add(Literal(tag[0]))
            return
        path = self._path(text, tag.start())
        self._check_depth(path, tag.start())
        self._add(Value(path, raw))

    @property
    def _depth(self) -> int:
        return self._open[-1].depth if self._open else 0

    def _check_depth(self, path: Path, start: int) -> None:
        if path.depth(self._depth) > DEPTH:
            self._too_deep(start)

    def _too_deep(self, start: int) -> Path:
        self._error(start, f"The template is nested more than {DEPTH} levels deep.")
        return _HERE

    def _path(self, text: str, start: int) -> Path:
        """Return a path; one without names for a text that is none, which is an error."""
        path = self._paths.get(text)
        if path is not None:
            return path
        if not self._is_path(text, start):
            return _HERE
        path = read_path(text)
        if len(path.names) > DEPTH:
            return self._too_deep(start)
        self._paths[text] = path
        return path

    def _is_path(self, text: str, start: int) -> bool:
        if text in self._paths or is_path(text):
            return True
        hint = "use letters, digits, '_' and '.', and '../' for a name outside"
        if text.startswith(("if ", "unless ")):
            hint = "a condition is {{#name}}...{{/name}}, or {{^name}}...{{/name}} for its opposite"
        self._error(start, f"'{text[:_SHOWN]}' is not a valid name: {hint}.")
        return False

    def _push(self, name: str, start: int, block: Section | Loop, *, opened: int, items: int = 0) -> None:
        self._add(block)
        depth = block.path.depth(self._depth) + items
        self._open.append(_Open(name, opened, block.nodes, depth))
        if max(depth, len(self._open)) > DEPTH:
            self._too_deep(start)

    def _open_each(self, inner: str, start: int) -> None:
        """Open a loop: `#each`, a space, and a path."""
        named = inner.rstrip()[len(_EACH) :]
        path = named.strip()
        if not path or not named.startswith(" "):
            self._error(start, "'each' needs a name: {{#each name}}.")
            path = ""
        block = Loop(self._path(path, start), path[:_SHOWN], self.source, start)
        self._push(_LOOP + _EACH + named, start, block, opened=start, items=1)

    def _close_each(self, inner: str, start: int) -> None:
        if inner != _END_EACH:
            self._error(start, "A loop is closed by {{/each}}.")
        elif self._open and self._open[-1].name.startswith(_LOOP):
            self._open.pop()
        else:
            self._error(start, "{{/each}} closes nothing: the last block that is open is not a loop.")

    def _open_section(self, inner: str, start: int) -> None:
        """Open a section; one within a section of the same name closes that first, so that the two are if and else."""
        name = inner.lstrip(inner[0]).strip()
        again = bool(self._open) and self._open[-1].name == name
        opened = self._open.pop().start if again else start
        block = Section(self._path(name, start), inner[0] == "^")
        self._push(name, start, block, opened=opened)

    def _close_section(self, name: str, start: int) -> None:
        if self._open and self._open[-1].name == name:
            self._open.pop()
            self._is_path(name, start)
            return
        shown = f"{{{{/{name[:_SHOWN]}}}}}"
        last = f"the last block that is open is '{self._open[-1].shown}'" if self._open else "no block is open"
        self._error(start, f"{shown} closes nothing: {last}.")


def _parse(source: str) -> Parsed:
    parser = _Parser(source)
    parser.run()
    found = sorted(parser.found, key=lambda error: error[0])[:ERRORS]
    return Parsed(source, tuple(parser.nodes), tuple(placed(source, found)), tuple(parser.slots))


_parse_once = lru_cache(maxsize=128)(_parse)


def parse(source: str) -> Parsed:
    """Parse a template; of a short one that was parsed before, the same object is returned."""
    return _parse_once(source) if len(source) <= _CACHED_LENGTH else _parse(source)
