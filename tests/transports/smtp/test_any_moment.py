"""An exception of a signal handler at any moment of a send: the connection stays usable, and nothing is sent twice."""

from __future__ import annotations

import contextlib

from emailapi.transports.smtp import pool as pool_module

from ...moments import Moments, TimeLimit
from .emails import new_email
from .scripted import polite

FILES = (pool_module.__file__, contextlib.__file__)


def test_an_exception_at_any_moment_does_not_break_the_next_email(script, connect):
    server = script(polite())
    transport = connect(server)
    transport.send(new_email())
    number, raised = 0, True
    while raised:
        moments = Moments(number, FILES)
        with contextlib.suppress(TimeLimit):
            moments.run(lambda at=number: transport.send(new_email(subject=f"interrupted {at}")))
        raised = moments.raised
        assert transport.send(new_email(subject=f"after {number}")).message_id == "4XYZ", number
        number += 1
    assert number > 10
    subjects = [line for email in server.messages for line in email.splitlines() if line.startswith(b"Subject: ")]
    assert len(subjects) == len({*subjects})
    assert {f"Subject: after {at}".encode() for at in range(number)} <= {*subjects}
