"""Exceptions from outside that interrupt a call: Ctrl-C, the time limit of a task queue, a killed greenlet."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from .._signals import causes
from ..errors import EmailAPIError, Outcome
from ..models.outbound import BatchItem
from .classification import Kind, Request

# The keys of a whole batch would make a note too long.
KEYS_IN_A_NOTE = 20


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
