"""An email that the sandbox has accepted, as a test sees it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, TypeVar

import attrs

from ..errors import InvalidArgument, InvalidEmail
from ..mime.readable import ReadableEmail
from ..models.address import Address
from ..models.attachment import Attachment
from ..models.header import Header
from ..models.messages import MessageEvent
from .addresses import addresses
from .arguments import check_text
from .attachments import File
from .forks import imports
from .instants import moment
from .progress import event_of
from .store import Row, Store
from .tables import account, messages
from .tracking import place_of, received

_T = TypeVar("_T", Address, Attachment, Header)


@attrs.frozen
class Place:
    """
    Where a captured email is kept.

    Attributes:
        store: Returns the database.
        url: Returns the base URL of the sandbox.
    """

    store: Callable[[], Store]
    url: Callable[[], str]


def _record(kind: type[_T], **values: Any) -> _T:
    """Return a record, also one that our own client would not send: other clients may."""
    try:
        return kind(**values)
    except InvalidEmail:
        record = kind.__new__(kind)
        text = values.get("email", "")
        named = {"mailbox": text, "header": text} if kind is Address else {}
        for name, value in {**named, **values}.items():
            object.__setattr__(record, name, value)
        return record


def _addresses(rows: Iterable[dict[str, Any]]) -> tuple[Address, ...]:
    return tuple([_record(Address, email=row["Email"], name=row["Name"]) for row in rows])


@attrs.define(kw_only=True, eq=False, repr=False, slots=False)
class CapturedEmail(ReadableEmail):
    """
    An email that the sandbox has accepted.

    Attributes:
        message_id: The id of the message, as `SendResult.message_id`.
        message_stream: Id of the message stream.
        received_at: When the sandbox accepted it.
        sender: The From address.
        to: Recipients.
        cc: Recipients of a copy.
        bcc: Recipients of a blind copy.
        reply_to: Addresses that replies are sent to.
        subject: The subject.
        text_body: Plain text body, with the links that the sender wrote.
        html_body: HTML body, likewise.
        tag: The tag.
        metadata: The metadata.
        headers: Additional headers.
        track_opens: Whether opens are recorded.
        track_links: The links whose clicks are recorded.
    """

    message_id: str
    message_stream: str
    received_at: datetime
    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    subject: str
    text_body: str | None
    html_body: str | None
    tag: str | None
    metadata: dict[str, str]
    headers: tuple[Header, ...]
    track_opens: bool
    track_links: str
    _row: Row
    _place: Place

    @cached_property
    def _files(self) -> list[File]:
        with self._place.store().transaction(writing=False) as db:
            return messages.files(db, self._row["id"])

    @cached_property
    def attachments(self) -> tuple[Attachment, ...]:
        """The attachments."""
        return tuple(
            [
                _record(
                    Attachment,
                    name=file.name,
                    content=file.content,
                    content_type=file.content_type,
                    content_id=file.content_id,
                )
                for file in self._files
            ]
        )

    @property
    def raw(self) -> bytes:
        """The email as a MIME message."""
        with imports:
            from .source import source_of  # only now: few tests read it

        with self._place.store().transaction(writing=False) as db:
            return source_of(db, self._row)

    @property
    def events(self) -> tuple[MessageEvent, ...]:
        """The events of the message until now, oldest first; none when the sandbox no longer has the message."""
        return tuple([event_of(row) for row in self._event_rows])

    @property
    def _event_rows(self) -> list[Row]:
        with self._place.store().transaction(writing=False) as db:
            return messages.events_of(db, self._row["id"])

    def as_received(self, recipient: str | None = None) -> CapturedEmail:
        """
        Return the email as a recipient gets it.

        It has tracking links, the image that opens are tracked by, and, in a broadcast stream, the links and headers to
        unsubscribe. The links lead to the sandbox, and can be followed by any HTTP client::

            requests.get(message.as_received().link("Reset"))  # is redirected, and counts as a click

        Args:
            recipient: The address; the first recipient if it is None.

        Raises:
            InvalidArgument: The email has no such recipient.
        """
        check_text(recipient, "recipient")
        place = 0 if recipient is None else place_of(self._row, recipient)
        if place < 0:
            raise InvalidArgument(f"{recipient!r} is not a recipient of this email", argument="recipient")
        with self._place.store().transaction(writing=False) as db:
            secret = account.secret(db)
        copy = received(self._row, place, self._place.url(), secret)
        headers = (*self.headers, *(Header(name, value) for name, value in copy.headers))
        # evolve() wants the names without underscores.
        return attrs.evolve(self, html_body=copy.html_body, text_body=copy.text_body, headers=headers)


@lru_cache(64)
def _sender(text: str) -> Address:
    """Return the address in a header From; few senders send most emails."""
    sender = addresses(text)[0]
    return _record(Address, email=sender.email, name=sender.name)


def _pairs(text: str) -> list[tuple[str, str]]:
    # Most emails have none: without a look at such a text, a list takes a tenth fewer instructions.
    return [] if text == "[]" else json.loads(text)


def captured(row: Row, place: Place) -> CapturedEmail:
    """Return a stored message, as `messages.by_id` gives it, as a captured email."""
    shown = messages.shown_of(row)
    return CapturedEmail(
        message_id=row["uuid"],
        message_stream=row["stream_id"],
        received_at=moment(row["received_at"]),
        sender=_sender(row["sender"]),
        to=_addresses(shown["to"]),
        cc=_addresses(shown["cc"]),
        bcc=_addresses(shown["bcc"]),
        reply_to=tuple([_record(Address, email=email, name=name) for name, email in _pairs(row["reply_to"])]),
        subject=row["subject"],
        text_body=row["text_body"],
        html_body=row["html_body"],
        tag=row["tag"],
        metadata=shown["metadata"],
        headers=tuple([_record(Header, name=name, value=value) for name, value in _pairs(row["headers"])]),
        track_opens=bool(row["track_opens"]),
        track_links=row["track_links"],
        row=row,
        place=place,
    )
