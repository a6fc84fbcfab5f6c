"""The command line: `emailapi demo`, `emailapi sandbox`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .._version import __version__
from ..errors import ConfigurationError, EmailAPIError
from . import demo, process, sandbox

DONE, REFUSED, MISCONFIGURED, INTERRUPTED = 0, 1, 3, 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="emailapi", description="Email through a Postmark-compatible API.")
    parser.add_argument("--version", action="version", version=f"emailapi {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in (demo, sandbox):
        command.add_to(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run one command and return the exit code.

    0 success, 1 rejected or not as expected, 2 usage, 3 configuration, 129 the terminal was closed, 130 interrupted. An
    error is one line on stderr.
    """
    try:
        try:
            options = _parser().parse_args(arguments)
            return options.run(options) or DONE
        finally:
            process.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except EmailAPIError as error:
        print(f"emailapi: {error}", file=sys.stderr)
        return MISCONFIGURED if isinstance(error, ConfigurationError) else REFUSED
