"""Sending."""

from __future__ import annotations

import uuid

from ..calls import Call
from ..fields import wrong_type
from ..intake import Intake, response_of
from ..rejection import Rejection
from ..routing import Routes
from ..rules import BATCH_BYTES, BATCH_MESSAGES, MESSAGE_BYTES, CheckedEmail, check_email

routes = Routes()


def _rehearse(call: Call, email: CheckedEmail) -> dict[str, object]:
    """Return the response to a valid email that was sent with the test token."""
    if email.message_stream == "inbound":
        raise Rejection(1236)
    return response_of(email, str(uuid.uuid4()), call.now, "Test job accepted")


@routes.post("/email", test_token=True, body_limit=MESSAGE_BYTES)
def send(call: Call) -> object:
    """Accept an email."""
    email = check_email(call.body)
    if call.server is None:
        return _rehearse(call, email)
    intake = Intake(call.db, call.server, call.now, call.faults)
    response = intake.take(email)
    intake.store()
    return response


@routes.post("/email/batch", test_token=True, body_limit=BATCH_BYTES)
def send_batch(call: Call) -> object:
    """Accept many emails; the response has an item for each, in the same order."""
    items = call.body
    if not isinstance(items, list):
        raise wrong_type("body", "an array", items)
    if not items:
        raise Rejection(403, "The batch is empty: it must have at least one message.")
    if len(items) > BATCH_MESSAGES:
        raise Rejection(410, f"The batch has {len(items)} messages; the limit is {BATCH_MESSAGES}.")
    intake = None if call.server is None else Intake(call.db, call.server, call.now, call.faults)
    responses = []
    for item in items:
        try:
            email = check_email(item)
            responses.append(_rehearse(call, email) if intake is None else intake.take(email))
        except Rejection as rejection:
            responses.append(rejection.envelope)
    if intake is not None:
        intake.store()
    return responses
