"""`manage.py emailapi ...`: the command line of emailapi with the settings of the project."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser, handle_default_options
from django.utils.module_loading import import_string

from ....errors import ConfigurationError
from ...backend import HAS_MAILERS, options_of
from ...options import read_options


class Command(BaseCommand):
    """Runs a command of emailapi with the token, the base URL and the sender of the project."""

    help = "Run a command of emailapi with the token, the base URL and the sender of the project."
    requires_system_checks: Sequence[str] = ()

    def run_from_argv(self, argv: list[str]) -> None:
        """Run the command; help and options are those of the command line, but for `--using` and Django's own."""
        parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
        parser.add_argument("--settings")
        parser.add_argument("--pythonpath")
        self._add_using(parser)
        options, rest = parser.parse_known_args(argv[2:])
        handle_default_options(options)
        try:
            sys.exit(self._run(rest, options.using))
        except CommandError as error:
            self.stderr.write(f"{argv[1]}: {error}")
            sys.exit(3)

    def print_help(self, prog_name: str, subcommand: str) -> None:  # noqa: ARG002 - Django's
        """Print the help of the command line."""
        self._main(["--help"])

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments for `call_command`."""
        self._add_using(parser)
        parser.add_argument("arguments", nargs=argparse.REMAINDER)

    def handle(self, *arguments: Any, **options: Any) -> None:
        """
        Run the command for `call_command`.

        Raises:
            CommandError: The command failed; `returncode` has its exit code.
        """
        code = self._run([str(item) for item in (*arguments, *options["arguments"])], options["using"])
        if code:
            raise CommandError(f"emailapi ended with {code}", returncode=code)

    def _add_using(self, parser: argparse.ArgumentParser) -> None:
        text = "The alias of the mailer in MAILERS whose token and base URL are used."
        parser.add_argument("--using", default="default", metavar="ALIAS", help=text)

    def _run(self, arguments: Sequence[str], using: str) -> int:
        found = variables(using)
        before = {name: os.environ.get(name) for name in found}
        os.environ.update(found)
        try:
            return self._main(arguments)
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value

    def _main(self, arguments: Sequence[str]) -> int:
        # The command line stands above the integrations, and is the only part that is loaded by its name.
        code: int = import_string("emailapi.cli.main")(arguments)
        return code


def variables(using: str) -> dict[str, str]:
    """
    Return the environment variables with the values of a mailer.

    Raises:
        CommandError: The mailer is not in MAILERS, or its settings are not valid.
    """
    given: Mapping[str, Any] = {}
    alias = using if HAS_MAILERS and hasattr(settings, "MAILERS") else None
    if alias is None and using != "default":
        raise CommandError(f"--using must be left out without MAILERS, got {using!r}")
    if alias is not None:
        if alias not in settings.MAILERS:
            raise CommandError(f"--using must be one of {', '.join(sorted(settings.MAILERS))}, got {using!r}")
        given = options_of(settings.MAILERS[alias])
    try:
        options = read_options(given, alias)
    except (ImproperlyConfigured, ConfigurationError) as error:
        raise CommandError(str(error)) from None
    found = {
        "EMAILAPI_SERVER_TOKEN": options.server_token,
        "EMAILAPI_BASE_URL": options.base_url,
        "EMAILAPI_ALLOW_HTTP": "1" if options.allow_http else None,
        "EMAILAPI_SENDER": str(settings.DEFAULT_FROM_EMAIL),
    }
    return {name: str(value) for name, value in found.items() if value}
