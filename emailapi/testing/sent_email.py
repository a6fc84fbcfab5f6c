"""A sent email, for tests."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import attrs

from ..errors import InvalidEmail
from ..mime import to_bytes
from ..mime.extraction import Link, codes_of, links_of, mailto_links_of
from ..models.address import Address
from ..models.attachment import Attachment
from ..models.email import Email, TemplateEmail
from ..models.fields import TrackLinks
from ..models.header import Header
from ..models.outbound import SendResult
from ..wire import dump_json, load_json, write

_PATH = re.compile(r"(//[^/\s]*)/\S+")
_WIDTH = 80


@attrs.define(kw_only=True, eq=False, repr=False, slots=False)
class SentEmail:
    """
    An email that was sent, with its fields, links, codes, payload and MIME message.

    Fields that the class of email does not have are None or empty: a `TemplateEmail` has no bodies.

    Attributes:
        sender: The From address.
        to: Recipients.
        cc: Recipients of a copy.
        bcc: Recipients of a blind copy.
        reply_to: Addresses that replies are sent to.
        subject: The subject; "" if it comes from a template.
        text_body: Plain text body.
        html_body: HTML body.
        tag: The tag.
        metadata: The metadata.
        headers: Additional headers.
        attachments: The attachments.
        track_opens: Whether opens are recorded.
        track_links: The links whose clicks are recorded.
        message_stream: Id of the message stream.
        idempotency_key: The key that the email carries.
        template_id: Id of the template.
        template_alias: Alias of the template.
        template_model: Values for the names used in the template.
        email: The email; for a bulk request, the email of one recipient.
        result: The result that the caller received; for a bulk request, a result for this recipient.
        via: The transport: `"api"`, `"smtp"`, `"lmtp"`, `"ses"`, `"memory"` or `"console"`, else the name of its class.
    """

    sender: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    subject: str = ""
    text_body: str | None = None
    html_body: str | None = None
    tag: str | None = None
    metadata: dict[str, str] = attrs.field(factory=dict)
    headers: tuple[Header, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    track_opens: bool | None = None
    track_links: TrackLinks | str | None = None
    message_stream: str | None = None
    idempotency_key: str | None = None
    template_id: int | None = None
    template_alias: str | None = None
    template_model: dict[str, Any] = attrs.field(factory=dict)
    email: Email | TemplateEmail
    result: SendResult
    via: str
    _json: bytes | None = attrs.field(default=None)
    _mime: bytes | None = attrs.field(default=None)

    def __repr__(self) -> str:
        """Show recipients, subject and tag, but no body."""
        return f"<SentEmail {self.summary}>"

    @property
    def summary(self) -> str:
        """Recipients, subject and tag in one line, for failure messages."""
        to = ", ".join([address.email for address in (self.to or self.cc or self.bcc)])
        subject = self.subject or self.template_alias or ("" if self.template_id is None else str(self.template_id))
        tag = "" if self.tag is None else f" [{self.tag}]"
        return f'{to} "{_shortened(subject)}"{_shortened(tag)}'

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """
        The links of the HTML and then those only in the text, each target once.

        Links to unsubscribe and to social networks stand last. Each is a `str`, the target, with the attribute `text`.
        """
        return links_of(self.html_body, self.text_body)

    @cached_property
    def mailto_links(self) -> tuple[Link, ...]:
        """The links that open a program to write an email, which are not among `links`."""
        return mailto_links_of(self.html_body, self.text_body)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes, as of a verification, the likeliest first; the guide says what counts as one."""
        return codes_of(self.html_body, self.text_body)

    def link(self, text: str | re.Pattern[str] | None = None) -> Link:
        """
        Return the one link that a text or a regular expression finds.

        Args:
            text: Is looked for in what a reader clicks on, in any case of letters, and in the target. A link whose
                whole text it is comes first. With None the email must have one link.

        Raises:
            AssertionError: There is no such link, or there are several.
        """
        found = [link for link in self.links if text is None or _link_matches(text, link)]
        if isinstance(text, str) and len(found) > 1:
            whole = [link for link in found if text.casefold() in (link.text.casefold(), link.casefold())]
            found = whole or found
        if len(found) == 1:
            return found[0]
        asked = "" if text is None else f" for {text.pattern if isinstance(text, re.Pattern) else text!r}"
        listed = _listed(found or self.links)
        if found:
            raise AssertionError(f"{len(found)} links{asked}, not one: {listed}")
        raise AssertionError(f"no link{asked}; the email has {listed}")

    @property
    def code(self) -> str:
        """The code of the email; an `AssertionError` names all candidates where there is not exactly one."""
        if len(self.codes) == 1:
            return self.codes[0]
        if self.codes:
            raise AssertionError(f"{len(self.codes)} codes, not one: {', '.join(self.codes)}")
        raise AssertionError("no code in the email")

    def attachment(self, name: str) -> Attachment:
        """
        Return the attachment of a name.

        Raises:
            AssertionError: There is no such attachment, or there are several.
        """
        found = [attachment for attachment in self.attachments if attachment.name == name]
        if len(found) == 1:
            return found[0]
        if found:
            raise AssertionError(f"{len(found)} attachments are named {name!r}")
        names = ", ".join([repr(attachment.name) for attachment in self.attachments]) or "no attachments"
        raise AssertionError(f"no attachment {name!r}; the email has {names}")

    @property
    def payload(self) -> dict[str, Any]:
        """The email as JSON of the API, by the service's names; also where it is sent by another transport."""
        payload: dict[str, Any] = load_json(self._json or dump_json(write(self.email)))
        return payload

    @property
    def raw(self) -> bytes:
        """The email as a MIME message; an `InvalidEmail` where the service makes it from a template."""
        if self._mime is not None:
            return self._mime
        if isinstance(self.email, TemplateEmail):
            raise InvalidEmail(
                "raw: the service makes the message from the template; look at template_model", field="template_model"
            )
        return to_bytes(self.email)


def _link_matches(text: str | re.Pattern[str], link: Link) -> bool:
    if isinstance(text, re.Pattern):
        return bool(text.search(link.text) or text.search(link))
    return text.casefold() in link.text.casefold() or text.casefold() in link.casefold()


def _listed(links: Iterable[Link]) -> str:
    # A target is often a secret, as that of a new password.
    return ", ".join([f"{_shortened(link.text)!r} ({_host(link)})" for link in links]) or "no links"


def _host(link: str) -> str:
    return "/".join([*link.split("/", 3)[:3], "..."]) if "//" in link else link.partition("?")[0]


def _shortened(text: str) -> str:
    """Return a text for one line of a failure, without the paths of links."""
    line = _PATH.sub(r"\1/...", text if text.isprintable() else repr(text)[1:-1])
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"
