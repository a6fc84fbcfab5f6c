"""Waiting for messages: for a state of one, and for one that matches."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic, sleep
from typing import TYPE_CHECKING

from ..errors import EmailAPIError, NotFound
from .failures import TimedOut

if TYPE_CHECKING:
    from ..client import Client
    from ..models.message_status import MessageState

# The states that a message can be waited for, in the order in which it has them.
STATES = ("queued", "sent", "delivered", "bounced")
_FIRST, _LONGEST = 0.1, 5.0


class Bounced(EmailAPIError):
    """The message bounced, while another state was waited for."""


def pauses(timeout: float) -> Iterator[float]:
    """Yield the seconds that are left, with a pause before each but the first; the pauses grow up to five seconds."""
    end, pause = monotonic() + timeout, _FIRST
    while True:
        left = end - monotonic()
        yield max(left, 0.0)
        left = end - monotonic()
        if left <= 0:
            return
        sleep(min(pause, left))
        pause = min(2 * pause, _LONGEST)


def wait_for_state(client: Client, message_id: str, wanted: str, timeout: float) -> str:
    """
    Wait until a message has a state at all its recipients, or a later state.

    Returns:
        The state.

    Raises:
        TimedOut: The message did not get there in time.
        Bounced: The message bounced, which is not the state that was waited for.
    """
    found: MessageState | None = None
    for _ in pauses(timeout):
        try:
            found = client.messages.status(message_id).state
        except NotFound:
            continue  # the search of the service lags behind
        if found.value == "bounced" and wanted != "bounced":
            raise Bounced(f"the message {message_id} bounced: `emailapi messages status {message_id}` tells why")
        if found.value == wanted or (wanted != "bounced" and STATES.index(found.value) > STATES.index(wanted)):
            return found.value
    state = "not found" if found is None else found.value
    raise TimedOut(
        f"the message {message_id} was accepted, but is {state}, not {wanted}, after {timeout:g} s: do not send it"
        " again"
    )
