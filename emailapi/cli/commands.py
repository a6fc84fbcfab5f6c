"""`emailapi commands`: all commands with their options, for programs."""

from __future__ import annotations

import argparse
from typing import Any

from .declaring import describe
from .process import say


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    describe(parser, "Print all commands with their options as JSON, for programs.", "emailapi commands")
    parser.set_defaults(run=run)


def tree() -> dict[str, Any]:
    """Return all commands, as `emailapi commands` prints them."""
    from . import parser_for

    return _described(parser_for(None))


def run(_: argparse.Namespace) -> None:
    """Print the tree."""
    from .output import dump

    say(dump(tree()))


def _described(parser: argparse.ArgumentParser) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": parser.prog,
        "description": parser.description or "",
        "options": [],
        "arguments": [],
    }
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found["commands"] = [_described(command) for command in dict.fromkeys(action.choices.values())]
        elif action.option_strings:
            found["options"].append(_option(action))
        else:
            argument = {"name": action.metavar or action.dest, "help": action.help or ""}
            found["arguments"].append(argument | _choices(action))
    return found


def _option(action: argparse.Action) -> dict[str, Any]:
    option = {"names": [*action.option_strings], "help": action.help or "", "takes_value": action.nargs != 0}
    return option | _choices(action)


def _choices(action: argparse.Action) -> dict[str, list[str]]:
    return {} if action.choices is None else {"choices": [str(choice) for choice in action.choices]}
