"""`flask emailapi ...`."""

from __future__ import annotations

import json
import os
from configparser import ConfigParser
from importlib import import_module
from pathlib import Path

import pytest

from emailapi import Client, __version__, cli
from emailapi.cli.flask_command import command, variables
from emailapi.sandbox import Sandbox

SETUP = Path(__file__).parents[2] / "setup.cfg"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """Take back what a command writes into the environment."""
    monkeypatch.setattr(os, "environ", os.environ.copy())


def test_the_command_is_installed():
    parser = ConfigParser()
    parser.read(SETUP)
    name, _, where = parser["options.entry_points"]["flask.commands"].strip().partition(" = ")
    module, _, attribute = where.partition(":")
    assert name == command.name == "emailapi"
    assert getattr(import_module(module), attribute) is command


def test_options_are_those_of_the_command_line(app):
    ran = app.test_cli_runner().invoke(command, ["--version"])
    assert (ran.exit_code, ran.output) == (0, f"emailapi {__version__}\n")
    assert "usage: emailapi" in app.test_cli_runner().invoke(command, ["--help"]).output


def test_the_commands_are_those_of_the_command_line(app):
    ran = app.test_cli_runner().invoke(command, ["commands"])
    assert [found["name"] for found in json.loads(ran.output)["commands"]] == [
        f"emailapi {name}" for name in cli.COMMANDS
    ]


def test_exit_codes_are_those_of_the_command_line(app):
    assert app.test_cli_runner().invoke(command, ["no-such-command"]).exit_code == 2


def test_commands_run_in_the_configuration_of_the_application(make_app, monkeypatch):
    seen = {}

    def main(arguments: tuple[str, ...]) -> int:
        seen.update(os.environ, arguments=arguments)
        return 4

    monkeypatch.setattr(cli, "main", main)
    monkeypatch.setenv("EMAILAPI_SERVER_TOKEN", "environment")
    app = make_app(EMAILAPI_SERVER_TOKEN="configuration", MAIL_DEFAULT_SENDER=("Doe, Jane", "jane@example.com"))
    ran = app.test_cli_runner().invoke(command, ["messages", "--json", "-x"])
    assert (ran.exit_code, ran.output) == (4, "")
    assert seen["arguments"] == ("messages", "--json", "-x")
    assert seen["EMAILAPI_SERVER_TOKEN"] == "configuration"
    assert seen["EMAILAPI_SENDER"] == '"Doe, Jane" <jane@example.com>'


def test_options_without_configuration_come_from_the_environment():
    assert variables({"EMAILAPI_BASE_URL": None, "DEFAULT_MAIL_SENDER": "a@example.com"}) == {
        "EMAILAPI_SENDER": "a@example.com"
    }


def test_an_email_is_sent_with_the_configuration_of_the_application(make_app):
    with Sandbox() as sandbox, Client(sandbox.token, base_url=sandbox.url) as client:
        app = make_app(
            EMAILAPI_SERVER_TOKEN=sandbox.token, EMAILAPI_BASE_URL=sandbox.url, MAIL_DEFAULT_SENDER="shop@example.com"
        )
        arguments = ["send", "--to", "ada@example.com", "--text", "Hello", "--wait", "delivered"]
        ran = app.test_cli_runner().invoke(command, arguments)
        assert (ran.exit_code, json.loads(ran.output)["state"]) == (0, "delivered")
        assert client.messages.list()[0].sender == "shop@example.com"
