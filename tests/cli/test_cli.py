"""`emailapi` on the command line."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys

import pytest

from emailapi import __version__
from emailapi.cli import main

DEMO = pytest.param(["demo"], marks=pytest.mark.slow)


def run(*arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, after some Python."""
    code = f"{before}\nimport sys; from emailapi.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.exhaustive(cases=1)
@pytest.mark.costly
@pytest.mark.parametrize("command", [DEMO, ["sandbox", "--port", "0"]])
def test_a_missing_extra_is_named(command):
    """Without Flask a command that needs the sandbox ends with 3 and one line that names the extra."""
    done = run(*command, before="import sys; sys.modules['flask'] = None")
    assert (done.returncode, done.stdout) == (3, "")
    assert re.fullmatch(r"emailapi: .*emailapi-sdk\[sandbox\].*\n", done.stderr)


def test_version_prints_name_and_version(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"emailapi {__version__}\n"


@pytest.mark.parametrize("port", ["x", "65536", "-1"])
def test_a_wrong_port_is_wrong_usage(port, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["sandbox", "--port", port])
    assert ended.value.code == 2
    assert "argument --port: " in json.loads(capsys.readouterr().err)["error"]["message"]


def test_a_port_in_use_is_named(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["sandbox", "--port", str(port)]) == 3
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert str(port) in error


def test_a_data_file_that_is_not_a_database_is_named_and_unchanged(capsys, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("dear diary\n" * 100)
    assert main(["sandbox", "--port", "0", "--data", str(path)]) == 3
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert str(path) in error
    assert path.read_text() == "dear diary\n" * 100
    assert os.listdir(tmp_path) == ["notes.txt"]


CLOSED = """
import os, sys
# A pipe without a reader, as the command's standard output.
reader, writer = os.pipe()
os.close(reader)
os.dup2(writer, 1)
"""


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.costly
@pytest.mark.parametrize(
    "arguments",
    [DEMO, ["--help"], ["--version"], ["sandbox", "--help"]],
    ids=" ".join,
)
@pytest.mark.parametrize(
    "unbuffered", ["", "sys.stdout.reconfigure(write_through=True)"], ids=["buffered", "unbuffered"]
)
def test_a_closed_pipe_at_the_output_is_not_an_error(arguments, unbuffered):
    done = run(*arguments, before=CLOSED + unbuffered)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.exhaustive
@pytest.mark.costly
@pytest.mark.slow
def test_the_demo_continues_after_its_output_pipe_is_closed():
    check = "from emailapi.cli import demo; demo.BOUNCING = 'softbounce@bounce-testing.postmarkapp.com'"
    done = run("demo", before=f"{CLOSED}\n{check}")
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch("emailapi: demo: an email to a suppressed address .*\n", done.stderr)


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.costly
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device")
@pytest.mark.parametrize("arguments", [DEMO, ["sandbox", "--port", "0"]], ids=" ".join)
def test_output_that_cannot_be_written_is_named(arguments):
    done = run(*arguments, before="import os; os.dup2(os.open('/dev/full', os.O_WRONLY), 1)")
    assert (done.returncode, done.stderr) == (
        1,
        "emailapi: cannot write to standard output: No space left on device\n",
    )


@pytest.mark.exhaustive
@pytest.mark.costly
@pytest.mark.slow
def test_a_closed_standard_output_is_not_an_error():
    done = run("demo", before="import os, sys; os.close(1); sys.stdout = sys.__stdout__ = None")
    assert (done.returncode, done.stderr) == (0, "")
