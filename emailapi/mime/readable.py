"""Links, codes and attachments of an email, as tests ask for them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from ..errors import InvalidArgument
from .extraction import Link, links_of, mailto_links_of

if TYPE_CHECKING:
    from ..models.address import Address
    from ..models.attachment import Attachment

_PATH = re.compile(r"(//[^/\s]*)/\S+")
_WIDTH = 80


class ReadableEmail:
    """The questions that tests ask of an email; its fields are those of the subclass."""

    if TYPE_CHECKING:

        @property
        def to(self) -> tuple[Address, ...]:
            """Recipients."""

        @property
        def cc(self) -> tuple[Address, ...]:
            """Recipients of a copy."""

        @property
        def bcc(self) -> tuple[Address, ...]:
            """Recipients of a blind copy."""

        @property
        def subject(self) -> str:
            """The subject."""

        @property
        def tag(self) -> str | None:
            """The tag."""

        @property
        def text_body(self) -> str | None:
            """Plain text body."""

        @property
        def html_body(self) -> str | None:
            """HTML body."""

        @property
        def attachments(self) -> tuple[Attachment, ...]:
            """The attachments."""

    def __repr__(self) -> str:
        """Show recipients, subject and tag, and no body."""
        return f"<{type(self).__name__} {self.summary}>"

    @property
    def _title(self) -> str:
        return self.subject

    @property
    def summary(self) -> str:
        """The email in one line, as failures list it, with recipients, subject and tag."""
        to = ", ".join([address.email for address in (self.to or self.cc or self.bcc)])
        tag = "" if self.tag is None else f" [{self.tag}]"
        return f'{to} "{_shortened(self._title)}"{_shortened(tag)}'

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
        from .codes import codes_of

        return codes_of(self.html_body, self.text_body)

    def link(self, text: str | re.Pattern[str] | None = None) -> Link:
        """
        Return the one link that a text or a regular expression finds.

        Args:
            text: Is looked for in what a reader clicks on, in any case of letters, and in the target. A link whose
                whole text it is comes first. With None the email must have one link.

        Raises:
            AssertionError: There is no such link, or there are several.
            InvalidArgument: `text` is neither text nor a regular expression.
        """
        if text is not None and not isinstance(text, (str, re.Pattern)):
            raise InvalidArgument(f"text must be text or a pattern, got {type(text).__name__}", argument="text")
        found = [link for link in self.links if text is None or _finds(text, link)]
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


def _finds(text: str | re.Pattern[str], link: Link) -> bool:
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
