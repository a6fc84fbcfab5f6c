"""Sending."""

from __future__ import annotations

import uuid

from ..calls import Call
from ..fields import wrong_type
from ..intake import Intake, answer_of
from ..refusal import Refusal
from ..routing import Routes
from ..rules import BATCH_BYTES, BATCH_MESSAGES, MESSAGE_BYTES, Mail, check

routes = Routes()


def _rehearse(call: Call, mail: Mail) -> dict[str, object]:
    """Answer a mail that came with the test token: it is valid, and that is all."""
    if mail.stream == "inbound":
        raise Refusal(1236)
    return answer_of(mail, str(uuid.uuid4()), call.now, "Test job accepted")


@routes.post("/email", test_token=True, body_limit=MESSAGE_BYTES)
def send(call: Call) -> object:
    """Take one mail."""
    mail = check(call.body)
    if call.server is None:
        return _rehearse(call, mail)
    intake = Intake(call.db, call.server, call.now, call.faults)
    answer = intake.take(mail)
    intake.store()
    return answer


@routes.post("/email/batch", test_token=True, body_limit=BATCH_BYTES)
def send_batch(call: Call) -> object:
    """Take many mails; each is answered for itself, in its place."""
    items = call.body
    if not isinstance(items, list):
        raise wrong_type("body", "an array", items)
    if not items:
        raise Refusal(403, "The batch is empty: it needs at least one message.")
    if len(items) > BATCH_MESSAGES:
        raise Refusal(410, f"The batch has {len(items)} messages; the limit is {BATCH_MESSAGES}.")
    intake = None if call.server is None else Intake(call.db, call.server, call.now, call.faults)
    answers = []
    for item in items:
        try:
            mail = check(item)
            answers.append(_rehearse(call, mail) if intake is None else intake.take(mail))
        except Refusal as refusal:
            answers.append(refusal.envelope)
    if intake is not None:
        intake.store()
    return answers
