"""The options that describe an email, for `send` and `batch`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .declaring import json_object, pair, read_text
from .failures import InputError

if TYPE_CHECKING:
    from ..client import Client
    from ..models.email import AddressedEmail


def add_content(parser: argparse.ArgumentParser) -> None:
    """Add the options of an email but for its recipients."""
    add = parser.add_argument
    add("--from", dest="sender", metavar="ADDRESS", help="sender; by default EMAILAPI_SENDER")
    add("--cc", action="append", metavar="ADDRESS", help="recipient of a copy; may be repeated")
    add("--bcc", action="append", metavar="ADDRESS", help="recipient of a blind copy; may be repeated")
    add("--reply-to", action="append", metavar="ADDRESS", help="address for replies; may be repeated")
    add("--subject", metavar="TEXT", help="subject")
    text, html = parser.add_mutually_exclusive_group(), parser.add_mutually_exclusive_group()
    text.add_argument("--text", metavar="TEXT", help="plain text body; - reads standard input")
    text.add_argument("--text-file", metavar="FILE", help="file with the plain text body")
    html.add_argument("--html", metavar="TEXT", help="HTML body; - reads standard input")
    html.add_argument("--html-file", metavar="FILE", help="file with the HTML body")
    add("--template", metavar="ALIAS", help="alias or id of a template, in place of subject and bodies")
    add("--attach", action="append", default=[], metavar="FILE", help="file to attach; may be repeated")
    add("--header", action="append", type=pair, default=[], metavar="NAME=VALUE", help="additional header")
    add("--metadata", action="append", type=pair, default=[], metavar="NAME=VALUE", help="metadata; may be repeated")
    add("--tag", metavar="TAG", help="label that groups emails")
    add("--stream", dest="message_stream", metavar="STREAM", help="message stream (default outbound)")
    add("--track-opens", action="store_true", default=None, help="record opens")
    add("--track-links", choices=("None", "HtmlAndText", "HtmlOnly", "TextOnly"), help="links whose clicks to record")


def content_of(options: argparse.Namespace) -> dict[str, Any]:
    """
    Return the fields of an email that the options give, but for its recipients.

    Raises:
        InputError: A file cannot be read, or options contradict each other.
        InvalidEmail: A file to attach cannot be read.
    """
    from ..models.attachment import Attachment

    whole = ("sender", "cc", "bcc", "reply_to", "subject", "tag", "message_stream", "track_opens", "track_links")
    fields = {name: getattr(options, name) for name in whole}
    fields["text_body"] = _body(options.text, options.text_file)
    fields["html_body"] = _body(options.html, options.html_file)
    fields["metadata"] = dict(options.metadata)
    fields["headers"] = dict(options.header)
    fields["attachments"] = [Attachment.from_path(path) for path in options.attach]
    found = {name: value for name, value in fields.items() if value not in (None, [], {})}
    if options.template is not None:
        both = [name for name in ("subject", "text_body", "html_body") if name in found]
        if both:
            raise InputError(f"--template has subject and bodies: leave out --{both[0].partition('_')[0]}")
        number = options.template.isascii() and options.template.isdigit()
        found["template_id" if number else "template_alias"] = int(options.template) if number else options.template
    return found


def _body(text: str | None, path: str | None) -> str | None:
    if path is not None or text == "-":
        return read_text(path or "-")
    return text


def model_of(options: argparse.Namespace) -> Mapping[str, Any]:
    """Return the model of the template."""
    return json_object(options.model) if options.model is not None else {}


def build(fields: Mapping[str, Any]) -> AddressedEmail:
    """
    Return the email with these fields: a `TemplateEmail` if a template is among them.

    Raises:
        InvalidEmail: A field is not valid, or there is no sender.
    """
    from ..errors import InvalidEmail
    from ..models.email import Email, TemplateEmail
    from ..settings import from_environment

    if not fields.get("sender") and not from_environment("sender")[0]:
        raise InvalidEmail("sender is missing: give --from, or set EMAILAPI_SENDER", field="sender")
    kind = TemplateEmail if "template_id" in fields or "template_alias" in fields else Email
    return kind(**fields)


def request_of(client: Client, email: AddressedEmail) -> dict[str, Any]:
    """
    Return the request that would send an email: each file as its name and length.

    Raises:
        InvalidEmail: The email is not valid, or exceeds a limit of the API.
    """
    from ..models.email import Email
    from ..transports.api.payload import EMAILS, TEMPLATES, encode
    from ..wire import wire_names

    endpoint: Any = EMAILS if isinstance(email, Email) else TEMPLATES
    body = json.loads(encode(email, client._options, endpoint.check).part)
    if email.attachments:
        files = [f"{file.name} ({len(file.content)} bytes)" for file in email.attachments]
        body[wire_names(type(email))["attachments"]] = files
    return {"method": "POST", "path": endpoint.one, "body": body}
