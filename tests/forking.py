"""
Scripts that fork, each in a fresh Python process that has one thread.

The pytest process has other threads: those of the servers, and of xdist. A child that is forked in C beside them may
find the interpreter's lock held for ever by a thread that it does not have. The servers stay in the pytest process.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

FORKS = ("os.fork", "fork in C")
CHILD_SECONDS = 40
HARD_SECONDS = 100
ROOT = Path(__file__).parents[1]
# Newer Pythons warn of any fork beside threads.
OPTIONS = ("-P", "-W", "error", "-W", "ignore:This process:DeprecationWarning")


def run_forking(script: str, fork: str = "os.fork", **values: object) -> str:
    """
    Run a script and return its output; after `HARD_SECONDS` the script is killed with all its children.

    Args:
        script: Python. Its globals are the values, `fork()`, `in_child(work)` and `ended(child)`.
        fork: One of `FORKS`.
        values: JSON values.
    """
    if not hasattr(os, "fork"):
        import pytest

        pytest.skip("no fork on this platform")
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    with subprocess.Popen(
        [sys.executable, *OPTIONS, __file__, fork, script, json.dumps(values)],
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            # The pipes are at their ends when no child is left, either.
            output, errors = process.communicate(timeout=HARD_SECONDS)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            error.add_note("".join(process.communicate()))
            raise
    assert (process.returncode, errors) == (0, ""), errors
    return output


def ended(child: int) -> int:
    """Return the exit code of a child, which is killed when it does not end."""
    until = time.monotonic() + CHILD_SECONDS
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.005)


def in_child(fork: Callable[[], int], work: Callable[[], object]) -> None:
    """Call a function in a child, and wait for the child; it must not raise."""
    child = fork()
    if not child:
        signal.alarm(CHILD_SECONDS)  # the parent may have been killed
        status = 1
        try:
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    code = ended(child)
    assert code == 0, f"the child ended with {code}"


def fork_in_c() -> int:
    """Fork as uWSGI does: without Python's hooks, and with the interpreter's lock, which the child then holds."""
    until = time.monotonic() + CHILD_SECONDS
    while _threads() > 1:  # one that was joined may be about to end
        assert time.monotonic() < until, "a fork in C beside other threads: the child might hang"
        time.sleep(0.005)
    return ctypes.PyDLL(None).fork()


def _threads() -> int:
    tasks = Path("/proc/self/task")
    return len([*tasks.iterdir()]) if tasks.is_dir() else threading.active_count()


def main(kind: str, script: str, values: str) -> None:
    """Run a script."""
    signal.alarm(HARD_SECONDS)  # pytest may have been killed
    fork = dict(zip(FORKS, (os.fork, fork_in_c), strict=True))[kind]
    names = {"fork": fork, "in_child": partial(in_child, fork), "ended": ended}
    exec(compile(script, "<script>", "exec"), names | json.loads(values))


if __name__ == "__main__":
    main(*sys.argv[1:])
