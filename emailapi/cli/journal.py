"""The journal of a batch: which rows were sent, so that a batch that was stopped goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import EmailAPIError
from .failures import InputError

if TYPE_CHECKING:
    from typing import Self

_NEW, _ACCEPTED, _NOT_SENT, _DOUBTFUL = range(4)
_OUTCOMES = {"accepted": _ACCEPTED, "not_sent": _NOT_SENT, "unknown": _DOUBTFUL}
# How many rows are noted at once, before they are sent.
_STEP = 500
# How the first line begins. A line is never longer than the limit.
_START, _LINE_LIMIT = b'{"journal": 1', 100_000
# The options that give a field of the email, where they are not named like it.
_OPTIONS = {
    "sender": "--from",
    "text_body": "--text",
    "html_body": "--html",
    "message_stream": "--stream",
    "headers": "--header",
    "attachments": "--attach",
    "template_alias": "--template",
    "template_id": "--template",
}


class JournalFailed(EmailAPIError):
    """The journal cannot be written any more: nothing else is sent."""


def digests(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return a digest of each field of the email of a batch, by which a later run recognizes the same email."""

    def known(value: Any) -> Any:
        return [value.name, value.content_type, value.content_id, hashlib.sha256(value.content).hexdigest()]

    texts = {name: json.dumps(value, default=known, sort_keys=True) for name, value in fields.items()}
    return {name: hashlib.sha256(text.encode()).hexdigest()[:16] for name, text in texts.items()}


class Journal:
    """
    A file of JSON lines.

    The first line names the batch. `{"taken": [first, last]}` is written, and forced to the disk, before any of these
    rows is sent; the outcome of each row follows. A row that was taken and has no outcome may have been sent. A crash
    can only tear the last line: such a line is dropped, and its row counts as taken. `{"released": [first, last]}` is
    written at an orderly end, for rows that were taken and not sent.
    """

    def __init__(self, path: str, batch: Mapping[str, Any], run: str) -> None:
        """
        Read the journal, or begin one.

        Args:
            path: The file; it is created if it does not exist.
            batch: The facts that all runs of the batch have in common: `input`, the digest of the rows; `rows`, their
                number; `email`, the `digests` of the fields; `service`, the URL of the API.
            run: The id of the run, for a new journal.

        Raises:
            InputError: The file is not the journal of this batch, is in use, or cannot be written.
        """
        self._path, self._batch, self.run = Path(path), batch, run
        self._rows = int(batch["rows"])
        self._states = bytearray()
        self._covered = self._doubtful_before = 0
        self._failed = False
        if self._path.exists() and not self._path.is_file():
            raise InputError(f"{path} is not a file: the journal must be one")
        try:
            self._file = FileIO(path, "a+")  # nothing is buffered: what is written is in the file
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror}") from None
        try:
            self._lock()
            self.written_at = os.fstat(self._file.fileno()).st_mtime
            self._load()
        except BaseException as error:
            self._file.close()
            if isinstance(error, (OSError, JournalFailed)):
                why = error.message if isinstance(error, JournalFailed) else f"{path}: {error.strerror}"
                raise InputError(f"{why}; nothing was sent") from None
            raise

    def _lock(self) -> None:
        """Keep other processes from sending by the same journal."""
        try:
            import fcntl
        except ImportError:  # Windows
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(f"{self._path} is in use by another batch: wait for its end") from None

    def _load(self) -> None:
        first: dict[str, Any] = {}
        whole = 0
        with open(self._path, "rb") as file:
            while line := file.readline(_LINE_LIMIT):
                if not line.endswith(b"\n") and len(line) < _LINE_LIMIT and (whole or _begins(line)):
                    break  # torn
                try:
                    entry = json.loads(line)
                    if first:
                        self._apply(entry)
                    elif _begins(line):
                        first, self.run = entry, str(entry["run"])
                        self._states = bytearray(int(entry["rows"]) + 1)
                    else:
                        raise ValueError
                except (ValueError, KeyError, IndexError, TypeError, RecursionError):
                    raise InputError(f"{self._path} is not the journal of a batch: give another file") from None
                whole += len(line)
        if first and any(state in {_ACCEPTED, _DOUBTFUL} for state in self._states):
            self._compare(first)
            self._file.truncate(whole)
        else:
            self._begin()
        self._doubtful_before = self._states.rfind(_DOUBTFUL)

    def _compare(self, first: Mapping[str, Any]) -> None:
        """Check that the journal is of this batch: otherwise rows would be left out, or sent twice."""
        if first.get("input") != self._batch["input"]:
            raise InputError(f"{self._path} is the journal of another input, or the input was changed since")
        before, now = first.get("email", {}), self._batch["email"]
        changed = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
        if changed:
            names = dict.fromkeys(_OPTIONS.get(name, f"--{name.replace('_', '-')}") for name in changed)
            why = f"is the journal of a batch with another {', '.join(names)}: give another file, or the same options"
            raise InputError(f"{self._path} {why}")
        if first.get("service") != self._batch["service"]:
            raise InputError(f"{self._path} is the journal of a batch to {first.get('service')}: give another file")

    def _begin(self) -> None:
        """Write the first line of a journal by which nothing was sent."""
        self._file.truncate(0)
        self._states = bytearray(self._rows + 1)
        self._write({"journal": 1, **self._batch, "run": self.run}, force=True)
        with suppress(OSError):  # so that a new file outlives a crash of the machine; not on Windows
            folder = os.open(self._path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)

    def _apply(self, entry: dict[str, Any]) -> None:
        if "row" in entry:
            self._states[entry["row"]] = _OUTCOMES[entry["outcome"]]
            return
        before, after = (None, _DOUBTFUL) if "taken" in entry else (_DOUBTFUL, _NEW)
        start, end = entry["taken" if "taken" in entry else "released"]
        for row in range(start, end + 1):
            if self._states[row] != _ACCEPTED and before in {None, self._states[row]}:
                self._states[row] = after

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
            covered = min(row + _STEP - 1, self._rows)
            self._write({"taken": [row, covered]}, force=True)
            self._covered = covered

    def note(self, row: int, outcome: str, message_id: str | None) -> None:
        """Note the outcome of a row."""
        self._write({"row": row, "outcome": outcome, **({"message_id": message_id} if message_id else {})})

    def release(self, row: int) -> None:
        """Note that no row after this one was sent, at an orderly end."""
        first = max(row, self._doubtful_before) + 1
        if first <= self._covered:
            self._write({"released": [first, self._covered]})

    def _write(self, entry: dict[str, Any], *, force: bool = False) -> None:
        """
        Write a line.

        Raises:
            JournalFailed: The line cannot be written. Later lines are dropped: the last one may be torn.
        """
        if self._failed:
            return
        line = json.dumps(entry).encode() + b"\n"
        try:
            while line:
                line = line[self._file.write(line) :]
            if force:
                os.fsync(self._file.fileno())
        except OSError as error:
            self._failed = True
            raise JournalFailed(f"{self._path} cannot be written: {error.strerror}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._file.close()


def _begins(line: bytes) -> bool:
    """Return whether a line, or what a crash has left of it, is the first line of a journal."""
    return line.startswith(_START) or _START.startswith(line)
