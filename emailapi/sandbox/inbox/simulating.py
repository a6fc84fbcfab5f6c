"""Buttons that make events of a message: each with the reason if it is impossible."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from ...errors import InvalidArgument
from ...models.messages import MessageEvent
from ..captured import CapturedEmail
from ..events import BOUNCE_TYPES
from ..programs import READER_NAMES
from ..progress import Progress
from ..simulation import Events

# The usual ones stand first.
_FIRST_BOUNCES = ("HardBounce", "SoftBounce", "Blocked", "SpamNotification")
BOUNCES = (
    *_FIRST_BOUNCES,
    *(kind for kind in BOUNCE_TYPES if kind not in (*_FIRST_BOUNCES, "SpamComplaint", "Transient")),
)


@attrs.frozen
class Button:
    """
    A button.

    Attributes:
        type: The event that it makes.
        name: Its text.
        icon: The name of its mark.
        reason: Why the event is impossible; empty if it is possible.
        choices: Of the menu: pairs of a value and its words; empty for a button without menu.
        field: The name of the field that a choice is sent in.
    """

    type: str
    name: str
    icon: str
    reason: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    field: str = ""


def _reason(progress: Sequence[Progress], reason: Callable[[Progress], str]) -> str:
    """Return why an event is impossible at each of some recipients; empty if it is possible at one."""
    reasons = [reason(at) for at in progress]
    return "" if not all(reasons) else reasons[0] if reasons else "the message has no recipients"


def buttons(
    email: CapturedEmail, progress: Mapping[str, Progress], recipient: str, links: Sequence[str]
) -> list[Button]:
    """
    Return the buttons.

    Args:
        email: The message.
        progress: How far it has got at each recipient.
        recipient: The address that events are made for; empty for all.
        links: The targets of its tracked links, for the menu.
    """
    chosen = [progress[recipient]] if recipient in progress else [*progress.values()]
    unread = _reason(chosen, lambda at: at.not_delivered).replace(": call deliver() first", "")
    on_the_way = _reason(chosen, lambda at: at.not_on_the_way)
    not_sent = _reason(chosen, lambda at: at.not_sent)
    unopened = unread
    if not email.track_opens:
        unopened = "opens of this email are not tracked: send it with TrackOpens"
    elif not email.html_body:
        unopened = "the email has no HTML part, which opens are tracked by"
    unclicked = unread
    if email.track_links == "None":
        unclicked = "clicks of this email are not tracked: send it with TrackLinks"
    elif not links:
        unclicked = "the email has no link that is tracked"
    return [
        Button("open", "Open", "eye", unopened, tuple((name, name) for name in READER_NAMES), "client"),
        Button("click", "Click", "pointer", unclicked, tuple((each, each) for each in links), "link"),
        Button(
            "bounce", "Bounce", "cross", not_sent, tuple((kind, BOUNCE_TYPES[kind].name) for kind in BOUNCES), "kind"
        ),
        Button("delay", "Delay", "clock", on_the_way),
        Button("deliver", "Deliver", "sent", on_the_way),
        Button("complain", "Complain", "flag", unread),
        Button("unsubscribe", "Unsubscribe", "suppressed", unread),
    ]


def impossible(buttons: Sequence[Button]) -> list[tuple[str, str]]:
    """Return the reasons of impossible events, each once, with the names of the events."""
    names: dict[str, list[str]] = {}
    for button in buttons:
        if button.reason:
            names.setdefault(button.reason, []).append(button.name)
    return [(", ".join(each), reason) for reason, each in names.items()]


def make(events: Events, message: str, form: Mapping[str, str]) -> tuple[MessageEvent, ...]:
    """
    Make the event that a form asks for, and return what was made.

    Raises:
        InvalidArgument: The event is impossible, or unknown.
    """
    recipient = form.get("recipient") or None
    kind = form.get("type", "")
    if kind == "open":
        seconds = form.get("read_seconds", "")
        if seconds and not (seconds.isascii() and seconds.isdigit() and len(seconds) < 7):
            raise InvalidArgument(f"read_seconds must be a whole number, got {seconds[:40]!r}", argument="read_seconds")
        client = form.get("client") or None
        return events.open(message, client, recipient=recipient, read_seconds=int(seconds) if seconds else None)
    if kind == "click":
        return events.click(message, form.get("link") or None, recipient=recipient)
    if kind == "bounce":
        return events.bounce(message, form.get("kind") or "HardBounce", recipient)
    simple = {
        "delay": events.delay,
        "deliver": events.deliver,
        "complain": events.complain,
        "unsubscribe": events.unsubscribe,
    }
    if kind not in simple:
        raise InvalidArgument(f"there is no event {kind[:40]!r} to simulate", argument="type")
    return simple[kind](message, recipient=recipient)
