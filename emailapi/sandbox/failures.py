"""The responses to requests that are rejected or fail, the same for all applications of a sandbox."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from functools import partial

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from .rejection import Rejection
from .store import StorageFailed

_log = logging.getLogger("emailapi.sandbox")

# Makes the response to a request that is rejected.
Reject = Callable[[Rejection], Response]


def handle_failures(app: Flask, reject: Reject) -> None:
    """Let an application respond by `reject` to a request that is rejected or fails."""
    app.register_error_handler(Rejection, reject)
    app.register_error_handler(HTTPException, partial(_not_routed, reject))
    app.register_error_handler(StorageFailed, partial(_unavailable, reject))
    app.register_error_handler(Exception, partial(_failed, reject))


def _not_routed(reject: Reject, error: HTTPException) -> Response:
    """Return the response to what Flask itself rejects: an unknown path, and a method that the path does not have."""
    if error.code == 405:
        response = reject(Rejection(615, f"{request.path} does not take {request.method}.", status=405))
        response.headers.extend(name_value for name_value in error.get_headers() if name_value[0] == "Allow")
        return response
    return reject(Rejection(12, f"There is nothing at {request.path}.", status=error.code))


def _failed(reject: Reject, error: Exception) -> Response:
    """
    Log an error of the sandbox, and respond with its id instead of a traceback.

    The response to a request that only reads is the service's. Any other request has stored nothing, and code 100 says
    so: after code 101 its client would have to find out whether an email was accepted.
    """
    fault = uuid.uuid4()
    _log.error("the sandbox failed at %s %s (fault %s)", request.method, request.path, fault, exc_info=error)
    if request.method in {"GET", "HEAD"}:
        return reject(Rejection(101, f"The sandbox failed; its log has the reason at the fault {fault}."))
    return reject(
        Rejection(100, f"The sandbox failed and stored nothing; its log has the reason at the fault {fault}.")
    )


def _unavailable(reject: Reject, error: StorageFailed) -> Response:
    _log.error("%s %s was not carried out: %s", request.method, request.path, error)
    return reject(Rejection(100, f"The request was not carried out: {error}."))
