"""A Redis server, where the machine has one."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

from ..conftest import TIED


@pytest.fixture(scope="session")
def redis_url(needs, tmp_path_factory) -> Iterator[str]:
    """Start a Redis server on a socket of its own, without files."""
    program = shutil.which("redis-server")
    needs("redis", program, "no redis-server (Debian: apt-get install redis-server)")
    needs("redis", find_spec("redis"), "the package redis is not installed")
    import redis

    # The path of a socket may not be long.
    with tempfile.TemporaryDirectory() as folder:
        socket = f"{folder}/redis.sock"
        options = ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder]
        with subprocess.Popen([*TIED, program, *options], stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                assert any("eady to accept connections" in line for line in server.stdout)
                url = f"unix://{socket}"
                with redis.Redis.from_url(url) as client:
                    client.ping()
                yield url
            finally:
                server.kill()


@pytest.fixture
def redis_server(redis_url) -> Iterator[Any]:
    """Give a client of an empty server."""
    import redis

    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
        yield client
