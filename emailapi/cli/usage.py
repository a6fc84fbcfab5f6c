"""Arguments that are not valid: one sentence, with the option that was probably meant."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from .failures import InputError

# Options that other programs have, and what they are called here.
_OTHERS = {
    "--body": "--text or --html",
    "--message": "--text or --html",
    "--text-body": "--text",
    "--html-body": "--html",
    "--sender": "--from",
    "--recipient": "--to",
    "--recipients": "--to",
    "--replyto": "--reply-to",
    "--attachment": "--attach",
    "--attachments": "--attach",
    "--file": "--attach",
    "--headers": "--header",
    "--message-stream": "--stream",
    "--template-alias": "--template",
    "--template-id": "--template",
    "--template-model": "--model",
    "--data": "--model",
    "--key": "--idempotency-key",
    "--journal": "--resume",
    "--since": "--from-date",
    "--until": "--to-date",
    "--format": "--json",
    "--output": "--json",
    "--force": "--yes",
    "-y": "--yes",
}
# A token as an argument could be seen by other users of the machine.
_SECRETS = ("token", "password", "secret", "api-key", "auth")


class UsageError(InputError):
    """The arguments are not valid."""


def wrong_usage(parser: argparse.ArgumentParser, message: str) -> UsageError:
    """Return the error for a message of argparse."""
    actions = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if actions and message.startswith("the following arguments are required"):
        message = f"{str(actions[0].metavar).lower()} is missing: give one of {', '.join(actions[0].choices)}"
    return UsageError(f"{message} (`{parser.prog} --help` tells more)")


def unknown_arguments(parser: argparse.ArgumentParser, unknown: Sequence[str]) -> UsageError:
    """Return the error for arguments that a command does not have. A value that may be a secret is not repeated."""
    names = [argument.partition("=")[0] for argument in unknown if argument.startswith("-") and len(argument) > 1]
    if names:
        text = f"unknown option {', '.join(names)}{_meant(parser, names[0])}"
    else:
        text = f"unexpected argument {unknown[0]!r}: quote a value that has spaces"
    return wrong_usage(parser, text)


def _meant(parser: argparse.ArgumentParser, name: str) -> str:
    from difflib import get_close_matches

    known = [*parser._option_string_actions]
    other = _OTHERS.get(name.lower().replace("_", "-"), "")
    if name in {"--json", "--yes", "--token-file"}:
        return ": give it after the command" if " " not in parser.prog else ""
    if any(word in name.lower() for word in _SECRETS) and name not in known:
        return ": the token is read from EMAILAPI_SERVER_TOKEN or --token-file"
    if other.partition(" ")[0] in known:
        return f": did you mean {other}?"
    close = get_close_matches(name.replace("_", "-"), known, 1, 0.7)
    return f": did you mean {close[0]}?" if close else ""
