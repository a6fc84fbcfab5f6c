"""`sandbox.events`: what happens to an email after it was accepted, as a test decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from .._hints import explain_calls, unknown_name_message
from ..errors import InvalidArgument
from ..models.bounces import BounceType
from ..models.messages import MessageEvent
from .arguments import check_text
from .events import bounce_type_named
from .forks import imports
from .outcomes import Outcomes, Target
from .progress import Progress, event_of, progress_of
from .store import Row, Store, Transaction
from .tables import messages, queue
from .tables.messages import MessageLike, message_id_of
from .tracking import link_of

if TYPE_CHECKING:
    from .programs import Reader

_Happens = Callable[[Outcomes, Target], None]
# A day, in seconds.
_LONGEST_READ = 86_400


class Events:
    """
    Events of messages, made by a test: `sandbox.events`.

    Each method takes the id of a message, the result of a send or a captured email, and returns the events that it has
    made. Without `recipient` the event happens at all recipients where it can. An event that is impossible raises an
    `InvalidArgument` with the reason::

        result = client.outbound.send(email)
        sandbox.events.bounce(result, "SoftBounce")
    """

    def __init__(self, store: Callable[[], Store], now: Callable[[], datetime], cause: str = "call") -> None:
        """Make events in this database, at the time that `now` returns, with one of `events.CAUSES`."""
        self._store, self._now, self._cause = store, now, cause

    def deliver(self, message: MessageLike, *, recipient: str | None = None) -> tuple[MessageEvent, ...]:
        """
        Deliver an email that is queued or delayed.

        Args:
            message: The id of the message, or a record that has one.
            recipient: The address of one recipient; by default all of them.

        Raises:
            InvalidArgument: There is no such message or recipient, or the email was delivered, bounced or not sent.
        """
        return self._make(message, recipient, lambda _row, at: at.not_on_the_way, Outcomes.deliver)

    def delay(self, message: MessageLike, *, recipient: str | None = None) -> tuple[MessageEvent, ...]:
        """
        Let the receiving server ask to try again later: an event `Transient`.

        Args:
            message: As of `deliver`.
            recipient: As of `deliver`.

        Raises:
            InvalidArgument: There is no such message or recipient, or the email was delivered, bounced or not sent.
        """
        return self._make(message, recipient, lambda _row, at: at.not_on_the_way, Outcomes.delay)

    def bounce(
        self, message: MessageLike, type: BounceType | str = "HardBounce", recipient: str | None = None
    ) -> tuple[MessageEvent, ...]:
        """
        Let an email bounce, also one that was delivered.

        Args:
            message: The message.
            type: A type of bounce, such as `"SoftBounce"`. A hard bounce suppresses the address in the stream.
            recipient: The address; all recipients if it is None.

        Raises:
            InvalidArgument: There is no such message, recipient or type, or the email was not sent to the recipient.
        """
        kind = bounce_type_named(str(type))
        return self._make(
            message, recipient, lambda _row, at: at.not_sent, lambda outcomes, at: outcomes.bounce(at, kind)
        )

    def open(
        self,
        message: MessageLike,
        client: str | None = None,
        *,
        recipient: str | None = None,
        read_seconds: int | None = None,
    ) -> tuple[MessageEvent, ...]:
        """
        Let a recipient open an email.

        Args:
            message: The message. It must have an HTML body and be sent with `track_opens=True`.
            client: The program: `"Gmail"` (the default), `"Apple Mail"`, `"iOS Mail"`, `"Outlook"`, `"Thunderbird"`,
                `"Chrome"`, `"Safari"` or `"Firefox"`.
            recipient: The address; all recipients if it is None.
            read_seconds: How long the email stays open.

        Raises:
            InvalidArgument: There is no such message, recipient or program, `read_seconds` is not a number of seconds,
                opens are not tracked, or the email was not delivered.
        """
        reader = _reader(client or "Gmail")
        whole = isinstance(read_seconds, int) and not isinstance(read_seconds, bool)
        if read_seconds is not None and not (whole and 0 <= read_seconds <= _LONGEST_READ):
            raise InvalidArgument(
                f"read_seconds must be a whole number from 0 to {_LONGEST_READ}, got {read_seconds!r:.80}",
                argument="read_seconds",
            )

        def reason(row: Row, at: Progress) -> str:
            if not row["track_opens"]:
                return "opens of this email are not tracked: send it with track_opens=True"
            return at.not_delivered if row["html_body"] else "the email has no HTML body, which opens are tracked by"

        return self._make(message, recipient, reason, lambda outcomes, at: outcomes.open(at, reader, read_seconds))

    def click(
        self,
        message: MessageLike,
        link: str | None = None,
        *,
        recipient: str | None = None,
        client: str | None = None,
    ) -> tuple[MessageEvent, ...]:
        """
        Let a recipient click on a link of an email.

        Args:
            message: The message. It must be sent with `track_links`.
            link: The target of the link, as in `message.link("Reset")`; the first tracked link if it is None.
            recipient: The address; all recipients if it is None.
            client: The program, as for `open`; `"Chrome"` by default.

        Raises:
            InvalidArgument: There is no such message, recipient, link or program, the link is not tracked, or the email
                was not delivered.
        """
        reader = _reader(client or "Chrome")
        check_text(link, "link")
        with self._store().transaction(writing=False) as db:
            found = link_of(_row(db, message), link)
        return self._make(
            message,
            recipient,
            lambda _row, at: at.not_delivered,
            lambda outcomes, at: outcomes.click(at, reader, found.target, found.location),
        )

    def complain(self, message: MessageLike, *, recipient: str | None = None) -> tuple[MessageEvent, ...]:
        """
        Let a recipient report an email as spam: the address is suppressed in the stream, and cannot be activated.

        Args:
            message: As of `deliver`.
            recipient: As of `deliver`.

        Raises:
            InvalidArgument: There is no such message or recipient, or the email was not delivered.
        """
        return self._make(message, recipient, lambda _row, at: at.not_delivered, Outcomes.complain)

    def unsubscribe(self, message: MessageLike, *, recipient: str | None = None) -> tuple[MessageEvent, ...]:
        """
        Let a recipient unsubscribe: the address is suppressed in the stream.

        Args:
            message: As of `deliver`.
            recipient: As of `deliver`.

        Raises:
            InvalidArgument: There is no such message or recipient, or the email was not delivered.
        """
        return self._make(message, recipient, lambda _row, at: at.not_delivered, Outcomes.unsubscribe)

    def _make(
        self,
        message: MessageLike,
        recipient: str | None,
        reason: Callable[[Row, Progress], str],
        happens: _Happens,
    ) -> tuple[MessageEvent, ...]:
        check_text(recipient, "recipient")
        with self._store().transaction() as db:
            row = _row(db, message)
            progress = progress_of(db, row)
            chosen = _chosen(progress, recipient)
            reasons = [reason(row, at) for at in chosen]
            if all(reasons):
                raise InvalidArgument(reasons[0], argument="message")
            outcomes = Outcomes(db, self._now(), self._cause)
            for at, impossible in zip(chosen, reasons, strict=True):
                if not impossible:
                    queue.take_out(db, row["id"], at.target.address)
                    happens(outcomes, at.target)
            outcomes.store()
        names = ("message", "recipient", "type", "received_at", "details", "cause")
        return tuple([event_of(dict(zip(names, event, strict=True))) for event in outcomes.events])


explain_calls(Events)


def _row(db: Transaction, message: MessageLike) -> Row:
    message_id = message_id_of(message)
    row = messages.by_uuid(db, None, message_id)
    if row is None:
        if messages.by_uuid(db, None, message_id, inbound=True) is not None:
            raise InvalidArgument("the email came in: only emails that were sent have events", argument="message")
        raise InvalidArgument(f"there is no message {message_id[:80]!r} in the sandbox", argument="message")
    return row


def _reader(client: str) -> Reader:
    with imports:
        from .programs import READER_NAMES, READERS  # only now: few tests open emails

    check_text(client, "client")
    found = READERS.get(client.lower())
    if found is None:
        raise InvalidArgument(unknown_name_message(client, dict.fromkeys(READER_NAMES), "program"), argument="client")
    return found


def _chosen(progress: Mapping[str, Progress], recipient: str | None) -> list[Progress]:
    if recipient is None:
        return [*progress.values()]
    if recipient.lower() not in progress:
        known = ", ".join(progress)
        raise InvalidArgument(f"{recipient!r} is not a recipient of this email; it has {known}", argument="recipient")
    return [progress[recipient.lower()]]
