"""Sending the messages of one application: validation, suppression, transport, recording and signals."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from copy import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..client import Client
from ..errors import ConfigurationError, ConnectionFailed, EmailAPIError, InvalidEmail
from ..models.address import Address
from ..models.outbound import BatchItem, BatchResult, SendResult
from ..transports.smtp import SMTPTransport
from .backends import Backend, BackendFactory
from .checking import bad_header, check_types
from .config import Keys
from .conversion import reply_to, to_email, to_template_email
from .dispatch import notify_dispatched
from .errors import BadHeaderError, MissingAddress
from .guard import Guard
from .message import Message
from .recording import append_to_context_outbox, record
from .sanitizing import (
    MessageAddress,
    force_text,
    plain_address,
    sanitize_address,
    sanitize_addresses,
    strict_addresses,
)
from .settings import Settings
from .suppression import suppressed

if TYPE_CHECKING:
    from flask import Flask

    from ..models.transport import Transport

# After this number of failed connections in a row the other messages of a call are not attempted.
_MAX_FAILED_CONNECTIONS = 3
# Fields that only the service supports.
_SERVICE_FIELDS = ("tag", "metadata", "message_stream", "track_opens", "track_links", "idempotency_key")


class Delivery:
    """
    Sends the messages of one `Mail` in one application.

    Args:
        app: The application.
        state: The settings.
        backend: The client or transport that was given to `Mail`, if any; its owner closes it.

    Attributes:
        app: The application.
        state: The settings.
        name: The name of the `Mail`.
        outbox: Copies of the messages sent while `TESTING` is true.
    """

    def __init__(self, app: Flask, state: Settings, backend: Backend | None = None) -> None:
        """Read the configuration; no client is created yet."""
        self.app, self.state, self.name = app, state, state.name
        self.outbox: list[Message] = []
        self._given = backend
        keys = Keys(app.config, state.name)
        self._guard, self._factory = Guard(keys), BackendFactory(keys, state)

    @property
    def backend(self) -> Backend:
        """The client or transport that sends; created at its first use, and shared by all threads."""
        if self._given is not None:
            return self._given
        made: dict[str, Any] = vars(self)
        backend: Backend | None = made.get("_made")
        # If two threads create one each, the first is kept; the other has not connected yet.
        return made.setdefault("_made", self._factory.make()) if backend is None else backend

    @property
    def client(self) -> Client:
        """The client; if emails are sent by another transport, a client of that transport."""
        backend = self.backend
        if isinstance(backend, Client):
            return backend
        made: dict[str, Any] = vars(self)
        client: Client | None = made.get("_client")
        return made.setdefault("_client", Client(transport=backend)) if client is None else client

    @property
    def transport(self) -> Transport:
        """The transport, if emails are not sent through the API."""
        backend = self.backend
        if isinstance(backend, Client):
            raise ConfigurationError("emails are sent through the API, so there is no transport: use mail.client")
        return backend

    def close(self) -> None:
        """Close the client or transport created here; the next email creates another one."""
        # Closing this client would also close the transport, which may be the user's.
        vars(self).pop("_client", None)
        made = vars(self).pop("_made", None)
        if made is not None:
            made.close()

    def send(self, message: Message, *, envelope_from: MessageAddress | None = None, host: Any = None) -> SendResult:
        """
        Send one message, keep a copy for tests, and call the receivers of `email_dispatched`.

        Args:
            message: The message.
            envelope_from: The address for SMTP's MAIL command, instead of the sender.
            host: An object with `sendmail` that sends instead of the transport, from a test or the user.

        Raises:
            EmailAPIError: As `Mail.send`.
        """
        started = time.monotonic()
        made = self._completed(message)
        if host is not None:
            result = _send_by_host(host, made, envelope_from)
        elif self.state.suppress:
            result = suppressed(made)
        else:
            result = self._send_now(self._guard.apply(made), envelope_from)
        self._finish(message, made, result, started)
        return result

    def send_many(self, messages: Iterable[Message]) -> BatchResult:
        """Send messages; the items of the result are in the order of the messages."""
        given = list(messages)
        if not self.state.suppress and len(given) > 1 and isinstance(self.backend, Client):
            return BatchResult(tuple(self._send_batches(self.backend, given)))
        items: list[BatchItem] = []
        for message in given:
            recent = items[-_MAX_FAILED_CONNECTIONS:]
            if len(recent) == _MAX_FAILED_CONNECTIONS and all(isinstance(item, ConnectionFailed) for item in recent):
                items.append(copy(recent[-1]))
                continue
            try:
                items.append(self.send(message))
            except InvalidEmail as error:
                items.append(error.at(len(items)))
            except EmailAPIError as error:
                items.append(error)
        return BatchResult(tuple(items))

    def _completed(self, message: Message) -> Message:
        """
        Return a copy of a message with the defaults of the settings, and lazy strings evaluated in the active language.

        Raises:
            InvalidEmail: The sender, the recipients or the body is missing, or a header contains a line break.
        """
        state = self.state
        if not (message.recipients or message.cc or message.bcc):
            raise MissingAddress("No recipients have been added", field="recipients")
        check_types(message)
        made = message.copy()
        if not made._sender:
            made.sender = plain_address(state.default_sender) if state.default_sender else None
        if not made._sender:
            raise MissingAddress(
                "The message does not specify a sender and a default sender has not been configured", field="sender"
            )
        bad = bad_header(made)
        if bad is not None:
            raise BadHeaderError(f"{bad} must not contain a line break", field=bad)
        if message.body is None and not message.alts and message.template_alias is None:
            raise InvalidEmail("the message has no content: set body or html", field="body")
        if state.subject_prefix and message.template_alias is None:
            made.subject = f"{state.subject_prefix}{force_text(made.subject or '')}"
        if state.default_reply_to and not reply_to(made):
            made.reply_to = plain_address(state.default_reply_to)
        if state.ascii_attachments:
            made.attachments = [attachment.with_ascii_name() for attachment in made.attachments]
        made.date = time.time() if message.date is None else message.date
        message.msgId = made.msgId
        return made

    def _send_now(self, message: Message, envelope_from: MessageAddress | None) -> SendResult:
        backend = self.backend
        if isinstance(backend, SMTPTransport) and message.template_alias is None:
            return _send_by_smtp(backend, message, envelope_from)
        if envelope_from is not None:
            raise InvalidEmail(
                "envelope_from is supported by SMTP only: remove it, or set MAIL_TRANSPORT='smtp'",
                field="envelope_from",
            )
        if message.template_alias is not None:
            # A transport without templates raises an error that names the field.
            return self.client.outbound.send_template(to_template_email(message))
        return (
            backend.outbound.send(to_email(message)) if isinstance(backend, Client) else backend.send(to_email(message))
        )

    def _send_batches(self, client: Client, messages: list[Message]) -> list[BatchItem]:
        started = time.monotonic()
        items: dict[int, BatchItem] = {}
        made: dict[int, Message] = {}
        emails: dict[int, Any] = {}
        templates: dict[int, Any] = {}
        for place, message in enumerate(messages):
            try:
                made[place] = self._completed(message)
                guarded = self._guard.apply(made[place])
                if message.template_alias is None:
                    emails[place] = to_email(guarded)
                else:
                    templates[place] = to_template_email(guarded)
            except InvalidEmail as error:
                items[place] = error.at(place)
        outbound = client.outbound
        for group, one, many in (
            (emails, outbound.send, outbound.send_batch),
            (templates, outbound.send_template, outbound.send_template_batch),
        ):
            items |= zip(group, _send_group([*group.values()], one, many), strict=True)
        for place, message in enumerate(messages):
            result = items[place]
            if isinstance(result, SendResult):
                self._finish(message, made[place], result, started)
        return [items[place] for place in range(len(messages))]

    def _finish(self, message: Message, made: Message, result: SendResult, started: float) -> None:
        """Update the message, record it and send the signal, after the email was accepted."""
        if not message._sender:
            message.sender = made._sender
        message.date = made.date
        if self.state.debug:
            seconds = time.monotonic() - started
            line = f"emailapi: sent by {result.via} to {len(made.send_to)} in {seconds:.3f} s: {result.message_id}\n"
            with suppress(Exception):  # a daemon has no standard error
                sys.stderr.write(line)
        record(self.app, self.name, made)
        if self.state.testing:
            self.outbox.append(made)
            append_to_context_outbox(self.app, made)
        notify_dispatched(self.app, message)


def _send_group(emails: list[Any], one: Any, many: Any) -> Iterable[BatchItem]:
    """Send one email by a single request, and several by a batch."""
    if len(emails) != 1:
        return many(emails) if emails else ()
    try:
        return (one(emails[0]),)
    except EmailAPIError as error:
        return (error,)


def _all_recipients(message: Message) -> dict[str, Address]:
    """Return each recipient once, by mailbox, in order."""
    fields = ("recipients", "cc", "bcc")
    return {
        address.mailbox: address for field in fields for address in strict_addresses(getattr(message, field), field)
    }


def _send_by_smtp(transport: SMTPTransport, message: Message, envelope_from: MessageAddress | None) -> SendResult:
    served = any(getattr(message, name) not in (None, {}, "") for name in _SERVICE_FIELDS)
    email = to_email(message, lenient=not served)
    if message.alts.keys() - {"html"} and email.text_body is None:
        email = email.replace(text_body="")
    transport.check(email)
    sender = envelope_from if envelope_from is None else strict_addresses([envelope_from], "envelope_from")[0]
    return transport.send_message(
        email if served else message.as_bytes(),
        sender=sender or email.sender,
        recipients=[*_all_recipients(message).values()],
        mail_options=message.mail_options,
        rcpt_options=message.rcpt_options,
    )


def _send_by_host(host: Any, message: Message, envelope_from: MessageAddress | None) -> SendResult:
    """Send a message by an object with the method `sendmail` of `smtplib.SMTP`."""
    if message.template_alias is not None:
        raise InvalidEmail("template_alias is supported by the API only: remove it", field="template_alias")
    result = suppressed(message, recorded=False)
    host.sendmail(
        sanitize_address(envelope_from or message.sender or ""),
        sanitize_addresses(_all_recipients(message).values()),
        message.as_bytes(),
        message.mail_options,
        message.rcpt_options,
    )
    return SendResult(message_id=message.msgId, to=result.to, submitted_at=datetime.now(UTC), via="smtp")
