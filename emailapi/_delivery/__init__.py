"""
What became of a request: what its answer says, whether it may be tried again, and how an unknown one is looked up.

Pure functions. They see a request and what came of it; whoever calls them has the connection and the clock.

    accepted         2xx with code 0, or with an id
    refused          3xx; 4xx but those below; a code in the answer              raised, never tried again
    surely not sent  name, connect, CONNECT, TLS                                 tried again within the deadline
                     421, 425, 429; 503 with code 100                            likewise
                     407: the proxy wants a login                                raised, never tried again
    unknown          all else once the request may have been read                looked up by its key
"""

from .classification import (
    Answer,
    Kind,
    Request,
    Verdict,
    answer_id,
    answer_value,
    api_error,
    envelope_code,
    facts,
    failure_of,
    names_some_of,
    no_answer,
    out_of_time,
    refusal,
    retry_after,
    unknown,
    unreadable,
    verdict,
)
from .context import CallContext
from .interruptions import causes, let_go, note_at, note_request, raised_by_signal
from .keys import BATCH_NAME, KEY_NAME, OWN_NAMES, new_keys
from .polling import look_up
from .process import ProcessLocal
from .retry import Attempt, Deadline, at_most, may_repeat, monotonic, next_wait, run_attempts, verdict_of

__all__ = [
    "BATCH_NAME",
    "KEY_NAME",
    "OWN_NAMES",
    "Answer",
    "Attempt",
    "CallContext",
    "Deadline",
    "Kind",
    "ProcessLocal",
    "Request",
    "Verdict",
    "answer_id",
    "answer_value",
    "api_error",
    "at_most",
    "causes",
    "envelope_code",
    "facts",
    "failure_of",
    "let_go",
    "look_up",
    "may_repeat",
    "monotonic",
    "names_some_of",
    "new_keys",
    "next_wait",
    "no_answer",
    "note_at",
    "note_request",
    "out_of_time",
    "raised_by_signal",
    "refusal",
    "retry_after",
    "run_attempts",
    "unknown",
    "unreadable",
    "verdict",
    "verdict_of",
]
