"""Exceptions that signal handlers raise, told apart from those of connections by their tracebacks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from types import CodeType, TracebackType
from typing import Any


def causes(error: BaseException) -> list[BaseException]:
    """
    Return an exception and its chain of causes.

    `__context__` is left out: it is whatever exception was being handled, perhaps that of an earlier attempt.
    """
    found: list[BaseException] = []
    todo: list[object] = [error]
    while todo:
        one = todo.pop()
        if isinstance(one, BaseException) and not any(one is seen for seen in found):
            found.append(one)
            todo += [one.__cause__, *_wrapped(one)]
    return found


def _wrapped(error: BaseException) -> list[object]:
    """Return the values in which libraries keep the exception that they wrap; a user's exception may compute them."""
    with suppress(Exception):
        return [getattr(error, "reason", None), getattr(error, "original_error", None), *error.args]
    return []


def raised_by_signal(error: BaseException) -> BaseException | None:
    """
    Return the exception that a signal handler raised, if the exception is or wraps one.

    Handlers may raise the same types as connections, such as `TimeoutError` at `SIGALRM`. Their exceptions are
    recognized by the traceback, which goes through the code of an installed handler.
    """
    signal = sys.modules.get("signal")  # loaded if there is a handler; takes 0.5 ms
    if signal is None:
        return None
    handlers = {code for number in signal.valid_signals() for code in _code_of(signal.getsignal(number))}
    if not handlers:
        return None
    found = [(one, entry) for one in causes(error) if (entry := _entry(one.__traceback__, handlers)) is not None]
    # A wrapper may have been given the traceback of its cause, as by urllib3: then the last of them is meant.
    return next((one for one, entry in reversed(found) if entry is found[0][1]), None)


def _code_of(handler: Any) -> Iterator[CodeType]:
    """Yield the code that runs when a handler is called: of a function, a method, or an object's `__call__`."""
    while isinstance(handler, partial):
        handler = handler.func
    for function in (handler, getattr(handler, "__func__", None), vars(type(handler)).get("__call__")):
        code = getattr(function, "__code__", None)
        if isinstance(code, CodeType):
            yield code


def _entry(entry: TracebackType | None, handlers: set[CodeType]) -> TracebackType | None:
    """Return the entry of a traceback that belongs to a handler."""
    while entry is not None and entry.tb_frame.f_code not in handlers:
        entry = entry.tb_next
    return entry
