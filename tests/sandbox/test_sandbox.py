"""Starting, stopping, and what is told of a sandbox."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import uuid

import pytest
import requests

from emailapi.errors import ConfigurationError
from emailapi.sandbox import Sandbox

from ..ports import unused_port


def test_a_running_sandbox_has_a_url_and_tokens(sandbox):
    assert sandbox.url.startswith("http://127.0.0.1:")
    assert str(uuid.UUID(sandbox.token)) == sandbox.token
    assert str(uuid.UUID(sandbox.account_token)) == sandbox.account_token
    assert sandbox.token != sandbox.account_token
    assert (sandbox.smtp_host, sandbox.inbox_url) == ("127.0.0.1", f"{sandbox.url}/inbox")
    assert sandbox.smtp_port not in (0, None)
    assert sandbox.token not in repr(sandbox)
    assert sandbox.url in repr(sandbox)


def test_a_sandbox_that_is_not_running_says_so():
    sandbox = Sandbox()
    for name in ("url", "token", "account_token", "store"):
        with pytest.raises(ConfigurationError, match="not running: use"):
            getattr(sandbox, name)
    sandbox.close()
    assert repr(sandbox) == "<Sandbox not running, data 'in memory'>"


def test_a_sandbox_starts_and_closes():
    sandbox = Sandbox()
    assert sandbox.start() is sandbox
    with pytest.raises(ConfigurationError, match="running already"):
        sandbox.start()
    url, token = sandbox.url, sandbox.token
    sandbox.close()
    sandbox.close()
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=60)
    with sandbox:
        assert sandbox.token != token


def test_a_closed_sandbox_leaves_no_threads():
    before = set(threading.enumerate())
    with requests.Session() as session:
        sandbox = Sandbox().start()
        session.get(sandbox.url, timeout=60)
        began = time.perf_counter()
        sandbox.close()
        assert time.perf_counter() - began < 20
    assert set(threading.enumerate()) <= before


def test_two_sandboxes_can_run_at_once(open_api):
    with Sandbox() as one, Sandbox() as other:
        first, second = open_api(one), open_api(other)
        first.accepted()
        assert (first.found()["TotalCount"], second.found()["TotalCount"]) == (1, 0)
        assert open_api(other, one.token).get("/stats/outbound").status_code == 401


@pytest.mark.costly
def test_a_given_port_is_used(sandbox):
    port = unused_port()
    for _ in range(3):
        with Sandbox(http_port=port) as fixed:
            assert fixed.url == f"http://127.0.0.1:{port}"
            assert requests.get(fixed.url, timeout=60).status_code == 404


@pytest.mark.parametrize("port", [-1, 65536, 10**30, "http no"])
def test_an_invalid_port_is_an_error(port):
    with pytest.raises(ConfigurationError, match=rf"port {port}"):
        Sandbox(http_port=port).start()


def test_a_port_in_use_is_an_error(sandbox, tmp_path):
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(
        ConfigurationError, match=f"port {port} on 127.0.0.1: Address already in use; port 0 is any free port"
    ):
        Sandbox(tmp_path / "messages.db", http_port=port).start()
    assert list(tmp_path.iterdir()) == []


def test_an_invalid_host_is_an_error():
    with pytest.raises(ConfigurationError, match=r"192\.0\.2\.1"):
        Sandbox(host="192.0.2.1").start()


def test_a_sandbox_on_all_addresses_has_a_usable_url():
    with Sandbox(host="0.0.0.0") as sandbox:
        assert sandbox.url.startswith("http://127.0.0.1:")
        assert requests.get(sandbox.url, timeout=60).status_code == 404


def test_a_data_file_keeps_its_data_over_restarts(tmp_path, open_api):
    path = tmp_path / "messages.db"
    with Sandbox(path) as sandbox:
        tokens = sandbox.token, sandbox.account_token
        message_id = open_api(sandbox).accepted(To="hardbounce@bounce-testing.postmarkapp.com", Metadata={"k": "v"})
    with Sandbox(str(path)) as sandbox:
        api = open_api(sandbox)
        assert (sandbox.token, sandbox.account_token) == tokens
        assert api.details(message_id)["Metadata"] == {"k": "v"}
        assert api.found(metadata_k="v")["TotalCount"] == 1
        assert api.send(To="hardbounce@bounce-testing.postmarkapp.com").json()["ErrorCode"] == 406
        assert api.get("/stats/outbound").json()["Bounced"] == 1
        assert api.accepted() != message_id
    assert [found.name for found in tmp_path.iterdir()] == ["messages.db"]


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_killed_process_loses_no_acknowledged_data(tmp_path, open_api, start):
    path = tmp_path / "messages.db"
    script = (
        "import sys, time; from emailapi.sandbox import Sandbox\n"
        "s = Sandbox(sys.argv[1]).start(); print(s.url, s.token, flush=True); time.sleep(60)"
    )
    process = start(sys.executable, "-c", script, str(path))
    url, token = process.stdout.readline().split()
    email = {"From": "a@x.com", "To": "b@x.com", "Subject": "Your order", "TextBody": "x"}
    response = requests.post(
        f"{url}/email/batch", json=[email] * 20, headers={"X-Postmark-Server-Token": token}, timeout=30
    )
    process.kill()
    process.wait()
    with Sandbox(path) as sandbox:
        found = open_api(sandbox).found(subject="order")
        assert [row["MessageID"] for row in found["Messages"]] == [item["MessageID"] for item in response.json()][::-1]


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_sandbox_prints_nothing(tmp_path):
    script = """
import requests, socket
from emailapi.sandbox import Sandbox

with Sandbox() as sandbox:
    requests.get(sandbox.url)
    requests.post(sandbox.url + "/email", data=b"x")
    host, port = sandbox.url[7:].split(":")
    with socket.create_connection((host, int(port))) as odd:
        odd.sendall(b"nonsense\\r\\n\\r\\n")
        odd.recv(100)
    with socket.create_connection((host, int(port))) as gone:
        gone.sendall(b"POST /email HT")
"""
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", script], capture_output=True, check=True
    )
    assert (done.stdout, done.stderr) == (b"", b"")


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize("port", ["http", "smtp"])
def test_connections_that_are_accepted_as_a_sandbox_ends_are_closed(port):
    script = f"""
import gc, socket, urllib.parse
from emailapi.sandbox import Sandbox

for number in range(30):
    with Sandbox() as sandbox:
        place = urllib.parse.urlsplit(sandbox.url)
        port = place.port if {port!r} == "http" else sandbox.smtp_port
        opened = [socket.create_connection((place.hostname, port), timeout=60) for _ in range(20)]
        for one in opened[number % 2 :: 2]:
            one.close()
    for one in opened:
        one.close()
gc.collect()
"""
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", script], capture_output=True, check=True
    )
    assert (done.stdout, done.stderr) == (b"", b"")


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize("missing", ["flask", "waitress", "css_inline", "aiosmtpd"])
def test_without_the_extra_the_error_says_what_to_install(missing):
    script = f"import sys; sys.modules[{missing!r}] = None; from emailapi.sandbox import Sandbox; Sandbox().start()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, text=True)
    assert done.returncode == 1
    assert f'the sandbox needs {missing}, which is not installed: pip install "emailapi-sdk[sandbox]"' in done.stderr


@pytest.mark.costly
def test_the_import_loads_almost_nothing():
    """Importing the sandbox loads no package of the extra: only running it does."""
    script = "import sys, emailapi.sandbox; print(*{'flask', 'waitress', 'css_inline'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert done.stdout.split() == []
