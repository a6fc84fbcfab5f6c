"""A Redis server that may be killed and started again: it keeps what it has acknowledged."""

from __future__ import annotations

import shutil
import subprocess
import threading
from pathlib import Path

from ..conftest import TIED
from ..ports import unused_port

PROGRAM = shutil.which("redis-server")
# Counts at one moment: messages move between the queues and the messages that are not acknowledged.
COUNT = """
local count = redis.call('hlen', 'unacked')
for _, name in ipairs(redis.call('keys', '*')) do
    if redis.call('type', name).ok == 'list' then
        count = count + redis.call('llen', name)
    end
end
return count
"""


class RedisBroker:
    """A server with an append-only file, on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = unused_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start the server, and wait until it accepts connections."""
        options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", "always"]
        self._process = subprocess.Popen(
            [*TIED, str(PROGRAM), "--port", str(self.port), "--dir", str(self._folder), *options],
            stdout=subprocess.PIPE,
            text=True,
        )
        output = self._process.stdout
        assert output is not None
        assert any("eady to accept connections" in line for line in output)
        self._reader = threading.Thread(target=output.read)
        self._reader.start()

    def stop(self) -> None:
        """Kill the server."""
        self._process.kill()
        self._reader.join()
        self._process.communicate()

    def restart(self) -> None:
        """Kill the server, and start it again."""
        self.stop()
        self.start()

    def is_taking(self) -> bool:
        """Whether a worker has taken a message, and not written down that it did."""
        with self.client() as client:
            # `b` marks a connection that waits for a message.
            return any(one["cmd"] == "brpop" and "b" not in one["flags"] for one in client.client_list())

    def client(self):
        """Return a client of the server."""
        import redis

        return redis.Redis.from_url(self.url, decode_responses=True)

    def waiting(self) -> int:
        """Return how many messages wait, or are in a worker and not acknowledged."""
        with self.client() as client:
            return int(client.eval(COUNT, 0)) + self.is_taking()
