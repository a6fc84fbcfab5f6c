"""The fields of a message."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from email.utils import make_msgid
from typing import TYPE_CHECKING, Any

from ..errors import InvalidEmail
from ..models.address import Address
from ..models.fields import TrackLinks
from ..models.framework_values import plain
from .attachment import Attachment
from .current import current_settings
from .sanitizing import MessageAddress, address_text, as_list, force_text, plain_address, split_address

if TYPE_CHECKING:
    from typing import Self

Recipients = MessageAddress | Iterable[MessageAddress] | None
_TEXTS = "subject body extra_headers tag metadata message_stream template_alias template_model idempotency_key".split()


def _list(given: Any) -> list[Any]:
    if given is None:
        return []
    return [given] if isinstance(given, (str, Attachment)) else list(given)


def _alts(given: Any) -> dict[str, Any]:
    try:
        return given if isinstance(given, dict) else dict(given or {})
    except (TypeError, ValueError):
        pass
    raise InvalidEmail(f"alts must be a mapping, got {type(given).__name__}", field="alts")


_NORMALIZE: dict[str, Callable[[Any], object]] = {
    **dict.fromkeys(("recipients", "cc", "bcc"), as_list),
    **dict.fromkeys(("attachments", "mail_options", "rcpt_options"), _list),
    "alts": _alts,
}


class MessageFields:
    """The fields of a message; `Message` describes them."""

    recipients: list[MessageAddress]
    cc: list[MessageAddress]
    bcc: list[MessageAddress]
    alts: dict[str, str]
    attachments: list[Attachment]

    def __init__(
        self,
        subject: str = "",
        recipients: Recipients = None,
        body: str | None = None,
        html: str | None = None,
        alts: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        sender: MessageAddress | None = None,
        cc: Recipients = None,
        bcc: Recipients = None,
        attachments: Iterable[Attachment] | None = None,
        reply_to: Recipients = None,
        date: float | None = None,
        charset: str | None = None,
        extra_headers: dict[str, str] | None = None,
        mail_options: list[str] | None = None,
        rcpt_options: list[str] | None = None,
        *,
        tag: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        message_stream: str | None = None,
        template_alias: str | None = None,
        template_model: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
        track_opens: bool | None = None,
        track_links: TrackLinks | str | None = None,
    ) -> None:
        """Store the arguments. Fields are validated when the message is sent or converted."""
        self.subject = subject
        # A list of the caller is copied here; a list that is assigned later is used itself, as in Flask-Mail.
        self.recipients, self.cc, self.bcc = as_list(recipients), as_list(cc), as_list(bcc)
        self._sender = sender
        one = isinstance(reply_to, (str, tuple, Address))
        self.reply_to: MessageAddress | list[MessageAddress] | None = reply_to if one else as_list(reply_to) or None  # type: ignore[assignment]
        self.body = body
        self.alts = dict(_alts(alts))
        if html is not None:
            self.alts["html"] = html
        self.date, self.charset = date, charset
        self.extra_headers = None if extra_headers is None else dict(extra_headers)
        self.mail_options, self.rcpt_options = _list(mail_options), _list(rcpt_options)
        self.attachments = _list(attachments)
        self.tag, self.metadata, self.message_stream = tag, metadata, message_stream
        self.template_alias, self.template_model = template_alias, template_model
        self.idempotency_key = idempotency_key
        self.track_opens, self.track_links = track_opens, track_links
        self._msgid: str | None = None

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute. None, one address and one attachment become lists, as in the constructor."""
        normalize = _NORMALIZE.get(name)
        if normalize is not None and (name == "alts" or not isinstance(value, list)):
            value = normalize(value)
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        """Show the subject and the number of recipients, but no body."""
        count = len(self.recipients) + len(self.cc) + len(self.bcc)
        return f"<{type(self).__name__} {force_text(self.subject, errors='replace')!r:.60} to {count}>"

    @property
    def sender(self) -> str | None:
        """The sender as a string; if not set, the default sender of the current application."""
        found: MessageAddress | None = self._sender
        if not found:
            state = current_settings()
            found = state.default_sender if state is not None else None
        return address_text(found) if found else None

    @sender.setter
    def sender(self, value: MessageAddress | None) -> None:
        self._sender = value

    @property
    def html(self) -> str | None:
        """The HTML body."""
        return self.alts.get("html")

    @html.setter
    def html(self, value: str | None) -> None:
        if value is None:
            self.alts.pop("html", None)
        else:
            self.alts["html"] = value

    @property
    def msgId(self) -> str:  # noqa: N802
        """The `Message-ID` of an email sent by SMTP. Its domain is that of the sender; no host name is resolved."""
        if self._msgid is None:
            _, _, domain = split_address(self.sender or "")[1].rpartition("@")
            self._msgid = make_msgid(domain=domain if domain.isascii() and domain else "localhost")
        return self._msgid

    @msgId.setter
    def msgId(self, value: str) -> None:  # noqa: N802
        self._msgid = value

    @property
    def send_to(self) -> set[MessageAddress]:
        """All recipients in To, Cc and Bcc."""
        return {*self.recipients, *self.cc, *self.bcc}

    def add_recipient(self, recipient: MessageAddress) -> None:
        """Add a recipient to To."""
        self.recipients.append(recipient)

    def attach(
        self,
        filename: str | None = None,
        content_type: str | None = None,
        data: str | bytes | None = None,
        disposition: str | None = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        *,
        content_id: str | None = None,
    ) -> None:
        """
        Attach a file; the arguments are those of `Attachment`.

        Raises:
            ValueError: `data` is missing.
        """
        self.attachments.append(Attachment(filename, content_type, data, disposition, headers, content_id=content_id))

    def copy(self) -> Self:
        """Return an independent copy with lazy strings evaluated."""
        made = copy.copy(self)
        for name in ("recipients", "cc", "bcc"):
            setattr(made, name, [plain_address(address) for address in getattr(self, name)])
        made.mail_options, made.rcpt_options = list(self.mail_options), list(self.rcpt_options)
        made._sender = plain_address(self._sender) if self._sender else None
        replies = self.reply_to
        if isinstance(replies, list):
            made.reply_to = [plain_address(address) for address in replies]
        elif replies:
            made.reply_to = plain_address(replies)
        made.attachments = [attachment.independent_copy() for attachment in self.attachments]
        made.alts = {name: plain(text) for name, text in self.alts.items()}
        for name in _TEXTS:
            setattr(made, name, plain(getattr(self, name)))
        return made
