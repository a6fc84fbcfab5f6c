"""A process of its own that sends from ten greenlets, patched by gevent or eventlet early or late."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

WHEN = ("early", "after import", "late", "after use")
PATCHES = tuple(f"{library} {when}" for library in ("gevent", "eventlet") for when in WHEN)
HARD_SECONDS = 120


def outcomes(kind: str, patch: str, **options: Any) -> tuple[dict[str, str], str]:
    """
    Return the outcome of each email, by its subject, and the texts of all errors.

    Args:
        kind: The function of `greenlet_transports` that makes the transport.
        patch: One of PATCHES. "after import" is before the transport was made, "late" is after that, and "after use"
            is after it has sent an email.
        options: For that function.
    """
    done = subprocess.run(
        [sys.executable, __file__, kind, patch, json.dumps(options)],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, (*map(str, ROOTS), os.environ.get("PYTHONPATH")))),
        },
        capture_output=True,
        text=True,
        timeout=HARD_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


ROOTS = (Path(__file__).parents[2], Path(__file__).parent)


def _patch(library: str) -> None:
    warnings.simplefilter("ignore")
    if library == "gevent":
        from gevent import monkey

        monkey.patch_all()
    else:
        import eventlet

        eventlet.monkey_patch()


def _run_all(library: str, work: Callable[[int], None], numbers: range) -> None:
    if library == "gevent":
        import gevent

        gevent.joinall([gevent.spawn(work, number) for number in numbers], raise_error=True)
    else:
        import eventlet

        pool = eventlet.GreenPool()
        for green in [pool.spawn(work, number) for number in numbers]:
            green.wait()


def main(kind: str, patch: str, options: str) -> None:
    """Send the emails 1 to 10, and print the outcomes."""
    library, _, when = patch.partition(" ")
    if when == "early":
        _patch(library)
    from importlib import import_module

    from emailapi import Email, EmailAPIError, SESTransport, SMTPTransport

    assert SESTransport is not SMTPTransport  # both are loaded by now
    if when == "after import":
        _patch(library)
    found: dict[str, str] = {}
    transport = getattr(import_module("greenlet_transports"), kind)(**json.loads(options))

    def send(number: int) -> None:
        subject = f"email {number}"
        email = Email(sender="me@example.com", to="you@example.com", subject=subject, text_body="Hello")
        try:
            transport.send(email)
            found[subject] = "accepted"
        except EmailAPIError as error:
            found[subject] = str(error.outcome)
            sys.stderr.write(f"{subject}: {error}\n")

    if when == "after use":
        send(0)
    if when in ("late", "after use"):
        _patch(library)
    _run_all(library, send, range(1, 11))
    transport.close()
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
