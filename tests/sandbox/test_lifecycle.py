"""The end of a sandbox that is closed, forgotten, forked, or could not be started: no thread, port or file stays."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from emailapi import AccountClient, Client, Email
from emailapi.errors import APIError, ConfigurationError
from emailapi.sandbox import Sandbox

pytestmark = pytest.mark.costly

_DESCRIPTORS = Path("/proc/self/fd")
_needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def _open_files() -> int:
    return len(list(_DESCRIPTORS.iterdir())) if _DESCRIPTORS.is_dir() else 0


def _send(sandbox: Sandbox) -> int:
    """Send an email and return how many the sandbox has."""
    with Client(sandbox.token, base_url=sandbox.url) as client:
        client.outbound.send(Email(sender="a@example.com", to="b@example.com", text_body="x"))
        return client.messages.list().total_count


def _python(script: str, *arguments: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *options, "-c", script, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_a_closed_sandbox_frees_its_port_while_clients_are_connected(tmp_path):
    before = _open_files()
    with requests.Session() as session:
        sandbox = Sandbox(tmp_path / "messages.db").start()
        session.get(sandbox.url, timeout=60)
        host, port = sandbox.url.removeprefix("http://").split(":")
        sandbox.close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)), timeout=60)
        with Sandbox(http_port=int(port)) as again:
            assert requests.get(again.url, timeout=60).status_code == 404
    assert _open_files() == before


def test_a_sandbox_can_be_started_again_but_not_twice_at_once():
    sandbox = Sandbox()
    with sandbox:
        with pytest.raises(ConfigurationError, match="running already"), sandbox:
            pass
        assert _send(sandbox) == 1
    with sandbox:
        assert _send(sandbox) == 1


def _no_thread(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    start = threading.Thread.start

    def fail(thread: threading.Thread) -> None:
        if thread.name == name:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", fail)


@pytest.mark.parametrize("name", ["emailapi-sandbox-http", "emailapi-sandbox-0", "emailapi-sandbox-3"])
def test_a_start_without_threads_leaves_nothing_open(monkeypatch, name):
    files, threads = _open_files(), set(threading.enumerate())
    sandbox = Sandbox()
    with monkeypatch.context() as without:
        _no_thread(without, name)
        with pytest.raises(RuntimeError, match="can't start new thread"):
            sandbox.start()
    assert (_open_files(), set(threading.enumerate())) == (files, threads)
    with sandbox:
        assert _send(sandbox) == 1


def test_a_start_with_a_wrong_file_or_port_leaves_nothing_open(tmp_path):
    (tmp_path / "notes.txt").write_text("dear diary")
    with Sandbox() as running:
        files, threads = _open_files(), set(threading.enumerate())
        port = int(running.url.rpartition(":")[2])
        for sandbox in (Sandbox(tmp_path / "notes.txt"), Sandbox(http_port=port), Sandbox(http_port=-1)):
            with pytest.raises(ConfigurationError):
                sandbox.start()
            sandbox.close()
        assert (_open_files(), set(threading.enumerate())) == (files, threads)


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_sandbox_that_is_never_closed_ends_with_the_interpreter(tmp_path):
    script = """
import sys
from emailapi import Client, Email
from emailapi.sandbox import Sandbox

sandbox = Sandbox(sys.argv[1]).start()
client = Client(sandbox.token, base_url=sandbox.url)
client.outbound.send(Email(sender="a@example.com", to="b@example.com", text_body="x"))
"""
    done = _python(script, str(tmp_path / "messages.db"), options=("-X", "dev", "-W", "error"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with Sandbox(tmp_path / "messages.db") as sandbox:
        assert _send(sandbox) == 2


# Newer Pythons warn of any fork beside threads.
_FORKING = ("-W", "ignore::DeprecationWarning")
# What a forked child does, and ends.
FORK = """
import os, sys, socket
from emailapi import Client, ConfigurationError, Email
from emailapi.sandbox import Sandbox

def send():
    with Client(sandbox.token, base_url=sandbox.url) as client:
        client.outbound.send(Email(sender="a@example.com", to="b@example.com", text_body="x"))
        return client.messages.list().total_count

path = sys.argv[1] or None
sandbox = Sandbox(path).start()
host, port = sandbox.url[7:].split(":")
kept = socket.create_connection((host, int(port)), timeout=60)
kept.sendall(f"GET / HTTP/1.1\\r\\nHost: {host}\\r\\n\\r\\n".encode())
kept.recv(65536)
reader, writer = os.pipe()
done_reader, done_writer = os.pipe()
child = os.fork()
if not child:
    os.close(writer)
    send()
    try:
        sandbox.allow(delete_servers=True)
    except ConfigurationError as error:
        assert str(os.getppid()) in str(error), error
    else:
        os._exit(7)
    sandbox.close()
    sandbox.close()
    os.write(done_writer, b"x")
    if sys.argv[2] == "live":
        os.read(reader, 1)  # until the parent has ended, or tells
        os._exit(0)
    sys.exit(0)
"""


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@_needs_fork
@pytest.mark.parametrize("kept", ["memory", "file"])
def test_a_forked_child_does_not_close_the_sandbox_of_its_parent(tmp_path, kept):
    path = str(tmp_path / "messages.db") if kept == "file" else ""
    then = """
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
print(send(), send())
sandbox.close()
"""
    done = _python(FORK + then, path, "end", options=_FORKING)
    assert (done.returncode, done.stdout, done.stderr) == (0, "2 3\n", "")
    if path:
        with Sandbox(path) as sandbox:
            assert _send(sandbox) == 4


@pytest.mark.exhaustive
@pytest.mark.slow
@_needs_fork
def test_a_running_forked_child_does_not_lock_the_data_file(tmp_path):
    then = """
os.read(done_reader, 1)
sandbox.close()
Sandbox(path).start().close()
os.close(writer)
os.waitpid(child, 0)
"""
    done = _python(FORK + then, str(tmp_path / "messages.db"), "live", options=_FORKING)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.exhaustive
@pytest.mark.slow
@_needs_fork
def test_a_running_forked_child_keeps_no_port_or_connection_open():
    then = """
os.close(done_writer)
assert os.read(done_reader, 1) == b"x"
sandbox.close()
rest = b"".join(iter(lambda: kept.recv(65536), b""))
try:
    socket.create_connection((host, int(port)), timeout=60)
except ConnectionRefusedError:
    print("rejected")
os.write(writer, b"x")
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
    done = _python(FORK + then, "", "live", options=_FORKING)
    assert (done.returncode, done.stdout, done.stderr) == (0, "rejected\n", "")


def _deletes_servers(sandbox: Sandbox) -> bool:
    with AccountClient(sandbox.account_token, base_url=sandbox.url) as account:
        server = account.servers.create(name=os.urandom(4).hex())
        with suppress(APIError):
            account.servers.delete(server.id)
        return server.id not in [server.id for server in account.servers.list()]


def test_the_permission_to_delete_servers_is_stored_in_the_data_file(tmp_path):
    path = tmp_path / "messages.db"
    with Sandbox(path) as sandbox:
        assert not _deletes_servers(sandbox)
    with Sandbox(path, allow_server_deletion=True) as sandbox:
        assert _deletes_servers(sandbox)
    with Sandbox(path) as sandbox:
        assert _deletes_servers(sandbox)
        sandbox.allow(delete_servers=False)
        assert not _deletes_servers(sandbox)
