"""The data file: whether it belongs to the sandbox, and the lock by which one sandbox uses it at a time."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import ConfigurationError
from .forks import forgotten_in_children

try:
    import fcntl
except ModuleNotFoundError:  # Windows
    fcntl = None  # type: ignore[assignment]

_MAGIC = b"SQLite format 3\0"


class DataFile:
    """
    A data file that is in use.

    Attributes:
        version: The version of the schema in the head of the file; None for a new or empty file.
    """

    def __init__(self, path: Path, application_id: int) -> None:
        """
        Look at a file before SQLite does, which would write to a file of another program, and lock it.

        Raises:
            ConfigurationError: The file is not a database of a sandbox, or another sandbox uses it.
            OSError: The file cannot be written.
        """
        self._path = path
        self._descriptor = -1
        if path.is_dir():
            raise self._error("is a directory")
        if not path.parent.is_dir():
            raise ConfigurationError(f"data file {str(path)!r}: there is no directory {str(path.parent)!r}")
        if path.exists() and not path.is_file():
            raise self._error("is not a regular file")
        # Open as long as SQLite has the file open: closing any descriptor of a file ends SQLite's own locks on it.
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        try:
            self._lock()
            self.version = self._read_version(application_id)
        except BaseException:
            self.close()
            raise
        forgotten_in_children.add(self)

    def _error(self, problem: str) -> ConfigurationError:
        return ConfigurationError(f"data file {str(self._path)!r} {problem}")

    def _lock(self) -> None:
        if fcntl is None:
            return
        try:
            # Not a lock of SQLite's kind: other programs may read the database. It ends with the process.
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise self._error("is used by another sandbox: close it first, or use another file") from None
        except OSError:
            pass  # a file system without locks

    def _read_version(self, application_id: int) -> int | None:
        head = os.read(self._descriptor, 100)
        if not head:
            return None
        if head[:16] != _MAGIC:
            raise self._error("is not a SQLite database")
        if int.from_bytes(head[68:72], "big") != application_id:
            raise self._error("is a database of another program")
        return int.from_bytes(head[60:64], "big")

    def close(self) -> None:
        """Let other sandboxes use the file; the database must be closed."""
        forgotten_in_children.discard(self)
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def forget(self) -> None:
        """Let go of the file after a fork: else the lock would last as long as the child."""
        self.close()
