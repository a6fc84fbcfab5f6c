"""`manage.py emailapi ...`."""

from __future__ import annotations

import json
import os

import pytest
from django.core.management import CommandError, call_command, execute_from_command_line, load_command_class

from emailapi import Client, __version__, cli
from emailapi.sandbox import Sandbox

BACKEND = "emailapi.django.EmailBackend"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """Take back what `--settings` writes into the environment."""
    monkeypatch.setattr(os, "environ", os.environ.copy())


@pytest.fixture
def ran(monkeypatch):
    """Give a dict with the arguments and the environment of the command line that ran."""
    seen = {}

    def main(arguments) -> int:
        seen.update(os.environ, arguments=[*arguments])
        return seen.get("code", 0)

    monkeypatch.setattr(cli, "main", main)
    return seen


def manage(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        execute_from_command_line(["manage.py", "emailapi", *arguments])
    return ended.value.code


@pytest.mark.parametrize("arguments, output", [(["--version"], __version__), (["--help"], "usage: emailapi")])
def test_options_are_those_of_the_command_line(configure, capsys, arguments, output):
    configure(transport="memory")
    assert manage(*arguments) == 0
    assert output in capsys.readouterr().out


def test_the_commands_are_those_of_the_command_line(configure, capsys):
    configure(transport="memory")
    assert manage("commands") == 0
    found = json.loads(capsys.readouterr().out)["commands"]
    assert [command["name"] for command in found] == [f"emailapi {name}" for name in cli.COMMANDS]
    assert manage("no-such-command") == 2
    assert json.loads(capsys.readouterr().err)["error"]["type"] == "UsageError"


def test_the_help_of_django_is_that_of_the_command_line(capsys):
    with pytest.raises(SystemExit):
        execute_from_command_line(["manage.py", "help", "emailapi"])
    assert "usage: emailapi" in capsys.readouterr().out


def test_a_command_runs_with_the_settings_of_the_project(configure, ran, monkeypatch):
    monkeypatch.setenv("EMAILAPI_SERVER_TOKEN", "environment")
    configure(server_token="of the mailer", base_url="http://localhost:3000")
    assert manage("messages", "--json", "-x", "--settings=ignored") == 0
    assert ran["arguments"] == ["messages", "--json", "-x"]
    assert (ran["EMAILAPI_SERVER_TOKEN"], ran["EMAILAPI_BASE_URL"]) == ("of the mailer", "http://localhost:3000")
    assert ran["EMAILAPI_SENDER"] == "shop@example.com"
    assert os.environ["EMAILAPI_SERVER_TOKEN"] == "environment"
    assert "EMAILAPI_BASE_URL" not in os.environ


def test_the_exit_code_is_that_of_the_command_line(configure, ran):
    configure(server_token="t")
    ran["code"] = 4
    assert manage("messages") == 4
    with pytest.raises(CommandError, match="ended with 4") as caught:
        call_command("emailapi", "messages")
    assert caught.value.returncode == 4


def test_call_command_runs_a_command(configure, ran):
    configure(server_token="t")
    call_command("emailapi", "messages", "--json")
    assert ran["arguments"] == ["messages", "--json"]


@pytest.mark.mailers(True)
def test_the_using_option_selects_the_mailer(setting, ran):
    options = [{"server_token": "one"}, {"server_token": "two", "allow_http": True}]
    setting(MAILERS={
        "default": {"BACKEND": BACKEND, "OPTIONS": options[0]},
        "news": {"BACKEND": BACKEND, "OPTIONS": options[1]},
        "other": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"},
    })  # fmt: skip
    assert manage("messages") == 0
    assert (ran["EMAILAPI_SERVER_TOKEN"], ran.get("EMAILAPI_ALLOW_HTTP")) == ("one", None)
    assert manage("--using", "news", "messages") == 0
    assert (ran["EMAILAPI_SERVER_TOKEN"], ran["EMAILAPI_ALLOW_HTTP"]) == ("two", "1")
    ran.clear()
    assert manage("--using", "other", "messages") == 0
    assert "EMAILAPI_SERVER_TOKEN" not in ran


def test_an_unknown_mailer_and_wrong_settings_are_named(configure, setting, ran, capsys):
    configure(server_token="t")
    assert manage("--using", "nwes", "messages") == 3
    assert "--using must be" in capsys.readouterr().err
    setting(EMAILAPI={"SERVER_TOKN": "x"})
    assert manage("messages") == 3
    assert "did you mean 'SERVER_TOKEN'" in capsys.readouterr().err
    assert "arguments" not in ran


def test_the_command_runs_without_system_checks():
    assert load_command_class("emailapi.django", "emailapi").requires_system_checks == ()


def test_an_email_is_sent_with_the_settings_of_the_project(configure, capsys):
    with Sandbox() as sandbox, Client(sandbox.token, base_url=sandbox.url) as client:
        configure(server_token=sandbox.token, base_url=sandbox.url)
        assert manage("send", "--to", "ada@example.com", "--text", "Hello", "--wait", "delivered") == 0
        assert json.loads(capsys.readouterr().out)["state"] == "delivered"
        assert client.messages.list()[0].sender == "shop@example.com"
