"""Receiving: email for the inbound address of a server becomes an inbound message."""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Iterable, Sequence
from functools import cached_property

import attrs

from ..models.inbound import InboundAddress, InboundAttachment, InboundDetails, InboundHeader, InboundMessage
from ..models.messages import Recipient
from ..wire import dump_text, wire_names
from .addresses import Mailbox, is_address
from .posting.notices import deliver_inbound
from .reply_text import stripped
from .responses import written
from .smtp.emails import UNKNOWN_ADDRESS, message_addresses, written_address
from .smtp.mime import IncomingFile, IncomingMessage, decoded, read_as_far_as_possible
from .source import source_of
from .store import Row, Transaction
from .tables import arrivals, inbound, inbound_rules, messages, servers, streams
from .tables.messages import Pending

_SCORE = re.compile(r"-?\d{1,4}(?:\.\d{1,4})?")
# Fields of their own, which are no `Headers`.
_FIELDS = frozenset({"from", "to", "cc", "bcc", "reply-to", "subject", "date", "return-path"})


@attrs.frozen(kw_only=True, slots=False)
class Received:
    """
    An email that has come for a server.

    Attributes:
        server: The server, with all settings.
        recipient: The address that it came to, and `sender` that of the envelope.
        message: The email.
        content: The same as it came.
        now: When it came.
    """

    server: Row
    recipient: str
    sender: str
    message: IncomingMessage
    content: bytes = attrs.field(repr=False)
    now: int

    @cached_property
    def author(self) -> Mailbox:
        """Who the email is from, by its header or else by the envelope."""
        found = [one for one in message_addresses(self.message, "from") if is_address(one.email)]
        return found[0] if found else Mailbox(self.sender if is_address(self.sender) else UNKNOWN_ADDRESS)

    @cached_property
    def groups(self) -> dict[str, list[Mailbox]]:
        """The recipients in the headers; the one of the envelope is in Bcc, if it is in no header."""
        named = {name: message_addresses(self.message, name) for name in ("to", "cc")}
        known = {one.key for group in named.values() for one in group}
        return {**named, "bcc": [] if self.recipient.lower() in known else [Mailbox(self.recipient)]}

    @cached_property
    def own_headers(self) -> list[tuple[str, str]]:
        """The headers that no field stands for."""
        return [(name, decoded(value)) for name, value in self.message.headers if name.lower() not in _FIELDS]


def mailbox_hash(address: str) -> str:
    """Return what stands between the plus and the at sign of an address."""
    return address.rpartition("@")[0].partition("+")[2]


def receive(db: Transaction, received: Received) -> str:
    """Keep an email as an inbound message, and post it to the hook of its server; return the id of the message."""
    message_id = str(uuid.uuid4())
    reason = _blocked(db, received)
    message = _keep(db, received, message_id)
    inbound.add(
        db,
        message,
        "Blocked" if reason else "Processed",
        mailbox_hash=mailbox_hash(received.recipient),
        blocked_reason=reason,
        reply_text=stripped(received.message.text_body),
        parts=dump_text(_parts(received, message_id)),
    )
    if not reason and received.server["inbound_hook_url"]:
        process(db, received.server["id"], message_id, received.now)
    return message_id


def receive_delivered(db: Transaction, delivered: Iterable[tuple[int, str, int]]) -> None:
    """
    Receive emails that the sandbox has delivered to inbound addresses.

    Args:
        db: The transaction that has stored the emails.
        delivered: The id of the message in the database, the recipient in lower case, and the instant of the delivery.
    """
    for key, address, now in delivered:
        server, row = servers.receiving(db, address), messages.by_id(db, key)
        if server is None or row is None or not _leaves(db, row["stream"]):
            continue
        content = source_of(db, row)
        message, _ = read_as_far_as_possible(content)
        # The hash in an address has upper and lower case.
        written_as = {each.lower(): each for each in messages.shown_of(row)["recipients"]}
        received = Received(
            server=server,
            recipient=written_as.get(address, address),
            sender=row["sender_address"],
            message=message,
            content=content,
            now=now,
        )
        receive(db, received)


def _leaves(db: Transaction, stream: int) -> bool:
    """Return whether the emails of a stream are delivered at all: those of servers of the type `Sandbox` are not."""
    owner = streams.owner_of(db, stream)
    server = None if owner is None else servers.by_id(db, owner["server"])
    return server is not None and server["delivery_type"] != "Sandbox"


def _blocked(db: Transaction, received: Received) -> str:
    """Return why the service blocks an email; empty if it does not."""
    author = received.author.email.lower()
    for rule in (author, author.rpartition("@")[2]):
        if inbound_rules.exists(db, received.server["id"], rule):
            return f"The inbound rule '{rule}' blocks the sender."
    threshold, score = received.server["inbound_spam_threshold"], _score(received.message)
    if threshold and score is not None and score >= threshold:
        return f"The spam score {score:g} is not below the threshold of {threshold}."
    return ""


def _score(message: IncomingMessage) -> float | None:
    text = message.text("x-spam-score").strip()
    return float(text) if _SCORE.fullmatch(text) else None


def _keep(db: Transaction, received: Received, message_id: str) -> int:
    message, author = received.message, received.author
    recipients = list(dict.fromkeys(one.key for group in received.groups.values() for one in group))
    pending = Pending(db)
    key = pending.add(
        stream=_stream(db, received.server["id"]),
        uuid=message_id,
        received_at=received.now,
        sender=written_address(author),
        sender_address=author.email,
        subject=message.text("subject"),
        tag=message.text("x-pm-tag") or None,
        shown={
            **{name: _recipients(group) for name, group in received.groups.items()},
            "recipients": recipients,
            "attachments": [file.name for file in message.files],
            "metadata": {},
        },
        via="smtp",
        text_body=message.text_body,
        html_body=message.html_body,
        reply_to=message_addresses(message, "reply-to"),
        headers=received.own_headers,
        files=message.files,
        recipients=recipients,
    )
    pending.sources.append((key, received.content))
    pending.store()
    return key


def _stream(db: Transaction, server: int) -> int:
    return next(stream.key for stream in streams.of_server(db, server) if stream.type == "Inbound")


def _recipients(mailboxes: Sequence[Mailbox]) -> list[dict[str, object]]:
    return [written(Recipient, email=one.email, name=one.name) for one in mailboxes]


def _full(mailboxes: Sequence[Mailbox]) -> list[dict[str, object]]:
    return [
        written(InboundAddress, email=one.email, name=one.name or "", mailbox_hash=mailbox_hash(one.email))
        for one in mailboxes
    ]


def _parts(received: Received, message_id: str) -> dict[str, object]:
    """Return what the API and the hook tell of a message, but for its bodies, its status and the files' contents."""
    message, author, groups = received.message, received.author, received.groups
    texts = {name: ", ".join(map(decoded, message.values(name))) for name in ("to", "cc", "bcc", "reply-to")}
    return written(
        InboundDetails,
        message_id=message_id,
        message_stream="inbound",
        sender=author.email,
        sender_name=author.name or "",
        sender_full=_full([author])[0],
        to=texts["to"],
        to_full=_full(groups["to"]),
        cc=texts["cc"],
        cc_full=_full(groups["cc"]),
        bcc=texts["bcc"] or ", ".join(one.email for one in groups["bcc"]),
        bcc_full=_full(groups["bcc"]),
        reply_to=texts["reply-to"],
        original_recipient=received.recipient,
        subject=message.text("subject"),
        date=message.text("date"),
        mailbox_hash=mailbox_hash(received.recipient),
        tag=message.text("x-pm-tag"),
        headers=_headers(received),
        attachments=[_listed(file) for file in message.files],
    )


def _listed(file: IncomingFile) -> dict[str, object]:
    return written(
        InboundAttachment,
        name=file.name,
        content_id=file.content_id,
        content_type=file.content_type,
        content_length=len(file.content),
    )


def _headers(received: Received) -> list[dict[str, object]]:
    """Return the other headers: the service puts Return-Path before them, and what its filters say of the email."""
    author = received.sender or received.author.email
    usual = {
        "Received-SPF": f"Pass (sender SPF authorized) identity=mailfrom; envelope-from={author}",
        "X-Spam-Checker-Version": "SpamAssassin 3.4.0",
        "X-Spam-Status": "No",
        "X-Spam-Score": "0",
        "X-Spam-Tests": "",
    }
    own = received.own_headers
    names = {name.lower() for name, _ in own}
    added = [(name, value) for name, value in usual.items() if name.lower() not in names]
    pairs = [("Return-Path", f"<{received.sender}>"), *added, *own]
    return [written(InboundHeader, name=name, value=value) for name, value in pairs]


def listed(row: Row) -> dict[str, object]:
    """Return an inbound message as lists have it."""
    parts = json.loads(row["parts"])
    names = wire_names(InboundMessage)
    return {**{name: parts[name] for name in names.values() if name in parts}, names["status"]: row["status"]}


def detailed(row: Row) -> dict[str, object]:
    """Return an inbound message with its content."""
    content = written(
        InboundDetails,
        text_body=row["text_body"] or "",
        html_body=row["html_body"] or "",
        stripped_text_reply=row["reply_text"],
        blocked_reason=row["blocked_reason"],
        status=row["status"],
    )
    return {**json.loads(row["parts"]), **content}


def payload(db: Transaction, row: Row) -> dict[str, object]:
    """Return what is posted to the hook; the source is left out there if the server does not want it."""
    details = detailed(row)
    for name in ("status", "blocked_reason"):
        del details[wire_names(InboundDetails)[name]]
    files = messages.files(db, row["id"])
    details["Attachments"] = [
        {"Name": file.name, "Content": base64.b64encode(file.content).decode("ascii"), **told}
        for file, told in zip(files, json.loads(row["parts"])["Attachments"], strict=True)
    ]
    details["RawEmail"] = (arrivals.source(db, row["id"]) or b"").decode("utf-8", "replace")
    return details


def process(db: Transaction, server: int, message_id: str, now: int) -> None:
    """Post a message to the hook of its server; without a hook nothing is left to do."""
    row = inbound.by_uuid(db, server, message_id)
    assert row is not None  # noqa: S101 - its caller has stored or found it
    posted = deliver_inbound(db, server, message_id, payload(db, row), now)
    inbound.set_status(db, row["id"], "Queued" if posted else "Processed")
