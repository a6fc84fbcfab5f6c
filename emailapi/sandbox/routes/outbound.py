"""Sending."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from ..calls import Call
from ..fields import Field, Table, wrong_type
from ..instants import micros
from ..intake import Intake, response_of
from ..rejection import Rejection
from ..routing import Routes
from ..rules import BATCH_BYTES, BATCH_MESSAGES, MESSAGE_BYTES, CheckedEmail, check_email
from ..templated_emails import check_templated_email

routes = Routes()

# The array that the other batches are in themselves.
_MESSAGES = Table(Field("Messages", "messages", lambda value, _field: value))


def _rehearse(call: Call, email: CheckedEmail) -> dict[str, object]:
    """Return the response to a valid email that was sent with the test token."""
    if email.message_stream == "inbound":
        raise Rejection(1236)
    return response_of(email, str(uuid.uuid4()), micros(call.now), "Test job accepted")


def _batch(items: object) -> list[object]:
    """
    Return the emails of a batch.

    Raises:
        Rejection: 403 for no array, and for an empty one; 410 for too many.
    """
    if not isinstance(items, list):
        raise wrong_type("body", "an array", items)
    if not items:
        raise Rejection(403, "The batch is empty: it must have at least one message.")
    if len(items) > BATCH_MESSAGES:
        raise Rejection(410, f"The batch has {len(items)} messages; the limit is {BATCH_MESSAGES}.")
    return items


def _take_all(items: list[object], take: Callable[[object], dict[str, object]]) -> list[dict[str, object]]:
    """Return the response to each email, in the same order."""
    responses = []
    for item in items:
        try:
            responses.append(take(item))
        except Rejection as rejection:
            responses.append(rejection.envelope)
    return responses


def _intake(call: Call) -> Intake:
    return Intake(call.db, call.owner, call.now, call.faults)


@routes.post("/email", test_token=True, body_limit=MESSAGE_BYTES)
def send(call: Call) -> object:
    """Accept an email."""
    email = check_email(call.body)
    if call.server is None:
        return _rehearse(call, email)
    intake = _intake(call)
    response = intake.take(email)
    intake.store()
    return response


@routes.post("/email/batch", test_token=True, body_limit=BATCH_BYTES)
def send_batch(call: Call) -> object:
    """Accept many emails."""
    items = _batch(call.body)
    if call.server is None:
        return _take_all(items, lambda item: _rehearse(call, check_email(item)))
    intake = _intake(call)
    responses = _take_all(items, lambda item: intake.take(check_email(item)))
    intake.store()
    return responses


@routes.post("/email/withTemplate", body_limit=MESSAGE_BYTES)
def send_template(call: Call) -> object:
    """Accept an email with a template."""
    intake = _intake(call)
    response = intake.take(check_templated_email(call.body).render(call.db, call.owner.id))
    intake.store()
    return response


@routes.post("/email/batchWithTemplates", body_limit=BATCH_BYTES)
def send_template_batch(call: Call) -> object:
    """Accept many emails with templates."""
    items = _batch(_MESSAGES.read(call.body).get("messages"))
    intake = _intake(call)
    responses = _take_all(items, lambda item: intake.take(check_templated_email(item).render(call.db, call.owner.id)))
    intake.store()
    return responses
