"""Data files: which of them are the sandbox's, and of which version."""

from __future__ import annotations

from pathlib import Path

from ..errors import ConfigurationError
from .migrations import OLDEST

APPLICATION_ID = 0x456D4150  # "EmAP": tells the sandbox's files from the databases of other programs
SCHEMA_VERSION = 3

_MAGIC = b"SQLite format 3\0"


def check_file(path: Path) -> None:
    """
    Look at a file before SQLite does, which would write to one that is not ours.

    Raises:
        ConfigurationError: It is no database of this version of the sandbox, or cannot be written.
    """
    if path.is_dir():
        raise ConfigurationError(f"data file {str(path)!r} is a directory")
    if not path.parent.is_dir():
        raise ConfigurationError(f"data file {str(path)!r}: there is no directory {str(path.parent)!r}")
    if not path.exists():
        return
    if not path.is_file():
        raise ConfigurationError(f"data file {str(path)!r} is no regular file")
    with path.open("r+b") as file:
        head = file.read(100)
    if not head:
        return
    if head[:16] != _MAGIC:
        raise ConfigurationError(f"data file {str(path)!r} is not a SQLite database")
    if int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise ConfigurationError(f"data file {str(path)!r} is a database of another program")
    version = int.from_bytes(head[60:64], "big")
    check_version(version, path)


def check_version(version: int, path: Path | None) -> None:
    """
    Check that this version of the sandbox reads a schema.

    Raises:
        ConfigurationError: It does not.
    """
    if version > SCHEMA_VERSION:
        raise ConfigurationError(
            f"data file {str(path)!r} was written by a newer version of the sandbox"
            f" (schema {version}, this version reads up to {SCHEMA_VERSION}): upgrade emailapi-sdk, or use another file"
        )
    if version < OLDEST:
        raise ConfigurationError(f"data file {str(path)!r} has a schema that is not known (version {version})")
