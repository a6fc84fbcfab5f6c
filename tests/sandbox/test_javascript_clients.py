"""Clients in JavaScript against the sandbox, with only the base URL changed: postmark.js 4 and 5, and Nodemailer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from emailapi.sandbox.inbox.snippets import clients

SCRIPTS = Path(__file__).parent / "javascript"
INSTALL = (
    "npm install --prefer-offline --no-audit --no-fund --ignore-scripts --legacy-peer-deps --loglevel=error".split()
)

pytestmark = pytest.mark.costly


@pytest.fixture(scope="module")
def modules(needs, tmp_path_factory):
    """Install the packages in a folder that is removed again; npm has a cache of its own."""
    needs("npm", shutil.which("npm"), "npm is not installed")
    folder = tmp_path_factory.mktemp("npm")
    shutil.copy(SCRIPTS / "package.json", folder)
    try:
        done = subprocess.run(INSTALL, cwd=folder, capture_output=True, text=True, timeout=300)
        reason = done.stderr.strip()[-200:]
    except subprocess.TimeoutExpired:
        reason = "it did not end within 300 s"
    needs("npm", (folder / "node_modules" / "postmark").is_dir(), f"npm cannot install the packages: {reason}")
    return folder / "node_modules"


@pytest.fixture
def run(modules, sandbox):
    """Give `run(script, *arguments, **environment)`, which returns what a script prints."""

    def run(script, *arguments, **environment):
        # A folder that can be written only for coverage of its own, and no proxies.
        known = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "NODE_PATH": str(modules)}
        known |= {"SANDBOX_URL": sandbox.url, "SERVER_TOKEN": sandbox.token, "ACCOUNT_TOKEN": sandbox.account_token}
        done = subprocess.run(
            ["node", SCRIPTS / script, *arguments],
            env={**known, **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize("package", ["postmark", "postmark4"])
def test_postmark_js_works(run, package):
    found = run("postmark_calls.cjs", package)
    assert found["sending"] == {
        "sent": [0, "OK", "ada@example.com"],
        "batch": [0, 300],
        "found": 2,
        "details": ["Hi", ["a.txt"], {"user": "7"}, ["Delivered"]],
        "dump": True,
        "opens": 0,
        "clicks": [],
        "bounced": [["HardBounce", "hardbounce@bounce-testing.postmarkapp.com", True]],
        "activated": False,
        "inactive": 0,
        "counts": 3,
    }
    assert found["rejections"] == {
        "token": ["InvalidAPIKeyError", 10, 401, None],
        "address": ["InvalidEmailRequestError", 300, 422, None],
        "inactive": ["InactiveRecipientsError", 406, 422, ["eve@example.com"]],
        "message": ["ApiInputError", 701, 422, None],
    }
    assert found["templates"] == {
        "alias": "welcome",
        "subject": "Hi Ada",
        "html": "<main><p>Hello Ada</p></main>",
        "batch": [0, 1101],
        "valid": [True, "Hi Bob", {"name": "Bob"}],
        "edited": "Other",
        "listed": ["frame"],
        "deleted": 0,
    }
    assert found["settings"] == {
        "server": "red",
        "archived": None,
        "streams": ["outbound", "inbound", "broadcast", "news"],
        "webhook": True,
        "webhooks": 1,
        "rule": 0,
        "suppressions": found["settings"]["suppressions"],
    }
    assert [each["EmailAddress"] for each in found["settings"]["suppressions"]] == ["eve@example.com"]
    account = found["ofAccount"]
    assert (account["server"], account["servers"], account["dkim"]) == ("Third", 2, True)
    assert (account["signature"], account["removal"]) == ("me@a.example", "Pending")
    assert account["push"] == [["Create", "frame"]]
    assert found["bulk"] in (None, ["Completed", 1])


def _check(message):
    assert (message.sender.email, message.sender.name) == ("shop@example.com", "Shop, Inc.")
    assert [(address.email, address.name) for address in message.to] == [
        ("ada@example.com", "Ada"),
        ("bob@example.com", None),
    ]
    assert [message.cc[0].email, message.bcc[0].email] == ["carol@example.com", "dan@example.com"]
    assert message.reply_to[0].email == "help@example.com"
    assert (message.subject, message.text_body.strip(), message.code) == (
        "Grüße 482913",
        "Your code is 482913",
        "482913",
    )
    assert "<b>482913</b>" in message.html_body
    assert ("x-order", "77") in [(header.name.lower(), header.value) for header in message.headers]
    # By SMTP the image stands beside the HTML, and so before the other file.
    files = {file.name: (file.content, file.content_id) for file in message.attachments}
    assert files == {"a.txt": (b"hello", None), "l.png": (b"p", "logo")}


@pytest.mark.slow
def test_nodemailer_sends_by_the_api(run, sandbox):
    found = run("nodemailer_calls.cjs")["sending"]
    (message,) = sandbox.messages()
    _check(message)
    assert found["id"] == message.message_id


@pytest.mark.slow
def test_nodemailer_sends_by_smtp(run, sandbox):
    smtp = {"SMTP_HOST": sandbox.smtp_host, "SMTP_PORT": str(sandbox.smtp_port)}
    found = run("nodemailer_calls.cjs", SMTP_CERTIFICATE=sandbox.smtp_certificate, **smtp)["sending"]
    (message,) = sandbox.messages()
    _check(message)
    assert len(found["accepted"]) == 4


@pytest.mark.slow
def test_the_program_of_the_inbox_for_node_sends_an_email(modules, sandbox):
    given = sandbox.url, sandbox.token, sandbox.smtp_host, sandbox.smtp_port
    program = dict(clients(*given))["Node.js"]
    known = {"PATH": os.environ["PATH"], "NODE_PATH": str(modules)}
    subprocess.run(["node", "-e", program], env=known, check=True, timeout=120, capture_output=True)
    assert [message.subject for message in sandbox.messages()] == ["Hello"]
