"""
Errors and their places in the text of a template: a line and a character, both from 1.

Characters are counted in UTF-16, as the service does: an emoji is two, and a carriage return is one.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...models.templates import TemplateFault


def placed(source: str, found: Iterable[tuple[int, str]]) -> list[TemplateFault]:
    """Return errors, sorted by where they start, with lines and characters; no character is read more than thrice."""
    faults = []
    at, line, character = 0, 1, 1
    for start, message in found:
        ends = source.count("\n", at, start)
        if ends:
            line, character, at = line + ends, 1, source.rindex("\n", at, start) + 1
        character += len(source[at:start].encode("utf-16-le", "surrogatepass")) // 2
        at = start
        faults.append(TemplateFault(message=message, line=line, character_position=character))
    return faults


def shown(fault: TemplateFault) -> str:
    """Return an error with its place."""
    if fault.line is None:
        return fault.message
    return f"line {fault.line}, character {fault.character_position}: {fault.message}"


class RenderingFailed(Exception):
    """
    A template cannot be rendered with a model.

    Attributes:
        message: The reason.
        source: The text of the template in which a tag is the cause; None if no tag is.
    """

    def __init__(self, message: str, source: str | None = None, start: int = 0) -> None:
        """Create the error; `start` is the place of the tag."""
        super().__init__(message)
        self.message = message
        self.source = source
        self._start = start

    @property
    def fault(self) -> TemplateFault:
        """The error with its place."""
        if self.source is None:
            return TemplateFault(message=self.message)
        return placed(self.source, [(self._start, self.message)])[0]
