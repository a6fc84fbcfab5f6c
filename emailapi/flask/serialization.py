"""Messages as dicts that can be written as JSON, for queues."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._hints import unknown_name_message
from ..errors import InvalidEmail
from ..models.framework_values import metadata, plain, template_model
from .attachment import Attachment
from .checking import check_types
from .sanitizing import address_text, as_list

if TYPE_CHECKING:
    from .fields import MessageFields

_ADDRESSES = ("recipients", "cc", "bcc", "reply_to")
_VALUES = (
    "subject body alts date charset extra_headers mail_options rcpt_options tag message_stream template_alias "
    "idempotency_key track_opens track_links"
).split()
_OTHERS = ("sender", "attachments", "metadata", "template_model", "message_id")
_FIELDS = dict.fromkeys((*_ADDRESSES, *_VALUES, *_OTHERS))


def to_dict(message: MessageFields) -> dict[str, Any]:
    """
    Convert a message to a dict that can be written as JSON. The default sender is not included.

    Raises:
        InvalidEmail: A field has a wrong type; the error names it.
    """
    check_types(message)
    found: dict[str, Any] = {name: plain(getattr(message, name)) for name in _VALUES}
    found |= {name: [address_text(one) for one in as_list(getattr(message, name))] for name in _ADDRESSES}
    found["sender"] = address_text(message._sender) if message._sender else None
    found["metadata"] = metadata(message.metadata)
    found["template_model"] = None if message.template_model is None else template_model(message.template_model)
    found["attachments"] = [_attachment(attachment) for attachment in message.attachments]
    found["message_id"] = message.msgId
    return {name: value for name, value in found.items() if value not in (None, "", [], {})} | (
        {} if found["template_model"] is None else {"template_model": found["template_model"]}
    )


def _attachment(attachment: Attachment) -> dict[str, Any]:
    data = attachment.data
    return {
        "filename": plain(attachment.filename),
        "content_type": attachment.content_type,
        "data": data if isinstance(data, str) else base64.b64encode(data).decode("ascii"),
        "base64": not isinstance(data, str),
        "disposition": attachment.disposition,
        "headers": plain(attachment.headers),
        "content_id": attachment.content_id,
    }


def arguments(data: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """
    Return the arguments of `Message` and the `msgId` from the result of `to_dict`.

    Raises:
        InvalidEmail: A field is unknown or cannot be read; the error names it.
    """
    for name in data:
        if name not in _FIELDS:
            raise InvalidEmail(unknown_name_message(str(name), _FIELDS, "field"), field=str(name))
    known = dict(data)
    msgid = known.pop("message_id", None)
    known["attachments"] = [_read_attachment(item) for item in known.get("attachments", ())]
    return known, msgid


def _read_attachment(item: Mapping[str, Any]) -> Attachment:
    try:
        facts = dict(item)
        if facts.pop("base64", False):
            facts["data"] = base64.b64decode(facts["data"], validate=True)
        return Attachment(**facts)
    except (binascii.Error, KeyError, TypeError, ValueError):
        pass
    raise InvalidEmail("attachments must be as written by Message.to_dict()", field="attachments")
