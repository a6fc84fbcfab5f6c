"""The outcome of a message in words: how far it has got at its recipients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from ...models.messages import MessageEvent
from ..events import BOUNCE_TYPES
from ..progress import Progress
from ..store import Row

# The class of a state, and its words.
Part = tuple[str, str]


def _times(number: int, verb: str) -> str:
    return f"{verb} {'once' if number == 1 else 'twice' if number == 2 else f'{number} times'}"


def _counted(number: int, name: str) -> str:
    """Return a number of bounces; names such as `Manually deactivated` have no plural."""
    words = name if name[1:2].isupper() else name[:1].lower() + name[1:]
    return f"{number} {words}" if number == 1 else f"{number} \u00d7 {words}"


def outcome_of(
    progress: Mapping[str, Progress], events: Iterable[MessageEvent], bounces: Sequence[Row], tracked: tuple[bool, bool]
) -> list[Part]:
    """
    Return the outcome in parts, each with the class of its state.

    Args:
        progress: How far the message has got at each recipient.
        events: Its events.
        bounces: Its bounces.
        tracked: Whether opens, and whether clicks, are recorded.
    """
    counts = Counter(str(event.type) for event in events)
    total = len(progress)
    delivered = sum("Delivered" in at.types for at in progress.values())
    skipped = sum(at.skipped for at in progress.values())
    queued = sum(at.queued for at in progress.values())
    parts: list[Part] = []
    if delivered:
        whole = delivered == total
        parts.append(("delivered", "Delivered" if whole else f"Delivered to {delivered} of {total}"))
    kinds = Counter(row["type"] for row in bounces if row["type"] != "Transient")
    for kind, number in kinds.items():
        name = BOUNCE_TYPES[kind].name if kind in BOUNCE_TYPES else kind
        parts.append(("complained" if kind == "SpamComplaint" else "bounced", _counted(number, name)))
    if queued:
        late = counts["Transient"] > 0
        parts.append(("delayed" if late else "queued", f"{'Delayed' if late else 'Queued'} for {queued} of {total}"))
    if skipped:
        parts.append(("suppressed", f"{skipped} of {total} suppressed, not sent"))
    return parts + ([("", _reading(counts, tracked))] if delivered else [])


def _reading(counts: Mapping[str, int], tracked: tuple[bool, bool]) -> str:
    opens, clicks = counts["Opened"], counts["LinkClicked"]
    opened = _times(opens, "opened") if opens else "no opens" if tracked[0] else "opens not tracked"
    clicked = _times(clicks, "clicked") if clicks else "no clicks" if tracked[1] else "clicks not tracked"
    return f"{opened}, {clicked}"
