"""
Outcomes of emails at their recipients, and what follows: events, bounces, suppressions, opens, clicks, counts.

An outcome comes from the address of a recipient (`intake`), from a test (`simulation`), from a reader who loads an
image or follows a link (`tracking_pages`), or from the queue (`deliveries`). All of them are stored here.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ..wire import dump_text
from . import events
from .events import BounceTexts, BounceType
from .forks import imports
from .instants import eastern_day, micros
from .posting.notices import Notices
from .store import Transaction
from .tables import bounces, messages, opens, queue, servers, suppressions, tallies, words
from .tables.bounces import Bounce
from .tables.tallies import Tally, named

if TYPE_CHECKING:
    from .programs import Reader

Event = tuple[int, str, str, int, str, str]


class Target(NamedTuple):
    """
    One recipient of a message.

    Attributes:
        message: The message's id in the database, `stream` the key of its stream.
        tag: The message's tag; empty for none.
        address: The recipient in lower case.
    """

    message: int
    stream: int
    tag: str
    address: str


class Outcomes:
    """
    Collects outcomes, and stores them together.

    Attributes:
        events: The events so far: message, recipient, type, instant, details as JSON, cause.
        cause: The cause of the outcomes that are collected from now on, one of `events.CAUSES`; empty for none.
        suppressed: Stream and address of the suppressions so far.
    """

    def __init__(self, db: Transaction, now: datetime, cause: str = "") -> None:
        """Collect outcomes of this instant, with this cause."""
        self._db, self.cause = db, cause
        self._bounces: list[Bounce] = []
        self._next_bounce: int | None = None
        self._suppressions: list[tuple[Target, str, str]] = []
        self._queued: list[tuple[int, str, int | None]] = []
        self._arrived: list[tuple[int, str, int]] = []
        self._tallies: Counter[Tally] = Counter()
        self._notices = Notices(db, micros(now))
        self.events: list[Event] = []
        self.suppressed: set[tuple[int, str]] = set()
        self.at(now)

    def at(self, now: datetime) -> None:
        """Collect outcomes of this instant from now on."""
        self._instant = self._notices.instant = micros(now)
        self._day = eastern_day(now).isoformat()

    def count(self, target: Target, metric: str, number: int = 1) -> None:
        """Count something for the statistics of the day."""
        self._tallies[target.stream, self._day, target.tag, metric] += number

    def _add(self, target: Target, kind: str, details: dict[str, str]) -> None:
        self.events.append((target.message, target.address, kind, self._instant, dump_text(details), self.cause))

    def _tell(self, trigger: str, target: Target, **fields: object) -> None:
        self._notices.add(trigger, target.stream, target.message, target.address, **fields)

    def deliver(self, target: Target) -> None:
        """Deliver the email; at an inbound address of a server, it is received."""
        # Without details: nearly all events are deliveries, and their details follow from the address.
        self.events.append((target.message, target.address, "Delivered", self._instant, "", self.cause))
        self._tell("Delivery", target, details=events.DELIVERED)
        if target.address.rpartition("@")[2] in self._inbound_domains:
            self._arrived.append((target.message, target.address, self._instant))

    @cached_property
    def _inbound_domains(self) -> frozenset[str]:
        return servers.inbound_domains(self._db)

    def delay(self, target: Target) -> None:
        """Let the receiving server ask to try again later."""
        self.bounce(target, events.BOUNCE_TYPES["Transient"])

    def hold(self, target: Target, due_at: int | None) -> None:
        """Leave the email in the queue until an instant, or, with None, until a test delivers it."""
        self._queued.append((target.message, target.address, due_at))

    def bounce(self, target: Target, kind: BounceType, texts: BounceTexts | None = None) -> None:
        """Bounce the email; some types suppress the address. The texts are those of the type, if not given."""
        texts = texts or events.texts_of(kind, target.address)
        bounce_id = self._add_bounce(target, kind, texts)
        if kind.type == "Transient":
            self._add(target, "Transient", events.delayed(target.address.rpartition("@")[2]))
        else:
            self._add(target, "Bounced", events.bounced(texts.details, bounce_id))
        self.count(target, "Bounced")
        self.count(target, kind.type)

    def complain(self, target: Target) -> None:
        """Let the recipient report the email as spam."""
        kind = events.BOUNCE_TYPES["SpamComplaint"]
        self._add_bounce(target, kind, events.texts_of(kind, target.address))
        self._add(target, "SubscriptionChanged", events.SUPPRESSED_BY_RECIPIENT)
        self.count(target, "SpamComplaint")

    def unsubscribe(self, target: Target) -> None:
        """Let the recipient unsubscribe from the stream."""
        self._suppress(target, "ManualSuppression", "Recipient")
        self._add(target, "SubscriptionChanged", events.SUPPRESSED_BY_RECIPIENT)

    def open(self, target: Target, reader: Reader, read_seconds: int | None) -> None:
        """Let the recipient open the email."""
        self._add(target, "Opened", {"Summary": f"Email opened with {reader.summary}"})
        self.count(target, "Opens")
        row = (target.message, target.stream, target.address, self._instant, *reader.columns, read_seconds)
        first = opens.add_open(self._db, row)
        self._tell("Open", target, first_open=first, read_seconds=read_seconds, **reader.fields)
        if not first:
            return
        self.count(target, "UniqueOpens")
        self.count(target, named("OpenPlatform", reader.platform))
        self.count(target, "WithPlatformRecorded", reader.platform != "Unknown")
        if reader.client.name != "unknown":
            self.count(target, "WithClientRecorded")
            self.count(target, named("EmailClient", reader.client.name))
        if read_seconds is not None:
            self.count(target, "WithReadTimeRecorded")
        seconds = "unknown" if read_seconds is None else "20s+" if read_seconds >= 20 else f"{read_seconds}s"
        self.count(target, named("ReadTime", seconds))

    def click(self, target: Target, reader: Reader, link: str, location: str) -> None:
        """Let the recipient click on a link in the HTML or in the text of the email."""
        details = {"Summary": f"Link clicked with {reader.summary}", "Link": link, "ClickLocation": location}
        self._add(target, "LinkClicked", details)
        self.count(target, "TotalClicks")
        row = (target.message, target.stream, target.address, self._instant, *reader.columns, location, link)
        if not opens.add_click(self._db, row):
            return
        self._tell("Click", target, link=link, click_location=location, **reader.fields)
        self.count(target, "UniqueLinksClicked")
        self.count(target, named("ClickLocation", location))
        self.count(target, named("ClickPlatform", "Desktop" if reader.platform == "WebMail" else reader.platform))
        if reader.client.name != "unknown":
            self.count(target, named("BrowserFamily", reader.client.family))

    def _add_bounce(self, target: Target, kind: BounceType, texts: BounceTexts) -> int:
        if self._next_bounce is None:
            self._next_bounce = bounces.next_id(self._db)
        bounce_id, self._next_bounce = self._next_bounce, self._next_bounce + 1
        deactivates = kind.reason is not None
        bounce = Bounce(
            id=bounce_id,
            message=target.message,
            stream=target.stream,
            type=kind.type,
            email=target.address,
            bounced_at=self._instant,
            description=texts.description,
            details=texts.details,
            content=texts.content,
            inactive=deactivates,
            can_activate=kind.type == "SoftBounce" or (deactivates and kind.type != "SpamComplaint"),
        )
        self._bounces.append(bounce)
        self._tell_bounce(target, bounce)
        if kind.reason is not None:
            self._suppress(target, kind.reason, "Customer" if kind.reason == "ManualSuppression" else "Recipient")
        return bounce_id

    def _tell_bounce(self, target: Target, bounce: Bounce) -> None:
        same = ("id", "description", "details", "content", "inactive", "can_activate")
        fields = {name: getattr(bounce, name) for name in same}
        if bounce.type == "SpamComplaint":
            self._tell("SpamComplaint", target, **fields)
        else:
            self._tell("Bounce", target, type=bounce.type, **fields)

    def _suppress(self, target: Target, reason: str, origin: str) -> None:
        self.suppressed.add((target.stream, target.address))
        self._suppressions.append((target, reason, origin))

    def store(self, *, new: bool = False) -> None:
        """Store everything that was collected; `new` for messages that are stored in the same transaction."""
        for bounce in self._bounces:
            bounces.add(self._db, bounce)
        for target, reason, origin in self._suppressions:
            if suppressions.add(self._db, target.stream, target.address, reason, origin, self._instant):
                self._tell("SubscriptionChange", target, reason=reason, origin=origin)
        queue.add(self._db, self._queued)
        queue.mark_queued(self._db, {message for message, _, _ in self._queued})
        messages.add_events(self._db, self.events)
        tallies.add(self._db, self._tallies)
        self._notices.store()
        if not new:
            words.refresh(self._db, {event[0] for event in self.events})
        if self._arrived:
            with imports:
                from .receiving import receive_delivered  # only now: few sandboxes get email

            receive_delivered(self._db, self._arrived)
