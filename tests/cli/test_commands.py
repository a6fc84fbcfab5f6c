"""All commands: their help, their list, and their completion."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module

import pytest

from emailapi.cli import COMMANDS, main, parser_for
from emailapi.cli.commands import tree


def walk(command):
    """Yield a command and all commands in it."""
    yield command
    for inner in command.get("commands", ()):
        yield from walk(inner)


PARSER = parser_for(None)
ALL = [command["name"].split()[1:] for command in walk(tree())]


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_each_command_has_a_help_with_a_description(path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as ended:
        main([*path, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"usage: emailapi{''.join(f' {part}' for part in path)} ")
    assert len(shown.splitlines()) > 4
    assert max(map(len, shown.partition("\nexamples:")[0].splitlines())) <= 80


def test_each_last_command_has_an_example():
    without = {"demo", "completion bash"}
    for command in walk(tree()):
        path = command["name"].split()[1:]
        if path and "commands" not in command and " ".join(path) not in without:
            parser = main_parser(path)
            assert parser.epilog, path
            assert f"emailapi {' '.join(path)}" in parser.epilog


def main_parser(path):
    """Return the parser of a command."""
    parser = PARSER
    for part in path:
        parser = next(action for action in parser._actions if action.choices and part in action.choices).choices[part]
    return parser


def test_the_list_has_all_commands(run):
    done = run("commands")
    assert [command["name"] for command in done.json["commands"]] == [f"emailapi {name}" for name in COMMANDS]
    assert all(import_module(f"emailapi.cli.{name}") for name in COMMANDS)
    for command in walk(done.json):
        for option in command["options"]:
            assert option["help"], (command["name"], option)
            assert not re.search("token$|password|secret", option["names"][-1])


# How each shell is asked for the completions of the last word of a line.
SHELLS = {
    "bash": "source {script}; COMP_WORDS=({line}); COMP_CWORD={last}; _emailapi; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
    "zsh": (
        "compdef() {{ }}; compadd() {{ shift; print -l -- ${{(M)@:#${{words[CURRENT]}}*}}; }}\n"
        "_files() {{ print -l -- ${{words[CURRENT]}}*; }}\n"
        "source {script}; words=({line}); CURRENT={last}+1; _emailapi"
    ),
    "fish": "source {script}; complete -C '{line}'",
}


@pytest.mark.costly
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_commands_options_and_values(run, tmp_path, shell, needs):
    needs(shell, shutil.which(shell), f"{shell} is not installed")
    script = tmp_path / "completion"
    script.write_text(run("completion", shell).out)
    (tmp_path / "bill.pdf").touch()
    options = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    for line, wanted in (
        ("emailapi mess", "messages"),
        ("emailapi messages wa", "wait"),
        ("emailapi messages wait --tim", "--timeout"),
        ("emailapi messages list --to wait --stat", "--status"),
        ("emailapi sandbox inbox ev", "event"),
        ("emailapi send --idem", "--idempotency-key"),
        ("emailapi send --wait de", "delivered"),
        ("emailapi stats click-l", "click-locations"),
        (f"emailapi send --attach {tmp_path}/bi", f"{tmp_path}/bill.pdf"),
    ):
        code = SHELLS[shell].format(script=script, line=line, last=len(line.split()) - 1)
        done = subprocess.run(
            [shell, *options, "-c", code],
            env={**os.environ, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert ([found.partition("\t")[0] for found in done.stdout.splitlines()], done.stderr) == ([wanted], ""), line


def cost(code):
    """Return the CPU time that a Python program takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, timeout=300)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def costs_at_most(less, more_code, factor=1.0, more=0.0):
    """Return whether one program costs little more than another: the least of up to 40 runs of each counts."""
    least = costly = float("inf")
    for _ in range(40):
        least, costly = min(least, cost(less)), min(costly, cost(more_code))
        if costly <= least * factor + more:
            return True
    return False


@pytest.mark.costly
@pytest.mark.slow
def test_the_help_costs_little_more_than_argparse():
    help_code = "import sys; sys.argv[1:] = ['--help']; from emailapi.cli import main; main()"
    assert costs_at_most("import argparse", help_code, factor=2.5)


@pytest.mark.exhaustive
@pytest.mark.costly
@pytest.mark.slow
def test_a_send_costs_little_more_than_in_a_script(sandbox):
    email = "to='a@example.com', subject='Hi', text_body='Hello'"
    script = f"from emailapi import Client, Email\nwith Client() as client: client.outbound.send(Email({email}))"
    command = (
        "import sys; sys.argv[1:] = ['send', '--to', 'a@example.com', '--subject', 'Hi', '--text', 'Hello']\n"
        "from emailapi.cli import main; sys.exit(main())"
    )
    assert costs_at_most(script, command, more=0.03)


class Accepting(BaseHTTPRequestHandler):
    """A service that accepts each batch at once."""

    protocol_version = "HTTP/1.1"
    item = b'{"To": "a@example.com", "SubmittedAt": "2026-02-17T07:25:01Z", "MessageID": "7", "ErrorCode": 0}'

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        response = b"[" + b",".join([self.item] * body.count(b'"To":')) + b"]"
        self.send_response(200)
        self.send_header("Content-Length", str(len(response)))
        self.end_headers()
        self.wfile.write(response)

    def log_message(self, *_):
        pass


@pytest.fixture
def accepting(monkeypatch):
    """Let the environment point to such a service."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Accepting) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        monkeypatch.setenv("EMAILAPI_BASE_URL", f"http://127.0.0.1:{server.server_address[1]}")
        monkeypatch.setenv("EMAILAPI_SERVER_TOKEN", "token")
        yield
        server.shutdown()
        thread.join()


@pytest.mark.exhaustive
@pytest.mark.costly
@pytest.mark.slow
def test_a_batch_needs_the_same_memory_for_any_number_of_rows(accepting, tmp_path):
    def memory(rows):
        path = tmp_path / f"{rows}.csv"
        path.write_text("to,name\n" + "".join(f"u{number}@example.com,{number}\n" for number in range(rows)))
        arguments = [
            "batch",
            str(path),
            "--from",
            "a@example.com",
            "--text",
            "Hi {{name}}",
            "--resume",
            f"{path}.jsonl",
        ]
        code = (
            f"import resource, sys; sys.argv[1:] = {arguments}\nfrom emailapi.cli import main\n"
            "code = main(); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr); sys.exit(code)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=600
        )
        assert done.returncode == 0
        return int(done.stderr) / 1024

    # Nine chunks are read ahead: beyond them nothing may grow but the states of rows, a byte each.
    assert memory(20_000) < memory(5_000) + 3


@pytest.mark.costly
def test_the_help_loads_nothing_that_it_does_not_need():
    code = (
        "import sys; sys.argv[1:] = ['--help']; from emailapi.cli import main\ntry: main()\nexcept SystemExit: pass\n"
        "print(*{name.partition('.')[0] for name in sys.modules} & {'attrs', 'attr', 'requests', 'rich', 'json'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert (done.stdout.splitlines()[-1], done.stderr) == ("", "")
