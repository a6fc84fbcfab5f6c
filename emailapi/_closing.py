"""Objects that are closed when their `with` block is left."""

from __future__ import annotations

from types import TracebackType
from typing import Self


class Closing:
    """A context manager whose block ends with `close`; a subclass says what that is."""

    def close(self) -> None:
        """Close the connections."""

    def __enter__(self) -> Self:
        """Return the object itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()
