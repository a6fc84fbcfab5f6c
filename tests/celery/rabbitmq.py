"""A RabbitMQ server for one test, with an Erlang port mapper of its own, which ends with it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from ..conftest import TIED
from ..ports import unused_port

# Debian's /usr/sbin/rabbitmq-server changes the user; this is the program itself.
PROGRAM = shutil.which("rabbitmq-server", path="/usr/lib/rabbitmq/bin")
STARTING_SECONDS = 240
CONTROL = "/usr/lib/rabbitmq/bin/rabbitmqctl"


class RabbitMQ:
    """A server that keeps its files in a folder."""

    def __init__(self, folder: Path) -> None:
        mapper, port = unused_port(), unused_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{port}//"
        self._environment = {
            **os.environ,
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(mapper),
            "RABBITMQ_NODENAME": f"test{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(unused_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "db"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_LOGS": "-",
        }
        self._log = folder / "rabbitmq.log"
        with self._log.open("wb") as log:
            self._processes = [
                subprocess.Popen(
                    [*TIED, *command], env=self._environment, stdout=log, stderr=log, start_new_session=True
                )
                for command in (["epmd", "-port", str(mapper), "-address", "127.0.0.1"], [str(PROGRAM)])
            ]

    def wait_until_ready(self) -> None:
        """Wait until the server accepts connections: ten seconds, or a minute on a busy machine."""
        until = time.monotonic() + STARTING_SECONDS
        while b"Server startup complete" not in self._log.read_bytes():
            assert time.monotonic() < until, self._log.read_text(errors="replace")
            time.sleep(0.1)

    def is_taking(self) -> bool:
        """Whether a worker has taken a message that the server could lose; RabbitMQ loses none."""
        return False

    def waiting(self) -> int:
        """Return how many messages wait, or are in a worker and not acknowledged."""
        name = self._environment["RABBITMQ_NODENAME"]
        command = [CONTROL, "-q", "-n", name, "list_queues", "messages", "--no-table-headers"]
        output = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=True).stdout
        return sum(int(line) for line in output.split())

    def close(self) -> None:
        """Kill the server, and the port mapper."""
        for process in reversed(self._processes):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
