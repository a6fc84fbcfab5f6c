"""The journal of a batch: which rows were sent, so that a batch that was stopped goes on where it stopped."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from .failures import InputError

if TYPE_CHECKING:
    from typing import Self

_NEW, _ACCEPTED, _NOT_SENT, _DOUBTFUL = range(4)
_OUTCOMES = {"accepted": _ACCEPTED, "not_sent": _NOT_SENT, "unknown": _DOUBTFUL}
# How many rows are noted at once, before they are sent.
_STEP = 500


class Journal:
    """
    A file of JSON lines.

    The first line names the input. `{"taken": [first, last]}` is written, and forced to the disk, before any of these
    rows is sent; the outcome of each row follows. A row that was taken and has no outcome may have been sent. A crash
    can only tear the last line: such a line is dropped, and its row counts as taken.
    """

    def __init__(self, path: str, digest: str, rows: int, run: str) -> None:
        """
        Read the journal, or begin one.

        Args:
            path: The file; it is created if it does not exist.
            digest: The SHA-256 of the input.
            rows: Number of rows of the input.
            run: The id of the run, for a new journal.

        Raises:
            InputError: The file is not the journal of this input, is in use, or cannot be written.
        """
        self._path, self.run, self._rows = Path(path), run, rows
        self._states = bytearray(rows + 1)
        self._covered = 0
        try:
            self._file: IO[bytes] = open(path, "a+b")  # noqa: SIM115 - closed by `close`
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror}") from None
        try:
            self._lock()
            self.written_at = os.fstat(self._file.fileno()).st_mtime
            self._load(digest)
        except BaseException:
            self._file.close()
            raise

    def _lock(self) -> None:
        """Keep other processes from sending by the same journal."""
        try:
            import fcntl
        except ImportError:  # Windows
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(f"{self._path} is in use by another batch: wait for its end") from None

    def _load(self, digest: str) -> None:
        self._file.seek(0)
        whole = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            try:
                entry = json.loads(line)
                self._apply(entry, digest, first=whole == 0)
            except (ValueError, KeyError, IndexError, TypeError):
                raise InputError(f"{self._path} is not the journal of a batch: give another file") from None
            whole += len(line)
        self._file.truncate(whole)
        if not whole:
            self._write({"journal": 1, "sha256": digest, "rows": self._rows, "run": self.run}, force=True)

    def _apply(self, entry: dict[str, Any], digest: str, *, first: bool) -> None:
        if first:
            if entry["sha256"] != digest:
                raise InputError(f"{self._path} is the journal of another input, or the input was changed since")
            self.run = str(entry["run"])
        elif "taken" in entry:
            start, end = entry["taken"]
            for row in range(start, end + 1):
                if self._states[row] != _ACCEPTED:
                    self._states[row] = _DOUBTFUL
        else:
            self._states[entry["row"]] = _OUTCOMES[entry["outcome"]]

    @property
    def accepted(self) -> int:
        """Number of rows that were accepted."""
        return self._states.count(_ACCEPTED)

    @property
    def doubtful(self) -> int:
        """Number of rows, among those that remain, up to the last one that may have been sent."""
        last = self._states.rfind(_DOUBTFUL)
        return 0 if last < 0 else last - self._states.count(_ACCEPTED, 1, last + 1)

    def remains(self, row: int) -> bool:
        """Return whether a row must still be sent."""
        return self._states[row] != _ACCEPTED

    def take(self, row: int) -> None:
        """Note that a row is about to be sent; rows must come in order."""
        if row > self._covered:
            self._covered = min(row + _STEP - 1, self._rows)
            self._write({"taken": [row, self._covered]}, force=True)

    def note(self, row: int, outcome: str, message_id: str | None) -> None:
        """Note the outcome of a row."""
        self._write({"row": row, "outcome": outcome, **({"message_id": message_id} if message_id else {})})

    def _write(self, entry: dict[str, Any], *, force: bool = False) -> None:
        self._file.write(json.dumps(entry).encode() + b"\n")
        self._file.flush()
        if force:
            os.fsync(self._file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
