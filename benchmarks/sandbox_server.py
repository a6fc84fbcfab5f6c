"""
A sandbox in a process of its own, for `benchmarks.sandbox`.

    python -m benchmarks.sandbox_server [FILE [FULL]]

The process prints URL and token, and ends when its standard input is closed. With `--start` it prints how many
milliseconds of CPU the first start of a sandbox takes, with its import, and a later one.
"""

from __future__ import annotations

import statistics
import sys
import time


def _measure_start() -> None:
    began = time.process_time()
    from emailapi.sandbox import Sandbox

    Sandbox().start()
    first = time.process_time() - began
    later = []
    for _ in range(20):
        began = time.process_time()
        Sandbox().start()
        later.append(time.process_time() - began)
    print(first * 1000, statistics.median(later) * 1000)


def main() -> None:
    """Serve, or measure the start."""
    if "--start" in sys.argv:
        _measure_start()
        return
    from emailapi.sandbox import Sandbox

    with Sandbox(sys.argv[1] if sys.argv[1:] else None) as sandbox:
        if "FULL" in sys.argv:
            sandbox.store._connection.execute("PRAGMA synchronous = FULL")
        print(sandbox.url, sandbox.token, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
