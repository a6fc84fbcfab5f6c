"""Exceptions from outside that interrupt a call: Ctrl-C, the time limit of a task queue, a killed greenlet."""

from __future__ import annotations

import signal
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import zip_longest
from types import CodeType, TracebackType
from typing import Any

from ..errors import EmailAPIError, Outcome
from ..models.outbound import BatchItem
from .classification import Kind, Request

# The keys of a whole batch would make a note too long.
KEYS_IN_A_NOTE = 20


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


def clear_frames(error: BaseException) -> None:
    """
    Clear the finished frames of an exception, of its causes, and of exceptions that were handled meanwhile.

    Their local variables hold the email, the token and the socket: tools that print local variables would show them,
    and some versions of the libraries leave closing the socket to the garbage collector.
    """
    for one in (*causes(error), *_contexts(error)):
        traceback.clear_frames(one.__traceback__)


def _contexts(error: BaseException) -> Iterator[BaseException]:
    """Yield the exceptions that were being handled within this call; the caller's own are handled on the stack."""
    stack = {frame for frame, _ in traceback.walk_stack(None)}
    context = error.__context__
    while context is not None and context.__traceback__ is not None and context.__traceback__.tb_frame not in stack:
        yield context
        context = context.__context__


def add_note(error: BaseException, sentence: str, keys: Sequence[str | None] = ()) -> None:
    """
    Add a note to an exception that interrupts a call.

    Args:
        error: The exception.
        sentence: The possible effect of the call.
        keys: The idempotency keys by which its emails can be looked up.
    """
    named = [key for key in keys if key is not None]
    more = f" and {len(named) - KEYS_IN_A_NOTE} more" if len(named) > KEYS_IN_A_NOTE else ""
    by = f" (idempotency_key {', '.join(map(repr, named[:KEYS_IN_A_NOTE]))}{more})" if named else ""
    note = f"emailapi: {sentence}{by}"
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)


def add_request_note(error: BaseException, request: Request) -> None:
    """
    Add a note to an exception that interrupts a request which may have been carried out.

    Reads need no note, nor do errors of this package, which tell the outcome themselves.
    """
    if request.may_have_been_done and request.kind is not Kind.READ and not isinstance(error, EmailAPIError):
        what = "the email may have been sent" if request.kind is Kind.SEND else "it may have been done"
        add_note(error, f"{request.method} {request.path}: {what}", request.keys)


def add_results_note(error: BaseException, items: Iterable[BatchItem], keys: Iterable[str | None] = ()) -> None:
    """
    Add a note to an exception that interrupts a call after some of its emails were sent, or may have been.

    Args:
        error: The exception.
        items: The results, which the exception keeps from the caller.
        keys: The idempotency keys of the emails, for results that do not have them yet.
    """
    pairs = zip_longest(items, keys)
    sent = [item.idempotency_key or key for item, key in pairs if item and item.outcome is not Outcome.NOT_SENT]
    if sent and not isinstance(error, EmailAPIError):
        count = "1 email was" if len(sent) == 1 else f"{len(sent)} emails were"
        add_note(error, f"{count} sent, or may have been", sent)
