"""What a signal handler raises while a call waits: it passes, and tells what may have been sent."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from functools import partial
from types import CodeType, TracebackType
from typing import Any

from .classification import Kind, Request

# A note with the keys of a whole batch would fill a screen.
KEYS_IN_A_NOTE = 20


def causes(error: BaseException) -> list[BaseException]:
    """
    Return an exception with all that it says caused it.

    `__context__` is left out: it names whatever exception was being handled, an earlier attempt's too.
    """
    found: list[BaseException] = []
    todo: list[object] = [error]
    while todo:
        one = todo.pop()
        if isinstance(one, BaseException) and not any(one is seen for seen in found):
            found.append(one)
            todo += [one.__cause__, getattr(one, "reason", None), getattr(one, "original_error", None), *one.args]
    return found


def raised_by_signal(error: BaseException) -> BaseException | None:
    """
    Return the exception that a signal handler raised, if that is what an exception is, or wraps.

    Handlers may raise what connections raise, too: a `TimeoutError` at `SIGALRM`, for one. What they raise is known by
    its traceback, which goes through the code of a handler that is installed.
    """
    handlers = {code for number in signal.valid_signals() for code in _code_of(signal.getsignal(number))}
    if not handlers:
        return None
    found = [(one, entry) for one in causes(error) if (entry := _entry(one.__traceback__, handlers)) is not None]
    # A wrapper may have been given the traceback of what it wraps, by urllib3 for one: then that is the last of them.
    return next((one for one, entry in reversed(found) if entry is found[0][1]), None)


def _code_of(handler: Any) -> Iterator[CodeType]:
    """Yield the code that runs when a handler is called: a function's, a method's, or that of an object's call."""
    while isinstance(handler, partial):
        handler = handler.func
    for function in (handler, getattr(handler, "__func__", None), vars(type(handler)).get("__call__")):
        code = getattr(function, "__code__", None)
        if isinstance(code, CodeType):
            yield code


def _entry(traceback: TracebackType | None, handlers: set[CodeType]) -> TracebackType | None:
    """Return the entry of a traceback that is a handler's."""
    while traceback is not None and traceback.tb_frame.f_code not in handlers:
        traceback = traceback.tb_next
    return traceback


def note_at(error: BaseException, request: Request) -> None:
    """Note at an exception that passes what its request may have done, and by which keys an email can be found."""
    if request.kind is Kind.READ:
        return
    named = [key for key in request.keys if key is not None]
    more = f" and {len(named) - KEYS_IN_A_NOTE} more" if len(named) > KEYS_IN_A_NOTE else ""
    by = f" (idempotency_key {', '.join(map(repr, named[:KEYS_IN_A_NOTE]))}{more})" if named else ""
    what = "the email may have been sent" if request.kind is Kind.SEND else "it may have been done"
    note = f"emailapi: {request.method} {request.path}: {what}{by}"
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)
