"""An inbound message on its page: how far it has got, and posting it to the inbound hook again."""

from __future__ import annotations

import attrs
from flask import Response

from ..captured import CapturedEmail
from ..routes import inbound as rules
from ..tables import inbound
from .pages import PageCall, Pages

pages = Pages()

# The class of a state, and its words.
_STATES = {
    "Queued": ("queued", "Waits for its first try"),
    "Scheduled": ("delayed", "Waits for another try"),
    "Failed": ("bounced", "Not posted: all tries have failed"),
    "Blocked": ("suppressed", "Blocked"),
}
_ACTIONS = {"retry": (rules.retry, "posted again"), "bypass": (rules.bypass, "posted in spite of the rules")}


@attrs.frozen
class InboundState:
    """
    How far an inbound message has got.

    Attributes:
        status: The status by the service's word.
        outcome: Parts with the class of a state, as those of a sent message.
        facts: Names and values of fields that only inbound messages have.
    """

    status: str
    outcome: list[tuple[str, str]]
    facts: list[tuple[str, str]]


def state_of(call: PageCall, email: CapturedEmail) -> InboundState:
    """Return how far an inbound message has got."""
    with call.store.transaction(writing=False) as db:
        row = inbound.by_uuid(db, call.server["id"], email.message_id)
    if row is None:
        return InboundState("", [("received", "Received")], [])
    hook = "posted to the inbound hook" if call.server["inbound_hook_url"] else "the server has no inbound hook"
    kind, words = _STATES.get(row["status"], ("", hook))
    reason = row["blocked_reason"]
    facts = [("Hash", row["mailbox_hash"]), ("Reply", row["reply_text"])]
    return InboundState(
        row["status"],
        [("received", "Received"), (kind, f"{words}: {reason}" if reason else words)],
        [(name, value) for name, value in facts if value],
    )


def details_of(call: PageCall, email: CapturedEmail) -> object:
    """Return an inbound message as the API shows it."""
    return call.ask_api(rules.details, message_id=email.message_id)


@pages.act("/m/<message_id>/inbound")
def post_inbound(call: PageCall, message_id: str) -> Response:
    """Post an inbound message again that has failed, or that was blocked."""
    email = call.email(message_id)
    function, said = _ACTIONS["bypass" if call.form.get("act") == "bypass" else "retry"]
    call.ask_api(function, message_id=email.message_id)
    return call.back(f"/m/{email.message_id}", f"The email is {said}.", q=call.form.get("q", ""))
