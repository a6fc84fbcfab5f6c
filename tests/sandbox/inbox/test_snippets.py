"""The snippets of the page about connecting do what they say."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from emailapi.sandbox import Sandbox
from emailapi.sandbox.inbox.snippets import clients, frameworks

# Programs that use the settings of a framework: the settings stand in the place of SETTINGS.
PROGRAMS = {
    "Environment": """
from emailapi import Client, Email

Client().outbound.send(Email(sender="me@example.com", to="you@example.com", subject="Hello", text_body="Hi"))
""",
    "Django": """
from django.conf import settings
from django.core.mail import send_mail

given = {}
exec(SETTINGS, given)
settings.configure(**{name: value for name, value in given.items() if name.isupper()})
send_mail("Hello", "Hi", "me@example.com", ["you@example.com"])
""",
    "Flask": """
from flask import Flask
from emailapi.flask import Mail, Message

app = Flask("shop")
exec(SETTINGS)
mail = Mail(app)
with app.app_context():
    mail.send(Message("Hello", recipients=["you@example.com"], body="Hi", sender="me@example.com"))
""",
}


def _snippet(sandbox: Sandbox, name: str) -> str:
    given = sandbox.url, sandbox.token, sandbox.smtp_host, sandbox.smtp_port
    return {**dict(clients(*given)), **dict(frameworks(*given))}[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Python", "SMTP"])
def test_a_program_in_python_sends_an_email(sandbox: Sandbox, name: str) -> None:
    subprocess.run([sys.executable, "-c", _snippet(sandbox, name)], check=True, timeout=60)
    assert [message.subject for message in sandbox.messages()] == ["Hello"]


def test_the_command_of_curl_sends_an_email(sandbox: Sandbox, needs: Any) -> None:
    needs("curl", shutil.which("curl"), "curl is not installed")
    subprocess.run(["bash", "-c", _snippet(sandbox, "curl")], check=True, timeout=60, capture_output=True)
    assert [message.subject for message in sandbox.messages()] == ["Hello"]


@pytest.mark.slow
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_settings_of_a_framework_let_it_send_an_email(sandbox: Sandbox, name: str) -> None:
    settings = _snippet(sandbox, name)
    program = f"SETTINGS = {settings!r}\n{PROGRAMS[name]}"
    command = [sys.executable, "-c", program]
    if name == "Environment":
        command = ["bash", "-c", f'{settings}\nexec "$0" "$@"', *command]
    subprocess.run(command, check=True, timeout=60, env={**os.environ, "PYTHONWARNINGS": "ignore"})
    assert [message.subject for message in sandbox.messages()] == ["Hello"]


# Laravel hands the query of MAIL_URL to this mailer as options.
SYMFONY = """
require "Symfony/Component/Mailer/autoload.php";
$transport = Symfony\\Component\\Mailer\\Transport::fromDsn(getenv("MAIL_URL"));
$email = (new Symfony\\Component\\Mime\\Email())->from("me@example.com")->to("you@example.com")->subject("Hello");
$transport->send($email->text("Hi"));
"""
ACTION_MAILER = """
require "ostruct"
require "action_mailer"

config = OpenStruct.new(action_mailer: ActionMailer::Base)
SETTINGS
ActionMailer::Base.mail(from: "me@example.com", to: "you@example.com", subject: "Hello", body: "Hi").deliver_now
"""


@pytest.mark.slow
@pytest.mark.exhaustive
def test_the_settings_of_laravel_let_its_mailer_send_an_email(sandbox: Sandbox, needs: Any) -> None:
    needs("php", Path("/usr/share/php/Symfony/Component/Mailer").exists(), "php-symfony-mailer is not installed")
    exported = _snippet(sandbox, "Laravel").replace("MAIL_", "export MAIL_")
    subprocess.run(["bash", "-c", f'{exported}\nphp -r "$0"', SYMFONY], check=True, timeout=60)
    assert [message.subject for message in sandbox.messages()] == ["Hello"]


@pytest.mark.slow
@pytest.mark.exhaustive
def test_the_program_in_php_is_valid(sandbox: Sandbox, needs: Any, tmp_path: Path) -> None:
    """The vendor's library is not in Debian: its names are those of its version 7.0."""
    needs("php", shutil.which("php"), "php is not installed")
    program = tmp_path / "send.php"
    program.write_text(_snippet(sandbox, "PHP"))
    subprocess.run(["php", "-l", program], check=True, timeout=60, stdout=subprocess.DEVNULL)


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["Ruby", "Rails"])
def test_a_program_in_ruby_sends_an_email(sandbox: Sandbox, needs: Any, name: str) -> None:
    gem = {"Ruby": "postmark", "Rails": "action_mailer"}[name]
    there = subprocess.run(["bash", "-c", f"ruby -e 'require \"{gem}\"'"], check=False, timeout=60, capture_output=True)
    needs("ruby", there.returncode == 0, f"{gem} is not installed for ruby")
    program = _snippet(sandbox, name)
    program = program if name == "Ruby" else ACTION_MAILER.replace("SETTINGS", program)
    subprocess.run(["ruby", "-W0", "-e", program], check=True, timeout=60)
    assert [message.subject for message in sandbox.messages()] == ["Hello"]
