"""
Accepting emails, from every protocol.

The checks here need the database: the stream, and the suppressed recipients. The rules for the email itself are in
`rules`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime

from ..errors import ERROR_CODES
from ..models.messages import Recipient
from ..models.outbound import SendResult
from ..wire import dump_text
from . import events
from .addresses import Mailbox
from .effects import QUEUED_ADDRESS
from .faults import Faults
from .instants import micros, wire_text
from .matching import Incoming
from .outcomes import Outcomes, Target
from .rejection import Rejection
from .responses import names_of
from .rules import CheckedEmail
from .store import Transaction
from .tables import queue, streams, suppressions
from .tables.messages import Pending
from .tables.servers import Server
from .tables.streams import Stream
from .tracking import tracked_links

_ACCEPTED = "OK"
_RENDERING_FAILED = events.BOUNCE_TYPES["TemplateRenderingFailed"]
# The service's names, looked up once: each email of a batch has a response.
_TO, _AT, _ID, _CODE, _MESSAGE = names_of(SendResult, "to", "submitted_at", "message_id", "error_code", "message")
_EMAIL, _NAME = names_of(Recipient, "email", "name")
# Programs find the end of the addresses by this sentence.
_INACTIVE = "Inactive recipients are ones that have generated a hard bounce, a spam complaint, or a manual suppression."


def response_of(email: CheckedEmail, message_id: str, instant: int, message: str = _ACCEPTED) -> dict[str, object]:
    """Return the service's response to an email, accepted at an instant; `To` is absent if the email has none."""
    response: dict[str, object] = {_TO: email.to} if email.to else {}
    response[_AT], response[_ID], response[_CODE], response[_MESSAGE] = wire_text(instant), message_id, 0, message
    return response


def inactive_error(addresses: Sequence[str]) -> Rejection:
    """Return the error for suppressed recipients, in the service's words."""
    return Rejection(
        406,
        "You tried to send to recipient(s) that have been marked as inactive."
        f" Found inactive addresses: {', '.join(addresses)}. {_INACTIVE}",
    )


def _shown(mailboxes: tuple[Mailbox, ...]) -> list[dict[str, object]]:
    return [{_EMAIL: mailbox.email, _NAME: mailbox.name} for mailbox in mailboxes]


def _new_id(beginning: str) -> str:
    """Return a random UUID (version 4) that begins with four digits; `uuid.uuid4` takes three times as long."""
    digits = beginning + os.urandom(14).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


class Intake:
    """
    Accepts the emails of one request, in one transaction.

    Use: `take` each email, then `store` once. Nothing is kept of an email that is rejected; the others are accepted.
    """

    def __init__(self, db: Transaction, server: Server, now: datetime, faults: Faults, *, via: str = "api") -> None:
        """Accept emails for this server at this instant, that came by `via`, one of `words.SOURCES`."""
        self._via = via
        # The ids of a request begin alike: they come to stand together in the index, few pages of which are written so.
        self._ids = os.urandom(2).hex()
        self._db = db
        self._server = server
        self._faults = faults
        self._pending = Pending(db)
        self._streams: dict[str, Stream] = {}
        self._outcomes = Outcomes(db, now)
        self.at(now)
        self._skipped: list[tuple[int, str]] = []
        self._none_suppressed: dict[int, bool] = {}

    def at(self, now: datetime) -> None:
        """Accept emails at this instant from now on."""
        self._instant = micros(now)
        self._outcomes.at(now)

    def take(self, email: CheckedEmail) -> dict[str, object]:
        """
        Accept an email and return the service's response.

        Raises:
            Rejection: 1235 or 1236 for its stream, 406 when every recipient is suppressed.
        """
        message_id = _new_id(self._ids)
        _, inactive = self._accept(email, message_id)
        remark = _ACCEPTED
        if inactive:
            listed = ", ".join(inactive)
            remark = f"Message OK, but will not deliver to these inactive addresses: {listed}. {_INACTIVE}"
        return response_of(email, message_id, self._instant, remark)

    def take_by_smtp(self, email: CheckedEmail, message_id: str, problem: Rejection | None, content: bytes) -> None:
        """
        Accept an email that came by SMTP, and was acknowledged: what the API would reject bounces.

        Args:
            email: The email.
            message_id: The id of the message.
            problem: Why the email is not sent, if its fields say so already.
            content: The message as it came.
        """
        try:
            if problem is not None:
                raise problem
            target, inactive = self._accept(email, message_id)
            rejected = {address: inactive_error([address]) for address in inactive}
        except Rejection as rejection:
            target = self._rejected(email, message_id)
            rejected = dict.fromkeys(email.recipients, rejection)
        self._outcomes.cause = "rules"
        for address, error in rejected.items():
            short = ERROR_CODES[error.code].meaning
            texts = events.error_texts(error.code, short, error.reason or error.message, address)
            self._outcomes.bounce(target._replace(address=address), events.BOUNCE_TYPES["SMTPApiError"], texts)
        self._pending.sources.append((target.message, content))

    def _rejected(self, email: CheckedEmail, message_id: str) -> Target:
        """Keep an email that is not sent: in its stream, or in the default one if it cannot be in its own."""
        try:
            stream = self._stream(email.message_stream)
        except Rejection:
            stream = self._stream("outbound")
        return Target(self._keep(email, stream.key, message_id, email.recipients), stream.key, email.tag or "", "")

    def _accept(self, email: CheckedEmail, message_id: str) -> tuple[Target, list[str]]:
        """Accept an email; return what stands for it, without a recipient, and the suppressed recipients."""
        stream = self._stream(email.message_stream)
        recipients = email.recipients
        inactive = self._inactive(stream.key, recipients)
        if len(inactive) == len(recipients):
            raise inactive_error(inactive)
        message = self._keep(email, stream.key, message_id, recipients)
        self._skipped += [(message, address) for address in inactive]
        targets = [Target(message, stream.key, email.tag or "", each) for each in recipients if each not in inactive]
        self._live(email, targets)
        self._count(email, targets)
        return Target(message, stream.key, email.tag or "", ""), inactive

    def store(self) -> None:
        """Store the accepted emails."""
        self._pending.store()
        queue.skip(self._db, self._skipped)
        self._outcomes.store(new=True)

    def _stream(self, stream_id: str) -> Stream:
        known = self._streams.get(stream_id)
        if known is None:
            known = streams.by_id(self._db, self._server.id, stream_id)
            if known is None:
                raise self._no_stream(stream_id, "does not exist on this server")
            self._streams[stream_id] = known
        if known.archived_at is not None:
            raise self._no_stream(stream_id, "is archived: it cannot send")
        if known.type == "Inbound":
            raise Rejection(1236, f"The message stream '{stream_id}' is inbound: it cannot send.")
        return known

    def _no_stream(self, stream_id: str, problem: str) -> Rejection:
        return Rejection(
            1235,
            f"The message stream '{stream_id}' {problem}.",
            text=f"The stream provided: '{stream_id}' does not exist on this server.",
        )

    def _inactive(self, stream: int, recipients: Mapping[str, Mailbox]) -> list[str]:
        """Return the suppressed recipients, also those suppressed by an earlier email of this request."""
        if stream not in self._none_suppressed:
            self._none_suppressed[stream] = not suppressions.exist(self._db, stream)
        if self._none_suppressed[stream] and not self._outcomes.suppressed:
            return []
        found = set() if self._none_suppressed[stream] else suppressions.among(self._db, stream, recipients)
        return [address for address in recipients if address in found or (stream, address) in self._outcomes.suppressed]

    def _keep(self, email: CheckedEmail, stream: int, message_id: str, recipients: Mapping[str, Mailbox]) -> int:
        pending, instant = self._pending, self._instant
        shown: dict[str, object] = {"to": _shown(email.to_list)}
        if email.cc or email.bcc:
            shown.update(cc=_shown(email.cc), bcc=_shown(email.bcc))
        if email.attachments:
            shown["attachments"] = [file.name for file in email.attachments]
        if email.metadata:
            shown["metadata"] = email.metadata
        message = pending.add(
            stream=stream,
            uuid=message_id,
            received_at=instant,
            sender=email.sender,
            sender_address=email.sender_address,
            subject=email.subject,
            tag=email.tag,
            shown=shown,
            via="template" if email.template is not None and self._via == "api" else self._via,
            text_body=email.text_body,
            html_body=email.html_body,
            reply_to=email.reply_to,
            headers=email.headers,
            files=email.attachments,
            recipients=recipients,
            track_opens=self._opens_tracked(email),
            track_links=self._links_tracked(email),
        )
        if email.template is not None:
            use = email.template
            pending.templated.append((message, use.id, use.alias, instant, use.inline, dump_text(use.model)))
        pending.metadata += [(stream, name.lower(), value, instant, message) for name, value in email.metadata.items()]
        return message

    def _live(self, email: CheckedEmail, targets: list[Target]) -> None:
        """Let each recipient's address decide what happens there."""
        forced = email.header(events.BOUNCE_HEADER) if email.headers else None
        for target in targets:
            self._outcomes.cause = ""
            if email.failure:
                self._outcomes.cause = "template"
                texts = events.failure_texts(_RENDERING_FAILED, target.address, email.failure)
                self._outcomes.bounce(target, _RENDERING_FAILED, texts)
                continue
            kind = events.bounce_type(target.address, forced)
            held = None
            if self._faults and kind is None:
                here = Incoming(server=self._server.id, recipients=frozenset([target.address]))
                kind, held = self._faults.outcome_for(here)
                self._outcomes.cause = "fault" if kind is not None else ""
            elif kind is not None:
                self._outcomes.cause = "header" if forced and forced.strip() else "address"
            if kind is not None:
                self._outcomes.bounce(target, kind)
            elif held is not None:
                self._outcomes.hold(target, held.due_at(self._instant))
            elif target.address == QUEUED_ADDRESS:
                self._outcomes.hold(target, None)
            elif target.address != events.BLACKHOLE:
                self._outcomes.deliver(target)

    def _opens_tracked(self, email: CheckedEmail) -> bool:
        """Return whether opens are tracked: an email cannot turn off the server's setting (contract section 2.1)."""
        return bool(email.track_opens) or self._server.track_opens

    def _links_tracked(self, email: CheckedEmail) -> str:
        return email.track_links or self._server.track_links

    def _count(self, email: CheckedEmail, targets: list[Target]) -> None:
        opens = self._opens_tracked(email) and bool(email.html_body)
        links = self._links_tracked(email)
        counted = {"Sent": len(targets)}
        if opens:
            counted["WithOpenTracking"] = len(targets)
        if links != "None":
            counted["WithLinkTracking"] = len(targets)
            found = tracked_links(email.html_body, email.text_body, links)
            counted["TotalTrackedLinksSent"] = len(targets) * len(found)
        if opens or links != "None":
            counted["Tracked"] = len(targets)
        for metric, count in counted.items():
            if targets:
                self._outcomes.count(targets[0], metric, count)
