"""How far one send goes through the package: so many functions, files and moves between files, and no more."""

from __future__ import annotations

import contextlib
import gc
import sys
from itertools import pairwise
from pathlib import Path
from types import FrameType

import attrs
import pytest

import emailapi
from emailapi import Email, SMTPTransport

from .smtp.scripted import Scripted, polite

PACKAGE = str(Path(emailapi.__file__).parent)


@attrs.frozen
class Trace:
    """
    Where a send went.

    Attributes:
        functions: How many functions of the package were called.
        files: In how many files they are.
        moves: How many calls were followed by a call in another file.
    """

    functions: int
    files: int
    moves: int


# A send that needs fewer lowers its limit; one that needs more has to be worth it.
LIMITS = {
    "api": Trace(functions=67, files=21, moves=37),
    "smtp": Trace(functions=58, files=12, moves=28),
    "api with a fallback": Trace(functions=96, files=29, moves=67),
}


def email() -> Email:
    """Return an email that has not been sent yet: what is computed once for each email is part of its send."""
    return Email(sender="a@example.com", to="b@example.com", subject="Hi", text_body="Hello")


def traced(send, given) -> list[tuple[str, str]]:
    """Send an email, and return file and name of each function of the package that is called, in this order."""
    calls = []

    def note(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        # Only what has a `def`: from Python 3.12 on, comprehensions are not functions.
        if event == "call" and code.co_filename.startswith(PACKAGE) and not code.co_name.startswith("<"):
            calls.append((code.co_filename[len(PACKAGE) + 1 :], code.co_qualname))

    # Finalizers of what other tests left are not part of a send.
    gc.collect()
    gc.disable()
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        send(given)
    finally:
        sys.setprofile(before)
        gc.enable()
    return calls


@pytest.fixture
def sends(serve, connect):
    """Give for each path of `LIMITS` what sends an email by it."""
    with contextlib.ExitStack() as closing:
        server = Scripted(polite("SIZE 0", "8BITMIME"))
        closing.callback(server.close)

        def smtp() -> SMTPTransport:
            transport = SMTPTransport("127.0.0.1", server.port, tls="none")
            closing.callback(transport.close)
            return transport

        service = serve()
        yield {
            "api": connect(service).outbound.send,
            "smtp": smtp().send,
            "api with a fallback": connect(service, fallback=smtp()).outbound.send,
        }


@pytest.mark.slow
@pytest.mark.parametrize("path", LIMITS)
def test_a_send_calls_few_functions(sends, path):
    """The third send on a connection calls no more functions of the package than is agreed."""
    send = sends[path]
    for _ in range(2):
        send(email())
    calls = traced(send, email())
    files = [file for file, _ in calls]
    found = Trace(len(set(calls)), len(set(files)), sum(a != b for a, b in pairwise(files)))
    limit = LIMITS[path]
    within = [getattr(found, name) <= getattr(limit, name) for name in attrs.fields_dict(Trace)]
    assert all(within), f"{found}, at most {limit}:\n" + "\n".join(map(" ".join, calls))


@pytest.mark.costly
def test_the_trace_sees_calls():
    assert ("models/stored.py", "Stored.replace") in traced(lambda given: given.replace(tag="x"), email())
