"""
The way of a mail into the sandbox, for every door that it comes in by.

What is checked here needs the database: the stream, and who is suppressed. What the mail itself must be like stands in
`rules`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from ..models.messages import Recipient
from ..models.outbound import SendResult
from ..wire import dump_json
from . import events
from .addresses import Mailbox
from .answers import written
from .effects import QUEUED_ADDRESS
from .faults import Faults
from .instants import micros, wire_text
from .matching import Incoming
from .outcomes import Outcomes, Target
from .refusal import Refusal
from .rules import Mail
from .store import Transaction
from .tables import queue, streams, suppressions
from .tables.messages import Pending
from .tables.servers import Server
from .tables.streams import Stream
from .tracking import tracked_links

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

    def __init__(self, db: Transaction, server: Server, now: datetime, faults: Faults) -> None:
        """Take mails for this server at this instant."""
        self._db = db
        self._server = server
        self._now = now
        self._faults = faults
        self._instant = micros(now)
        self._pending = Pending(db)
        self._streams: dict[str, Stream] = {}
        self._outcomes = Outcomes(db, now)
        self._skipped: list[tuple[int, str]] = []
        self._nobody_suppressed: dict[int, bool] = {}

    def take(self, mail: Mail) -> dict[str, object]:
        """
        Accept a mail and return the service's answer.

        Raises:
            Refusal: 1235 or 1236 for its stream, 406 when every recipient is suppressed.
        """
        stream = self._stream(mail.stream)
        recipients = mail.recipients
        inactive = self._inactive(stream.key, recipients)
        if len(inactive) == len(recipients):
            raise Refusal(
                406,
                "You tried to send to recipients that have been marked as inactive."
                f" Found inactive addresses: {', '.join(inactive)}."
                " Inactive recipients are ones that have generated a hard bounce, a spam complaint,"
                " or a manual suppression.",
            )
        message_id = str(uuid.uuid4())
        message = self._keep(mail, stream.key, message_id, recipients)
        self._skipped += [(message, address) for address in inactive]
        targets = [Target(message, stream.key, mail.tag or "", each) for each in recipients if each not in inactive]
        self._live(mail, targets)
        self._count(mail, targets)
        remark = _ACCEPTED
        if inactive:
            remark = f"Message OK, but will not deliver to these inactive addresses: {', '.join(inactive)}"
        return answer_of(mail, message_id, self._now, remark)

    def store(self) -> None:
        """Write down what was taken."""
        self._pending.store()
        queue.skip(self._db, self._skipped)
        self._outcomes.store(new=True)

    def _stream(self, stream_id: str) -> Stream:
        known = self._streams.get(stream_id)
        if known is None:
            known = streams.by_id(self._db, self._server.id, stream_id)
            if known is None:
                raise Refusal(1235, f"The message stream '{stream_id}' does not exist on this server.")
            self._streams[stream_id] = known
        if known.archived_at is not None:
            raise Refusal(1235, f"The message stream '{stream_id}' is archived: it cannot send.")
        if known.type == "Inbound":
            raise Refusal(1236, f"The message stream '{stream_id}' is inbound: it cannot send.")
        return known

    def _inactive(self, stream: int, recipients: Mapping[str, Mailbox]) -> list[str]:
        """Return who is suppressed, also by an earlier mail of this request."""
        if stream not in self._nobody_suppressed:
            self._nobody_suppressed[stream] = not suppressions.exist(self._db, stream)
        found = set() if self._nobody_suppressed[stream] else suppressions.among(self._db, stream, recipients)
        return [address for address in recipients if address in found or (stream, address) in self._outcomes.suppressed]

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

    def _live(self, mail: Mail, targets: list[Target]) -> None:
        """Let each recipient's address decide what happens there."""
        forced = mail.header(events.BOUNCE_HEADER)
        for target in targets:
            kind = events.bounce_type(target.address, forced)
            held = None
            if self._faults and kind is None:
                here = Incoming(server=self._server.id, recipients=frozenset([target.address]))
                kind, held = self._faults.outcome_for(here)
            if kind is not None:
                self._outcomes.bounce(target, kind)
            elif held is not None:
                self._outcomes.hold(target, held.due_at(self._instant))
            elif target.address == QUEUED_ADDRESS:
                self._outcomes.hold(target, None)
            elif target.address != events.BLACKHOLE:
                self._outcomes.deliver(target)

    def _opens_tracked(self, mail: Mail) -> bool:
        """The server's setting cannot be turned off by a mail (contract section 2.1)."""
        return bool(mail.opens_tracked) or self._server.track_opens

    def _links_tracked(self, mail: Mail) -> str:
        return mail.links_tracked or self._server.track_links

    def _count(self, mail: Mail, targets: list[Target]) -> None:
        opens = self._opens_tracked(mail) and bool(mail.html_body)
        links = self._links_tracked(mail)
        counted = {"Sent": len(targets)}
        if opens:
            counted["WithOpenTracking"] = len(targets)
        if links != "None":
            counted["WithLinkTracking"] = len(targets)
            found = tracked_links(mail.html_body, mail.text_body, links)
            counted["TotalTrackedLinksSent"] = len(targets) * len(found)
        if opens or links != "None":
            counted["Tracked"] = len(targets)
        for metric, count in counted.items():
            if targets:
                self._outcomes.count(targets[0], metric, count)
