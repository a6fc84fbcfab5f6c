"""An exception of a signal handler at a moment that a test chooses, instead of whenever a signal comes."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Set as AbstractSet
from pathlib import Path
from types import FrameType

import emailapi
from emailapi import _signals
from emailapi._delivery import keys

PACKAGE = str(Path(emailapi.__file__).parent)
# Loops with many moments that are all alike.
LOOPS = {(keys.__file__, "<listcomp>"), *((_signals.__file__, name) for name in ("_code_of", "<setcomp>"))}


# What the service responds for an email.
ITEM = {
    "ErrorCode": 0,
    "Message": "OK",
    "MessageID": "0a129aee-e1cd-480d-b08d-4f48548ff48d",
    "To": "b@example.com",
    "SubmittedAt": "2026-02-17T07:25:01.4178645-05:00",
}


class TimeLimit(BaseException):
    """The exception that the signal handler raises."""


class Moments:
    """
    Raises at one of the moments when Python runs signal handlers: the start of a function, and the return of a call.

    Attributes:
        raised: Whether the moment has come.
    """

    def __init__(
        self, number: int, files: tuple[str, ...] = (PACKAGE,), left_out: AbstractSet[tuple[str, str]] = frozenset()
    ) -> None:
        """
        Choose a moment.

        Args:
            number: Its number, from 0, among those in the files.
            files: How the paths of the files begin.
            left_out: Functions without moments: file and name of each.
        """
        self.raised = False
        self._left, self._files, self._left_out = number, files, LOOPS | left_out

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        """Raise at the moment; a profile function."""
        code = frame.f_code
        # A generator that goes on does not start. An exception of a profile function would end it without `finally`.
        is_moment = event == "c_return" or (event == "call" and not code.co_flags & inspect.CO_GENERATOR)
        if (
            not is_moment
            or not code.co_filename.startswith(self._files)
            or (code.co_filename, code.co_name) in self._left_out
        ):
            return
        self._left -= 1
        if self._left < 0 and not self.raised:
            self.raised = True
            raise TimeLimit

    def run(self, function: Callable[[], object]) -> None:
        """Call a function; only the current thread is interrupted."""
        run_profiled(self, function)


def run_profiled(profile: Callable[[FrameType, str, object], None], function: Callable[[], object]) -> None:
    """Call a function with a profile function in the current thread."""
    before = sys.getprofile()
    try:
        sys.setprofile(profile)
        function()
    finally:
        sys.setprofile(before)
