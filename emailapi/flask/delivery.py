"""Sending for one application: checks, suppression, the transport, and who is told afterwards."""

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
from .checking import bad_header
from .config import Keys
from .conversion import reply_to, to_email, to_template_email
from .dispatch import announce
from .errors import BadHeaderError, MissingAddress
from .guard import Guard
from .message import Message
from .recording import keep_in_context, record
from .routes import Route, Routes
from .sanitizing import MailAddress, force_text, plain_address, sanitize_address, sanitize_addresses, strict_addresses
from .settings import Settings
from .suppression import suppressed

if TYPE_CHECKING:
    from flask import Flask

    from ..models.transport import Transport

# After so many failed connections in a row the other messages of a call are not attempted.
_GIVE_UP_AFTER = 3
# What only the service understands.
_SERVICE_FIELDS = ("tag", "metadata", "message_stream", "track_opens", "track_links", "idempotency_key")


class Delivery:
    """
    Sends the messages of one `Mail` in one application.

    Args:
        app: The application.
        state: The settings.
        route: The client or transport that was given to `Mail`, if any; it is not closed here.

    Attributes:
        app: The application.
        state: The settings.
        name: The name of the `Mail`.
        outbox: Copies of the messages that were sent while the application is tested.
    """

    def __init__(self, app: Flask, state: Settings, route: Route | None = None) -> None:
        """Make nothing that connects."""
        self.app, self.state, self.name = app, state, state.name
        self.outbox: list[Message] = []
        self._given = route
        keys = Keys(app.config, state.name)
        self._guard, self._routes = Guard(keys), Routes(keys, state)

    @property
    def route(self) -> Route:
        """Where emails leave: the client, or a transport; made at its first use, one for all threads."""
        if self._given is not None:
            return self._given
        made: dict[str, Any] = vars(self)
        route: Route | None = made.get("_made")
        # Two threads may both make one: the first is kept, and the other has not connected yet.
        return made.setdefault("_made", self._routes.make()) if route is None else route

    @property
    def client(self) -> Client:
        """The client; where emails leave by another transport, one that sends by that."""
        route = self.route
        if isinstance(route, Client):
            return route
        made: dict[str, Any] = vars(self)
        client: Client | None = made.get("_client")
        return made.setdefault("_client", Client(transport=route)) if client is None else client

    @property
    def transport(self) -> Transport:
        """The transport, where emails do not leave by the client."""
        route = self.route
        if isinstance(route, Client):
            raise ConfigurationError("emails leave by the API: use mail.client")
        return route

    def close(self) -> None:
        """Close the connections that were opened here; the next email opens new ones."""
        # That client would close the transport, too, which may be the user's.
        vars(self).pop("_client", None)
        made = vars(self).pop("_made", None)
        if made is not None:
            made.close()

    def send(self, message: Message, *, envelope_from: MailAddress | None = None, host: Any = None) -> SendResult:
        """
        Send one message, keep a copy for tests, and call the receivers of `email_dispatched`.

        Args:
            message: The message.
            envelope_from: The sender in SMTP's MAIL command.
            host: What sends in place of the transport: an object with `sendmail`, from a test or of the user's.

        Raises:
            EmailAPIError: As `Mail.send`.
        """
        started = time.monotonic()
        made = self._completed(message)
        if host is not None:
            result = _by_host(host, made, envelope_from)
        elif self.state.suppress:
            result = suppressed(made)
        else:
            result = self._send_now(self._guard.apply(made), envelope_from)
        self._finish(message, made, result, started)
        return result

    def send_many(self, messages: Iterable[Message]) -> BatchResult:
        """Send messages; each item of the result is that of the message at its place."""
        given = list(messages)
        if not self.state.suppress and len(given) > 1 and isinstance(self.route, Client):
            return BatchResult(tuple(self._send_batches(self.route, given)))
        items: list[BatchItem] = []
        for message in given:
            recent = items[-_GIVE_UP_AFTER:]
            if len(recent) == _GIVE_UP_AFTER and all(isinstance(item, ConnectionFailed) for item in recent):
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
        Return a copy of a message with all that the settings give, its texts made in the language of this moment.

        Raises:
            InvalidEmail: It has no sender, no recipients or no body, or a line break where none may be.
        """
        state = self.state
        if not (message.recipients or message.cc or message.bcc):
            raise MissingAddress("No recipients have been added", field="recipients")
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
            raise InvalidEmail("the message needs a body or html", field="body")
        if state.subject_prefix and message.template_alias is None:
            made.subject = f"{state.subject_prefix}{force_text(made.subject or '')}"
        if state.default_reply_to and not reply_to(made):
            made.reply_to = plain_address(state.default_reply_to)
        if state.ascii_attachments:
            made.attachments = [attachment.with_ascii_name() for attachment in made.attachments]
        made.date = time.time() if message.date is None else message.date
        message.msgId = made.msgId
        return made

    def _send_now(self, message: Message, envelope_from: MailAddress | None) -> SendResult:
        route = self.route
        if isinstance(route, SMTPTransport) and message.template_alias is None:
            return _by_smtp(route, message, envelope_from)
        if envelope_from is not None:
            raise InvalidEmail("only SMTP carries envelope_from: leave it out", field="envelope_from")
        if message.template_alias is not None:
            # A transport that sends no templates says so by the field's name.
            return self.client.outbound.send_template(to_template_email(message))
        return route.outbound.send(to_email(message)) if isinstance(route, Client) else route.send(to_email(message))

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
            items |= zip(group, _in_requests([*group.values()], one, many), strict=True)
        for place, message in enumerate(messages):
            result = items[place]
            if isinstance(result, SendResult):
                self._finish(message, made[place], result, started)
        return [items[place] for place in range(len(messages))]

    def _finish(self, message: Message, made: Message, result: SendResult, started: float) -> None:
        """Do what follows a success; nothing here makes a sent email look failed."""
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
            keep_in_context(self.app, made)
        announce(self.app, message)


def _in_requests(emails: list[Any], one: Any, many: Any) -> Iterable[BatchItem]:
    """Send emails by one request each or together, as the service wants it: one alone is no batch."""
    if len(emails) != 1:
        return many(emails) if emails else ()
    try:
        return (one(emails[0]),)
    except EmailAPIError as error:
        return (error,)


def _everyone(message: Message) -> dict[str, Address]:
    """Return each recipient once, by mailbox, in their order."""
    fields = ("recipients", "cc", "bcc")
    return {
        address.mailbox: address for field in fields for address in strict_addresses(getattr(message, field), field)
    }


def _by_smtp(transport: SMTPTransport, message: Message, envelope_from: MailAddress | None) -> SendResult:
    served = any(getattr(message, name) not in (None, {}, "") for name in _SERVICE_FIELDS)
    email = to_email(message, lenient=not served)
    if message.alts.keys() - {"html"} and email.text_body is None:
        email = email.replace(text_body="")
    transport.check(email)
    sender = envelope_from if envelope_from is None else strict_addresses([envelope_from], "envelope_from")[0]
    return transport.send_message(
        email if served else message.as_bytes(),
        sender=sender or email.sender,
        recipients=[*_everyone(message).values()],
        mail_options=message.mail_options,
        rcpt_options=message.rcpt_options,
    )


def _by_host(host: Any, message: Message, envelope_from: MailAddress | None) -> SendResult:
    """Send a message by an object with `sendmail`, with the arguments that `smtplib` and Flask-Mail's users know."""
    if message.template_alias is not None:
        raise InvalidEmail("only the API carries template_alias", field="template_alias")
    result = suppressed(message, recorded=False)
    host.sendmail(
        sanitize_address(envelope_from or message.sender or ""),
        sanitize_addresses(_everyone(message).values()),
        message.as_bytes(),
        message.mail_options,
        message.rcpt_options,
    )
    return SendResult(message_id=message.msgId, to=result.to, submitted_at=datetime.now(UTC), via="smtp")
