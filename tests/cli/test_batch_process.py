"""`emailapi batch` as a process that is killed and interrupted, with a journal."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

try:
    import resource
except ImportError:  # Windows
    resource = None

pytestmark = [pytest.mark.costly, pytest.mark.slow]

ROWS = 240
MERGE = ("--subject", "Hi {{name}}", "--text", "Hello", "--chunk-size", "5", "--workers", "2", "--lookup-delay", "0")


@pytest.fixture
def command(tmp_path):
    """Give the command that sends all rows."""
    path = tmp_path / "people.csv"
    path.write_text("to,name\n" + "".join(f"u{number}@example.com,{number}\n" for number in range(ROWS)))
    return [sys.executable, "-m", "emailapi", "batch", str(path), *MERGE, "--resume", str(tmp_path / "run.jsonl")]


def sent(client):
    """Return how often an email was sent to each recipient."""
    return Counter(message.recipients[0] for message in client.messages.list(count=500).iter_all())


def wait_for_lines(path, count, process):
    """Wait until a journal has so many lines, or its process has ended."""
    while process.poll() is None:
        if path.exists() and path.read_bytes().count(b"\n") >= count:
            return
        time.sleep(0.001)


@pytest.mark.exhaustive(cases=1)
@pytest.mark.parametrize("seed", range(3))
def test_a_batch_that_is_killed_sends_exactly_the_rest(client, command, tmp_path, seed, start):
    chance, journal, kills = random.Random(seed), tmp_path / "run.jsonl", 0
    while True:
        process = start(*command)
        lines = journal.read_bytes().count(b"\n") if journal.exists() else 0
        wait_for_lines(journal, lines + chance.randint(1, 60), process)
        time.sleep(chance.random() * 0.02)
        process.kill()
        process.communicate()
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL
        kills += 1
        written = journal.read_bytes() if journal.exists() else b""
        if b'"outcome"' in written[written.rfind(b"\n", 0, -1) :] and chance.random() < 0.5:
            journal.write_bytes(written[: -chance.randint(1, 5)])  # what a crash of the machine does to the last line
    assert kills
    assert sent(client) == {f"u{number}@example.com": 1 for number in range(ROWS)}


@pytest.mark.exhaustive
def test_ctrl_c_ends_a_batch_with_130_and_a_journal(client, command, tmp_path, start):
    process = start(*command)
    wait_for_lines(tmp_path / "run.jsonl", 20, process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    if process.returncode:
        assert process.returncode == 130
        assert "waiting for the emails under way" in err
        assert "run the same command again" in err
        assert json.loads(out.splitlines()[-1])["remaining"] >= 0
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    assert sent(client) == {f"u{number}@example.com": 1 for number in range(ROWS)}


@pytest.mark.exhaustive
def test_a_batch_goes_on_without_the_reader_of_its_output(client, command):
    line = " ".join(f"'{part}'" for part in command)
    done = subprocess.run(
        ["bash", "-c", f"{line} | head -n 1; exit ${{PIPESTATUS[0]}}"], capture_output=True, timeout=300
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert sum(sent(client).values()) == ROWS


def test_two_batches_do_not_use_one_journal_at_a_time(client, command, tmp_path, start):
    from emailapi.cli.journal import Journal

    batch = {"input": "x", "rows": ROWS, "email": {}, "service": ""}
    with Journal(str(tmp_path / "run.jsonl"), batch, "run"):
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 2
    assert "is in use by another batch" in done.stderr
    assert not sent(client)


@pytest.mark.skipif(resource is None, reason="needs a limit on the size of files")
def test_a_full_disk_ends_a_batch_and_its_journal_continues(client, command):
    """A file that may not grow stands for the disk: the journal's last line is torn."""
    limit = f"import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)); sys.argv = {command[2:]}"
    code = f"{limit}\nfrom emailapi.cli import main\nsys.exit(main())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1
    error = json.loads(done.stderr.splitlines()[-1])["error"]
    assert (error["type"], "run.jsonl cannot be written: File too large" in error["message"]) == ("JournalFailed", True)
    assert 0 < sum(sent(client).values()) < ROWS
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0
    assert sent(client) == {f"u{number}@example.com": 1 for number in range(ROWS)}
