"""
The way of a mail into the sandbox, for every door that it comes in by.

What is checked here needs the database: the stream, and who is suppressed. What the mail itself must be like stands in
`rules`.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from ..models.messages import Recipient
from ..models.outbound import SendResult
from ..wire import dump_json
from . import events
from .addresses import Mailbox
from .instants import eastern_day, micros, wire_text
from .rejection import Rejection
from .responses import written
from .rules import Mail
from .store import Transaction
from .tables import bounces, messages, streams, suppressions, tallies
from .tables.bounces import Bounce
from .tables.messages import Pending
from .tables.servers import Server
from .tables.streams import Stream
from .tables.tallies import Tally

_LINK = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
_ACCEPTED = "OK"


def answer_of(mail: Mail, message_id: str, now: datetime, message: str = _ACCEPTED) -> dict[str, object]:
    """Return the service's answer to an accepted mail; `To` is absent when the mail has none."""
    to = {"to": mail.to} if mail.to else {}
    return written(
        SendResult,
        **to,
        submitted_at=wire_text(micros(now)),
        message_id=message_id,
        error_code=0,
        message=message,
    )


def _compact(value: object) -> str:
    return dump_json(value).decode()


def _shown(mailboxes: tuple[Mailbox, ...]) -> list[dict[str, object]]:
    return [written(Recipient, email=mailbox.email, name=mailbox.name) for mailbox in mailboxes]


class Intake:
    """
    Takes mails of one request, in one transaction.

    Use: `take` each mail, then `store` once. A mail that is refused leaves nothing behind, and the others stand.
    """

    def __init__(self, db: Transaction, server: Server, now: datetime) -> None:
        """Take mails for this server at this instant."""
        self._db = db
        self._server = server
        self._now = now
        self._instant = micros(now)
        self._day = eastern_day(now).isoformat()
        self._pending = Pending(db)
        self._streams: dict[str, Stream] = {}
        self._bounces: list[tuple[Bounce, events.BounceType]] = []
        self._events: list[tuple[int, str, str, int, str]] = []
        self._tallies: Counter[Tally] = Counter()
        self._suppressed: set[tuple[int, str]] = set()
        self._nobody_suppressed: dict[int, bool] = {}

    def take(self, mail: Mail) -> dict[str, object]:
        """
        Accept a mail and return the service's answer.

        Raises:
            Rejection: 1235 or 1236 for its stream, 406 when every recipient is suppressed.
        """
        stream = self._stream(mail.stream)
        recipients = mail.recipients
        inactive = self._inactive(stream.key, recipients)
        if len(inactive) == len(recipients):
            raise Rejection(
                406,
                "You tried to send to recipients that have been marked as inactive."
                f" Found inactive addresses: {', '.join(inactive)}."
                " Inactive recipients are ones that have generated a hard bounce, a spam complaint,"
                " or a manual suppression.",
            )
        message_id = str(uuid.uuid4())
        message = self._keep(mail, stream.key, message_id, recipients)
        active = [address for address in recipients if address not in inactive]
        self._live(mail, stream.key, message, active)
        self._count(mail, stream.key, len(active))
        remark = _ACCEPTED
        if inactive:
            remark = f"Message OK, but will not deliver to these inactive addresses: {', '.join(inactive)}"
        return answer_of(mail, message_id, self._now, remark)

    def store(self) -> None:
        """Write down what was taken."""
        self._pending.store()
        for bounce, kind in self._bounces:
            bounce_id = bounces.add(self._db, bounce)
            transient = kind.type == "Transient"
            details = events.delayed(bounce.email) if transient else events.bounced(kind, bounce_id)
            event = "Transient" if transient else "Bounced"
            self._events.append((bounce.message, bounce.email, event, self._instant, _compact(details)))
            if kind.reason is not None:
                origin = "Customer" if kind.reason == "ManualSuppression" else "Recipient"
                suppressions.add(self._db, bounce.stream, bounce.email, kind.reason, origin, self._instant)
        messages.add_events(self._db, self._events)
        tallies.add(self._db, self._tallies)

    def _stream(self, stream_id: str) -> Stream:
        known = self._streams.get(stream_id)
        if known is None:
            known = streams.by_id(self._db, self._server.id, stream_id)
            if known is None:
                raise Rejection(1235, f"The message stream '{stream_id}' does not exist on this server.")
            self._streams[stream_id] = known
        if known.archived_at is not None:
            raise Rejection(1235, f"The message stream '{stream_id}' is archived: it cannot send.")
        if known.type == "Inbound":
            raise Rejection(1236, f"The message stream '{stream_id}' is inbound: it cannot send.")
        return known

    def _inactive(self, stream: int, recipients: Mapping[str, Mailbox]) -> list[str]:
        """Return who is suppressed, also by an earlier mail of this request."""
        if stream not in self._nobody_suppressed:
            self._nobody_suppressed[stream] = not suppressions.exist(self._db, stream)
        found = set() if self._nobody_suppressed[stream] else suppressions.among(self._db, stream, recipients)
        return [address for address in recipients if address in found or (stream, address) in self._suppressed]

    def _keep(self, mail: Mail, stream: int, message_id: str, recipients: Mapping[str, Mailbox]) -> int:
        pending, instant = self._pending, self._instant
        message = pending.take_id(stream)
        shown = {
            "to": _shown(mail.to_list),
            "cc": _shown(mail.cc),
            "bcc": _shown(mail.bcc),
            "recipients": [mailbox.email for mailbox in recipients.values()],
            "attachments": [file.name for file in mail.attachments],
            "metadata": mail.metadata,
        }
        pending.messages.append(
            (
                message,
                stream,
                message_id,
                instant,
                mail.sender,
                mail.sender_address.lower(),
                mail.subject,
                mail.tag,
                _compact(shown),
                self._opens_tracked(mail),
                self._links_tracked(mail),
            )
        )
        pending.subjects.append((message, mail.subject))
        reply_to = _compact([(mailbox.name, mailbox.email) for mailbox in mail.reply_to])
        pending.contents.append((message, mail.text_body, mail.html_body, reply_to, _compact(mail.headers)))
        pending.attachments += [
            (message, position, file.name, file.content_type, file.content_id, file.content)
            for position, file in enumerate(mail.attachments)
        ]
        pending.recipients += [(stream, address, instant, message) for address in recipients]
        pending.metadata += [(stream, name.lower(), value, instant, message) for name, value in mail.metadata.items()]
        return message

    def _live(self, mail: Mail, stream: int, message: int, active: list[str]) -> None:
        """Let each recipient's address decide what happens there."""
        forced = mail.header(events.BOUNCE_HEADER)
        for address in active:
            kind = events.bounce_type(address, forced)
            if kind is not None:
                self._bounce(mail, stream, message, address, kind)
            elif address != events.BLACKHOLE:
                details = _compact(events.delivered(address))
                self._events.append((message, address, "Delivered", self._instant, details))

    def _bounce(self, mail: Mail, stream: int, message: int, address: str, kind: events.BounceType) -> None:
        deactivates = kind.reason is not None
        bounce = Bounce(
            message=message,
            stream=stream,
            type=kind.type,
            email=address,
            bounced_at=self._instant,
            description=f"{kind.name}, as the address asked the sandbox for.",
            details=events.reply_of(kind),
            content=events.report_of(kind, address),
            inactive=deactivates,
            can_activate=deactivates,
        )
        self._bounces.append((bounce, kind))
        if deactivates:
            self._suppressed.add((stream, address))
        for metric in ("Bounced", kind.type):
            self._tallies[stream, self._day, mail.tag or "", metric] += 1

    def _opens_tracked(self, mail: Mail) -> bool:
        """The server's setting cannot be turned off by a mail (contract section 2.1)."""
        return bool(mail.opens_tracked) or self._server.track_opens

    def _links_tracked(self, mail: Mail) -> str:
        return mail.links_tracked or self._server.track_links

    def _count(self, mail: Mail, stream: int, recipients: int) -> None:
        opens = self._opens_tracked(mail) and bool(mail.html_body)
        links = self._links_tracked(mail)
        counted = {"Sent": recipients}
        if opens:
            counted["WithOpenTracking"] = recipients
        if links != "None":
            bodies = (mail.html_body if links != "TextOnly" else None, mail.text_body if links != "HtmlOnly" else None)
            counted["WithLinkTracking"] = recipients
            counted["TotalTrackedLinksSent"] = recipients * sum(len(_LINK.findall(body or "")) for body in bodies)
        if opens or links != "None":
            counted["Tracked"] = recipients
        for metric, count in counted.items():
            self._tallies[stream, self._day, mail.tag or "", metric] += count
