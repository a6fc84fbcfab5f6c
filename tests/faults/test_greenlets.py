"""Greenlets, signal handlers and forks that share a client: each email once, and known to be."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from .modes import MODES

ROOT = Path(__file__).parents[2]
SENDS = 100
FAULTS = ("reset", "reset-not-done", "reset-unread", "close", "500-done", "cut", "429", "503-code-100", "html")

SCRIPT = """
import json, sys, warnings
warnings.simplefilter("ignore")
tool, when, url, count, attempts = sys.argv[1:]

def patch():
    if tool == "gevent":
        import gevent.monkey
        gevent.monkey.patch_all()
    else:
        import eventlet
        eventlet.monkey_patch()

if when == "before the import":
    patch()
from emailapi import Client, Email, EmailAPIError, Retry
from emailapi._delivery import polling
polling.LOOK_UP_SECONDS = 0.5
if when == "after the import":
    patch()
retry = Retry(attempts=int(attempts), initial=0.02, maximum=0.05)
client = Client("t0ken", base_url=url, retry=retry)

def send(tag):
    email = Email(sender="us@example.com", to=f"{tag}@example.com", subject="s", text_body="x", tag=tag)
    try:
        return tag, client.outbound.send(email).message_id
    except EmailAPIError as error:
        return tag, str(error.outcome)

send("first")
if when == "after a send":
    patch()
tags = [f"t{number}" for number in range(int(count))]
if tool == "gevent":
    from gevent.pool import Pool
    results = Pool(10).map(send, tags)
else:
    from eventlet import GreenPool
    results = list(GreenPool(10).imap(send, tags))
print(json.dumps(results))
"""


def faults() -> list[Any]:
    """Return what befalls the requests: every second one meets a fault, always the same ones."""
    chosen = random.Random(7)
    return [None, *(MODES[chosen.choice(FAULTS)] if at % 2 else None for at in range(SENDS))]


def check(service, results) -> None:
    """Hold what senders were told against what the service accepted."""
    ids = {one.tag: one.id for one in service.accepted}
    told = dict(results)
    assert not [tag for tag in told if service.times(tag) > 1], "accepted twice"
    assert not [tag for tag, said in told.items() if said == "not_sent" and tag in ids], "denied although accepted"
    assert {tag: said for tag, said in told.items() if said not in ("not_sent", "unknown")}.items() <= ids.items()


def run(tool, when, service, *, attempts=4):
    """Send in greenlets of another process, and return what each sender was told."""
    command = [sys.executable, "-c", SCRIPT, tool, when, service.url, str(SENDS), str(attempts)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    results = json.loads(ran.stdout)
    assert len(results) == SENDS
    return results


@pytest.mark.parametrize("when", ["before the import", "after the import", "after a send"])
@pytest.mark.parametrize("tool", ["gevent", "eventlet"])
def test_greenlets_that_share_a_client_send_each_email_once(tool, when, serve):
    service = serve(*faults())
    results = run(tool, when, service)
    check(service, results)
    assert sum(said.startswith("id-") for _, said in results) > SENDS / 4


@pytest.mark.costly
@pytest.mark.exhaustive(cases=1)
@pytest.mark.parametrize("when", ["before the import", "after the import", "after a send"])
@pytest.mark.parametrize("tool", ["gevent", "eventlet"])
def test_greenlets_that_share_a_client_send_by_tls(tool, when, serve, tls, monkeypatch):
    """Where nothing fails, nothing is tried twice either."""
    context, bundle = tls
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    service = serve(tls=context)
    results = run(tool, when, service, attempts=1)
    check(service, results)
    assert all(said.startswith("id-") for _, said in results)


APP = """
import os
import emailapi
from emailapi._delivery import polling

polling.LOOK_UP_SECONDS = 0.5
retry = emailapi.Retry(attempts=4, initial=0.02, maximum=0.05)
client = emailapi.Client("t0ken", base_url=os.environ["URL"], retry=retry)
first = {"sender": "us@example.com", "to": "first@example.com", "subject": "s", "text_body": "x"}
client.outbound.send(first)

def app(environ, start_response):
    tag = environ["PATH_INFO"].strip("/")
    email = {"sender": "us@example.com", "to": f"{tag}@example.com", "subject": "s", "text_body": "x", "tag": tag}
    try:
        said = client.outbound.send(email).message_id
    except emailapi.EmailAPIError as error:
        said = str(error.outcome)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [said.encode()]
"""


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_client_created_before_the_fork_works_in_gevent_workers_of_gunicorn(serve, tmp_path, monkeypatch):
    (tmp_path / "app.py").write_text(APP)
    service = serve(*faults())
    monkeypatch.setenv("URL", service.url)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    command = [sys.executable, "-m", "gunicorn", "-k", "gevent", "--preload", "-w", "2", "-b", "127.0.0.1:0", "app:app"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as server:
        try:
            found = None
            while found is None:
                line = server.stderr.readline()
                assert line, "gunicorn ended"
                found = re.search(r"Listening at: (http://\S+)", line)

            def ask(tag):
                with urllib.request.urlopen(f"{found[1]}/{tag}", timeout=30) as response:
                    return tag, response.read().decode()

            with ThreadPoolExecutor(16) as pool:
                results = list(pool.map(ask, [f"t{number}" for number in range(SENDS)]))
        finally:
            server.terminate()
            server.communicate(timeout=120)
    check(service, results)
    assert sum(said.startswith("id-") for _, said in results) > SENDS / 4
