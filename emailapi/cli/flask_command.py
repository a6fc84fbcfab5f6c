"""`flask emailapi ...`: the command line with the configuration of a Flask application."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from ..flask.config import Keys
from ..flask.sanitizing import address_text

# The environment variables that the command line reads, and that an application configures.
_VARIABLES = ("EMAILAPI_SERVER_TOKEN", "EMAILAPI_BASE_URL", "EMAILAPI_ALLOW_HTTP")


def variables(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment variables with the values of a configuration."""
    keys = Keys(config)
    found = {name: keys.text(name) for name in _VARIABLES if keys.get(name) is not None}
    sender = keys.get("MAIL_DEFAULT_SENDER") or keys.get("DEFAULT_MAIL_SENDER")
    if sender:
        found["EMAILAPI_SENDER"] = address_text(sender)
    return {name: str(value) for name, value in found.items() if value}


# Help and options are those of the command line.
@click.command("emailapi", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@with_appcontext
def command(arguments: tuple[str, ...]) -> None:
    """Run a command of emailapi with the token, the base URL and the sender of this application."""
    from . import main

    os.environ.update(variables(current_app.config))
    sys.exit(main(arguments))
