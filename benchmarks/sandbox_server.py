"""
A sandbox in a process of its own, for `benchmarks.sandbox`.

    python -m benchmarks.sandbox_server [FILE [FULL]]

The process prints URL and token, and ends when its standard input is closed. With `--start` it prints how many
milliseconds of CPU the first start of a sandbox takes, with its import, the same with a first email, and a later start.
"""

from __future__ import annotations

import http.client
import json
import statistics
import sys
import time
from urllib.parse import urlsplit

from .mails import payload

JSON = "application/json"


def _measure_start() -> None:
    began = time.process_time()
    from emailapi.sandbox import Sandbox

    sandbox = Sandbox().start()
    first = time.process_time() - began
    parts = urlsplit(sandbox.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    headers = {"X-Postmark-Server-Token": sandbox.token, "Accept": JSON, "Content-Type": JSON}
    connection.request("POST", "/email", json.dumps(payload(0)), headers)
    assert connection.getresponse().status == 200
    with_email = time.process_time() - began
    later = []
    for _ in range(20):
        began = time.process_time()
        Sandbox().start()
        later.append(time.process_time() - began)
    print(first * 1000, with_email * 1000, statistics.median(later) * 1000)


def main() -> None:
    """Serve, or measure the start."""
    if "--start" in sys.argv:
        _measure_start()
        return
    from emailapi.sandbox import Sandbox

    with Sandbox(sys.argv[1] if sys.argv[1:] else None) as sandbox:
        if "FULL" in sys.argv:
            with sandbox.store._lock:  # between transactions of the sandbox's own threads
                sandbox.store._connection.execute("PRAGMA synchronous = FULL")
        print(sandbox.url, sandbox.token, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
