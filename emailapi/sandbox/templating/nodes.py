"""
The parts of a parsed template.

Each renders itself, and tells a `Shape` the names that it uses. Recursion is bounded: the parser rejects templates that
are nested too deeply.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import attrs

from .places import RenderingFailed
from .scopes import Path, Scope
from .shapes import EACH, SCALAR, SECTION, Shape
from .values import escape, text_of


class Output:
    """
    The rendered text, bounded in length and work: loops within loops could take hours.

    Attributes:
        escapes: Whether `{{name}}` is escaped.
        content: The parts that stand at the content placeholder of a layout.
    """

    def __init__(self, *, escapes: bool, content: Sequence[Node], length: int, steps: int) -> None:
        """Begin with nothing; `length` is the limit in characters, `steps` that of the parts that are rendered."""
        self.escapes = escapes
        self.content = content
        self._length, self._left = length, length
        self._steps, self._steps_left = steps, steps
        self._parts: list[str] = []

    @property
    def text(self) -> str:
        """The text."""
        return "".join(self._parts)

    def write(self, text: str) -> None:
        """
        Add a text.

        Raises:
            RenderingFailed: The text is too long.
        """
        self._left -= len(text)
        if self._left < 0:
            raise RenderingFailed(f"The rendered text is longer than {self._length} characters.")
        self._parts.append(text)

    def render(self, nodes: Sequence[Node], scope: Scope) -> None:
        """
        Render parts in a scope.

        Raises:
            RenderingFailed: There is too much to do.
        """
        # One more, so that an empty loop counts, too.
        self._steps_left -= len(nodes) + 1
        if self._steps_left < 0:
            raise RenderingFailed(f"The loops of the template have more than {self._steps} parts to render.")
        for node in nodes:
            node.render(self, scope)


class Node(Protocol):
    """A part of a template."""

    def render(self, output: Output, scope: Scope) -> None:
        """Render the part in a scope."""

    def describe(self, shape: Shape) -> None:
        """Tell the names that the part uses."""


@attrs.define(eq=False)
class Literal:
    """
    Text between tags, and tags that the service replaces after rendering.

    Attributes:
        text: The text.
    """

    text: str

    def render(self, output: Output, _scope: Scope) -> None:
        """Write the text."""
        output.write(self.text)

    def describe(self, shape: Shape) -> None:
        """Use no name."""


@attrs.define(eq=False)
class Value:
    """
    `{{path}}`, `{{{path}}}` or `{{& path}}`.

    Attributes:
        path: The path of the value.
        raw: Whether the value is never escaped.
    """

    path: Path
    raw: bool

    def render(self, output: Output, scope: Scope) -> None:
        """Write the value."""
        text = text_of(scope.value_at(self.path))
        output.write(escape(text) if output.escapes and not self.raw else text)

    def describe(self, shape: Shape) -> None:
        """Use the path as a text."""
        shape.find(self.path, SCALAR)


@attrs.define(eq=False)
class Section:
    """
    `{{#path}}` or `{{^path}}` to its end: rendered once, in the scope of the value.

    Attributes:
        path: The path of the value.
        inverted: Whether it is rendered without a value, not with one.
        nodes: The parts in it.
    """

    path: Path
    inverted: bool
    nodes: list[Node] = attrs.field(factory=list)

    def render(self, output: Output, scope: Scope) -> None:
        """Render the parts in it, or nothing."""
        found = scope.find(self.path)
        # What is falsy to the service is what is falsy in Python: null, false, 0, "", [] and {}.
        if bool(found.value) is not self.inverted:
            output.render(self.nodes, found)

    def describe(self, shape: Shape) -> None:
        """Use the path as an object."""
        inner = shape.find(self.path, SECTION)
        for node in self.nodes:
            node.describe(inner)


@attrs.define(eq=False)
class Loop:
    """
    `{{#each path}}` to its end: rendered for each item of an array.

    Attributes:
        path: The path of the array.
        shown: The path as written.
        source: The text of the template, and `start` the place of the tag in it.
        nodes: The parts in it.
    """

    path: Path
    shown: str
    source: str = attrs.field(repr=False)
    start: int
    nodes: list[Node] = attrs.field(factory=list)

    def render(self, output: Output, scope: Scope) -> None:
        """
        Render the parts in it for each item.

        Raises:
            RenderingFailed: The value is not an array.
        """
        found = scope.find(self.path)
        if not found.value:
            return
        if not isinstance(found.value, list):
            message = f"{{{{#each {self.shown}}}}} needs an array: the model has another value."
            raise RenderingFailed(message, self.source, self.start)
        for item in found.value:
            output.render(self.nodes, Scope(item, found))

    def describe(self, shape: Shape) -> None:
        """Use the path as an array."""
        inner = shape.find(self.path, EACH)
        for node in self.nodes:
            node.describe(inner)


@attrs.define(eq=False)
class Slot:
    """`{{{@content}}}`: where a layout takes its content."""

    def render(self, output: Output, scope: Scope) -> None:
        """Render the content, in the scope of the layout; a placeholder in the content itself is empty."""
        content, output.content = output.content, ()
        output.render(content, scope)
        output.content = content

    def describe(self, shape: Shape) -> None:
        """Use no name; the content tells its own."""
