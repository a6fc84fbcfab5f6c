"""
Delivery: the meaning of responses, retries, deadlines, and the look-up of emails with unknown outcome.

No module here opens a connection: the transports make the attempts. For a send:

    response                                      error                              retried      fallback
    2xx with code 0, or with an id                none
    no connection, CONNECT or TLS handshake       ConnectionFailed                   yes          yes
    429                                           RateLimited                        yes          yes
    421, 425; 503 with code 100                   ServiceUnavailable                 yes          yes
    407, a certificate that is not trusted        ConnectionFailed, not retryable    no           yes
    any other 3xx or 4xx but 408; 2xx with code   by code, else by status            no           no
    408, any other 5xx, none                      DeliveryUnknown                    no           no

A read that the service fails to serve is a `ServerError`, and is retried. A write that may be repeated is also retried
after a `DeliveryUnknown`.
"""

from .classification import (
    REQUEST_ID,
    Kind,
    Request,
    Response,
    api_error,
    classify,
    error_code,
    facts,
    keep_unknown,
    may_repeat,
    no_response,
    out_of_time,
    proxy_login,
    read_value,
    retry_after,
    unknown,
    unreadable,
)
from .interruptions import add_note, add_request_note, causes, clear_frames, raised_by_signal
from .keys import BATCH_NAME, KEY_NAME, OWN_NAMES, new_keys
from .polling import look_up
from .reporting import report
from .retry import Attempt, CallContext, Deadline, at_most, next_wait, run_attempts

__all__ = [
    "BATCH_NAME",
    "KEY_NAME",
    "OWN_NAMES",
    "REQUEST_ID",
    "Attempt",
    "CallContext",
    "Deadline",
    "Kind",
    "Request",
    "Response",
    "api_error",
    "at_most",
    "causes",
    "classify",
    "error_code",
    "facts",
    "keep_unknown",
    "clear_frames",
    "look_up",
    "may_repeat",
    "new_keys",
    "next_wait",
    "no_response",
    "add_note",
    "add_request_note",
    "out_of_time",
    "proxy_login",
    "raised_by_signal",
    "read_value",
    "report",
    "retry_after",
    "run_attempts",
    "unknown",
    "unreadable",
]
