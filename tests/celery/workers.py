"""Workers of Celery as processes, and ways to end them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from ..conftest import TESTS, TIED

ENDING_SECONDS = 60


class Workers:
    """Starts workers one after another, and keeps what they print."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment = environment
        self._log = folder / "worker.log"
        self.processes: list[subprocess.Popen[bytes]] = []

    @property
    def output(self) -> str:
        """The output of all workers until now."""
        return self._log.read_text(errors="replace")

    def start(self, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a worker in a process group of its own."""
        command = [sys.executable, "-m", "celery", "-A", "tests.celery.project", "worker", "-n", f"w{time.time_ns()}"]
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [*TIED, *command, *options],
                cwd=TESTS.parent,
                env={**os.environ, **self._environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a worker with its children."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(ENDING_SECONDS)

    def close(self) -> None:
        """Kill all workers."""
        for process in self.processes:
            self.kill(process)


def children(process: subprocess.Popen[bytes]) -> list[int]:
    """Return the children of a worker, oldest first."""
    with suppress(FileNotFoundError, ProcessLookupError):
        text = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        return [int(one) for one in text.split()]
    return []
