"""
Mistakes in templates that the service renders without a word.

The service prints nothing for a name that the model lacks, and knows no `{{else}}`, `{{this}}` or `{{@index}}`. Names
are looked up here as rendering looks them up, in the model that is given: what a loop over an empty array would need is
not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ...models.templates import TemplateFault
from .parsing import Parsed
from .places import placed
from .scopes import Scope, is_path, read_path

_TAG = re.compile(r"\{\{(?:\{([^{}]++)\}\}\}|([^{}]++)\}\})")
_EACH = re.compile(r"#each (.*)", re.DOTALL)
_BLOCK = "not in this language: write {{#name}}...{{^name}}...{{/name}}"
# What other template languages have, by the beginning of a tag.
_FOREIGN = (
    (re.compile(r"else\b"), _BLOCK),
    (re.compile(r"#(?:if|unless|with)\s"), _BLOCK),
    (re.compile(r"this\b"), "not in this language: write {{.}} for the item itself, and {{name}} for a name of it"),
    (re.compile(r"@"), "not in this language: loops have no index, and no first or last item"),
    (re.compile(r">"), "not in this language: there are no partials; a layout goes around a template"),
)
_OWN = ("pm:unsubscribe", "pm:unsubscribe_url", "@content")
_MOST = 100
_SHOWN = 60


class _Linter:
    """Goes through the tags of a template, with the scopes that they open."""

    def __init__(self, source: str, model: Mapping[str, object]) -> None:
        self._source = source
        self._scopes: list[tuple[str, Scope | None]] = [("", Scope(model))]
        self.found: list[tuple[int, str]] = []
        self.used: set[str] = set()
        self.missing: dict[str, None] = {}

    def run(self) -> None:
        """Read the tags."""
        for tag in _TAG.finditer(self._source):
            inner = (tag[1] or tag[2]).strip()
            if len(self.found) >= _MOST:
                return
            if inner and inner not in _OWN and not inner.startswith("!"):
                self._read(inner, tag.start())

    def _say(self, start: int, inner: str, message: str) -> None:
        self.found.append((start, f"{{{{{inner[:_SHOWN]}}}}}: {message}."))

    def _read(self, inner: str, start: int) -> None:
        foreign = next((message for pattern, message in _FOREIGN if pattern.match(inner)), "")
        if foreign:
            self._say(start, inner, foreign)
        if inner.startswith("/"):
            if len(self._scopes) > 1:
                self._scopes.pop()
            return
        loop = _EACH.match(inner)
        if loop is not None:
            self._open_loop(inner, loop[1].strip(), start)
        elif inner[0] in "#^":
            self._open_section(inner, start)
        elif not foreign:
            self._look_up(inner, inner.lstrip("&").strip(), start)

    def _find(self, inner: str, text: str, start: int) -> Scope | None:
        """Return the scope at a path; None if there is none, or if the scope around it is not known."""
        if not is_path(text):
            return None
        path = read_path(text)
        self.used.update(path.names)
        around = self._scopes[-1][1]
        if around is None:
            return None
        scope = around.find(path)
        if path.outwards and path.names and scope.outer is not None and isinstance(scope.outer.value, list):
            self._say(start, inner, "'../' leads to the array here, not to what is around it: write one more '../'")
            return None
        return scope

    def _look_up(self, inner: str, text: str, start: int) -> None:
        scope = self._find(inner, text, start)
        if scope is None:
            return
        names = read_path(text).names
        if names and not _has(scope.outer, names[-1]):
            self.missing.setdefault(text)
            self._say(start, inner, "the model has no such name, and nothing is printed")
        elif isinstance(scope.value, (dict, list)):
            self._say(start, inner, "an object or an array is printed as nothing")

    def _open_section(self, inner: str, start: int) -> None:
        name = inner[1:].strip()
        if name.startswith("each"):
            self._say(start, inner, "a name that begins with 'each' is read as a loop")
        if self._scopes[-1][0] == name and len(self._scopes) > 1:
            self._scopes.pop()
        scope = self._find(inner, name, start)
        # Without a value the parts of a section are not rendered: nothing can be missed in them.
        hidden = scope is not None and bool(scope.value) is (inner[0] == "^")
        self._scopes.append((name, None if hidden else scope))

    def _open_loop(self, inner: str, name: str, start: int) -> None:
        scope = self._find(inner, name, start)
        item: Scope | None = None
        if scope is not None and scope.value:
            if isinstance(scope.value, list):
                item = Scope(scope.value[0], scope)
            else:
                self._say(start, inner, "a loop needs an array, and the model has another value: the email would fail")
        self._scopes.append((inner, item))


def _has(scope: Scope | None, name: str) -> bool:
    return scope is not None and isinstance(scope.value, dict) and name in scope.value


def lint(parsed: Parsed, model: Mapping[str, object]) -> list[TemplateFault]:
    """Return what in a template is not as its writer may think, in the order of the places."""
    linter = _Linter(parsed.source, model)
    linter.run()
    return placed(parsed.source, sorted(linter.found))


def missing_names(templates: list[Parsed], model: Mapping[str, object]) -> list[str]:
    """Return the names in templates that a model lacks, each once, as they are written."""
    found: dict[str, None] = {}
    for parsed in templates:
        linter = _Linter(parsed.source, model)
        linter.run()
        found |= linter.missing
    return [*found]


def names_used(parsed: Parsed) -> set[str]:
    """Return the names in the tags of a template."""
    linter = _Linter(parsed.source, {})
    linter.run()
    return linter.used


def unused_keys(templates: list[Parsed], model: Mapping[str, object]) -> list[str]:
    """Return the keys of a model, with dots between names, that no template uses."""
    used = set().union(*(names_used(each) for each in templates)) if templates else set()
    return [path for path, name in _keys(model, "") if name not in used]


def _keys(value: object, before: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for item in value[:1]:
            yield from _keys(item, before)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield f"{before}{name}", name
            yield from _keys(inner, f"{before}{name}.")
