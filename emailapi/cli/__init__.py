"""The command line, `emailapi`. Each command is the module of its name, which is imported when the command runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from .._version import __version__

if TYPE_CHECKING:
    from typing import Any, NoReturn

# The commands in the order of the help, with what each does.
COMMANDS = {
    "send": "send one email",
    "batch": "send an email for each row of a CSV or JSON lines file",
    "messages": "list, read, wait for and follow messages that were sent",
    "bounces": "list and read bounces, and send to a bounced address again",
    "suppressions": "list, add and delete the addresses that a stream does not send to",
    "streams": "list, create, change and archive message streams",
    "stats": "show statistics",
    "templates": "list, pull, push, preview and validate templates, and write types of their models",
    "webhooks": "list, create, delete, listen to, trigger and replay webhooks",
    "sandbox": "run the sandbox, and use a running one",
    "doctor": "check token, connection, sender and versions",
    "completion": "print a script for completion in a shell",
    "commands": "print all commands and options as JSON",
    "demo": "send emails to a sandbox: their states, a lost response, many emails, an outage",
}

_EXIT_CODES = """\
exit codes:
  0    done
  1    rejected by the service, or some of the emails are
  2    wrong usage, or input that is not valid; nothing was sent
  3    the token or the configuration is wrong
  4    the service could not be reached, or a wait timed out: try again
  5    the email may have been sent: do not simply try again
  130  interrupted

The server token is read from EMAILAPI_SERVER_TOKEN or from --token-file, and
the URL of the API from EMAILAPI_BASE_URL. Output is JSON if it is not written
to a terminal, or with --json. `emailapi COMMAND --help` shows examples."""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are those of the command line. Unknown options are an error of the command they follow."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse the arguments; none may remain."""
        first = args[0].partition("=")[0] if args else ""
        if self._subparsers and first.startswith("-") and first not in self._option_string_actions:
            from .usage import unknown_arguments

            raise unknown_arguments(self, [first])  # its value would be taken for the command, and repeated
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            from .usage import unknown_arguments

            raise unknown_arguments(self, unknown)
        return found, unknown

    def error(self, message: str) -> NoReturn:
        """
        Reject the arguments.

        Raises:
            UsageError: Always.
        """
        from .usage import wrong_usage

        raise wrong_usage(self, message)


def parser_for(arguments: Sequence[str] | None) -> argparse.ArgumentParser:
    """
    Return the parser for some arguments.

    Args:
        arguments: The arguments: only the command that they name is imported and has its options; None for all.
    """
    parser = _Parser(
        prog="emailapi",
        description="Send emails through a Postmark-compatible API, and look after them.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"emailapi {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)
    named = next((argument for argument in arguments or () if not argument.startswith("-")), None)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, allow_abbrev=False)
        if arguments is None or name == named:
            import_module(f".{name}", __name__).declare(command)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run one command and return the exit code.

    The exit codes are 0 done, 1 rejected or not as expected, 2 usage, 3 configuration, 4 network, 5 may have been sent,
    129 the terminal was closed, 130 interrupted, 143 terminated. An error is one line on stderr.

    Raises:
        SystemExit: The arguments are not valid, with exit code 2; or help was printed.
    """
    from . import process

    given = sys.argv[1:] if arguments is None else [*arguments]
    options = argparse.Namespace()
    try:
        try:
            parser_for(given).parse_args(given, options)
            return int(options.run(options) or 0)
        finally:
            process.flush()
    except KeyboardInterrupt as error:
        return 128 + getattr(error, "number", 2)
    except Exception as error:
        from .output import report
        from .usage import UsageError

        if isinstance(error, UsageError):
            options.json = "--json" in given
            raise SystemExit(report(error, options)) from None
        return report(error, options)
