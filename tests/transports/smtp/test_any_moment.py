"""An exception of a signal handler at any moment of a send: the connection stays usable, and nothing is sent twice."""

from __future__ import annotations

import contextlib
import sys
from types import FrameType

from emailapi.transports.smtp import pool as pool_module

from .mails import mail
from .scripted import polite

FILES = (pool_module.__file__, contextlib.__file__)


class TimeLimit(BaseException):
    """What the signal handler raises."""


class Moments:
    """
    Raises at one of the moments when Python runs signal handlers: the start of a function, and the return of a call.

    Attributes:
        raised: Whether the moment has come.
    """

    def __init__(self, number: int) -> None:
        self.raised = False
        self._left = number

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        # A profile function that raises as a generator goes on ends the generator without its `finally`. A signal
        # handler does not.
        starts = event == "call" and frame.f_code.co_name != "hold"
        if not (starts or event == "c_return") or frame.f_code.co_filename not in FILES:
            return
        self._left -= 1
        if self._left < 0:
            self.raised = True
            raise TimeLimit


def test_an_exception_at_any_moment_leaves_the_connection_to_the_next_email(script, connect):
    server = script(polite())
    transport = connect(server)
    transport.send(mail())
    number, raised = 0, True
    while raised:
        moments = Moments(number)
        before = sys.getprofile()
        with contextlib.suppress(TimeLimit):
            try:
                sys.setprofile(moments)
                transport.send(mail(subject=f"interrupted {number}"))
            finally:
                sys.setprofile(before)
        raised = moments.raised
        assert transport.send(mail(subject=f"after {number}")).message_id == "4XYZ", number
        number += 1
    assert number > 10
    subjects = [line for email in server.mails for line in email.splitlines() if line.startswith(b"Subject: ")]
    assert len(subjects) == len({*subjects})
    assert {f"Subject: after {at}".encode() for at in range(number)} <= {*subjects}
