"""The model that the names in templates suggest."""

from __future__ import annotations

from .scopes import Path

# How a name is used.
SCALAR, SECTION, EACH = "scalar", "section", "each"
_ITEMS = (1, 2, 3)


class Shape:
    """
    A name in the suggested model, with the names below it.

    An item of a loop has no shape of its own: the names in `{{#each xs}}` are names of `xs`. So `../` leads one scope
    further out here than when the template is rendered, as at the service.
    """

    def __init__(self, name: str = "", outer: Shape | None = None) -> None:
        """Create the shape of a name that nothing uses yet."""
        self._name = name
        self._outer = outer
        self._inner: dict[str, Shape] = {}
        self._uses: set[str] = set()

    def find(self, path: Path, use: str) -> Shape:
        """Return the shape at a path, which is used as a text, an object or an array."""
        shape = self
        for _ in range(path.outwards):
            if shape._outer is None:
                break
            shape = shape._outer
        for name in path.names:
            if name not in shape._inner:
                shape._inner[name] = Shape(name, shape)
            shape = shape._inner[name]
        shape._uses.add(use)
        return shape

    def members(self) -> dict[str, object]:
        """Return a value for each name below."""
        return {name: shape._value() for name, shape in self._inner.items()}

    def _value(self) -> object:
        if self._uses == {SCALAR}:
            return f"{self._name}_Value"
        members = self.members()
        if EACH in self._uses:
            return [members] if members else [f"{self._name}_{number}" for number in _ITEMS]
        return members
