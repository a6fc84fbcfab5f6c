"""The recipe for RQ with its own worker, whose work horses are killed: the email is sent once."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys

import pytest

from emailapi.sandbox import Sandbox

from ..celery.broker import RedisBroker
from ..clock import wait_for
from ..conftest import TESTS, TIED
from .test_queue_recipes import BLOCKS, HELLO

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.costly]

# The page's own sandbox, and what it says to replace in production.
CHANGES = {
    "sandbox = Sandbox()\nsandbox.start()\n": "",
    "sandbox.token, base_url=sandbox.url": "{token!r}, base_url={url!r}, deadline=3",
    "MemorySeenStore()": "__import__('emailapi.webhooks').webhooks.RedisSeenStore({redis!r})",
    "connection=Redis()": "connection=Redis.from_url({redis!r})",
}


@pytest.fixture
def redis(needs, tmp_path):
    needs("redis", shutil.which("redis-server"), "no redis-server (Debian: apt-get install redis-server)")
    server = RedisBroker(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def recipe(redis, sandbox, tmp_path):
    """The recipe as a module of the worker, with a shorter look-up delay."""
    (rq_block,) = (block for block in BLOCKS if "def rq_send" in block)
    code = f"{BLOCKS[0]}\ncompute_lookup_delay = lambda client: 4.0\n{rq_block}"
    for before, after in CHANGES.items():
        assert before in code
        code = code.replace(before, after.format(token=sandbox.token, url=sandbox.url, redis=redis.url))
    path = tmp_path / "rq_recipe.py"
    path.write_text(code)
    spec = importlib.util.spec_from_file_location("rq_recipe", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["rq_recipe"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["rq_recipe"]
    module.client.close()
    module.store.close()
    module.queue.connection.close()


@pytest.mark.exhaustive
def test_a_killed_work_horse_neither_loses_nor_repeats_an_email(recipe, redis, sandbox, tmp_path):
    from rq.command import send_kill_horse_command

    recipe.rq_queue(recipe.to_payload(HELLO, key="receipt-7"))
    options = ["--with-scheduler", "--serializer", "rq.serializers.JSONSerializer", "--url", redis.url, "--name", "w"]
    worker = subprocess.Popen(
        [*TIED, sys.executable, "-m", "rq.cli", "worker", "email", *options],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{TESTS.parent}:{tmp_path}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        for route in ("POST /email/batch", "GET /messages/outbound"):
            with sandbox.faults.delay(60, route=route) as fault:
                wait_for(lambda fault=fault: fault.hits)
                send_kill_horse_command(recipe.queue.connection, "w")
                wait_for(lambda: recipe.queue.fetch_job("receipt-7").get_status() != "started")
        wait_for(lambda: recipe.queue.fetch_job("receipt-7").is_finished)
    finally:
        worker.terminate()
        output, _ = worker.communicate()
    assert len(sandbox.messages()) == 1, output
    assert output.count("Work-horse terminated unexpectedly") == 2
    assert "text_body" not in output
