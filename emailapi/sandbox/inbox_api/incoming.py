"""Email that comes in at the inbound address of a server."""

from __future__ import annotations

import binascii
from typing import Any

from ...errors import InvalidArgument
from ...models.attachment import Attachment
from . import written
from .operations import InboxCall, Operations

operations = Operations()

_TEXTS = ("raw", "sender", "subject", "text", "html", "to", "cc", "reply_to", "mailbox_hash")
_OF_FILES = ("name", "content", "content_type", "content_id")


@operations.add("POST", "/inbound", body=(*_TEXTS, "headers", "attachments", "spam_score"))
def receive(call: InboxCall) -> object:
    """Let an email come in, and return it."""
    given: dict[str, Any] = {name: call.text(name) for name in _TEXTS if call.body.get(name) is not None}
    headers, score = call.body.get("headers"), call.body.get("spam_score")
    if headers is not None and not (
        isinstance(headers, dict) and all(isinstance(each, str) for each in headers.values())
    ):
        raise InvalidArgument('headers must be an object such as {"In-Reply-To": "<id>"}', argument="headers")
    if score is not None and (isinstance(score, bool) or not isinstance(score, (int, float)) or abs(score) > _SCORE):
        raise InvalidArgument(f"spam_score must be a number, got {score!r:.80}", argument="spam_score")
    email = call.view.receive(
        headers=headers, spam_score=score, attachments=_files(call.body.get("attachments")), **given
    )
    return written.content(email)


_SCORE = 1_000


def _files(given: object) -> list[Attachment]:
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise InvalidArgument("attachments must be an array of objects", argument="attachments")
    return [_file(each) for each in given]


def _file(given: dict[str, Any]) -> Attachment:
    if not set(given) <= set(_OF_FILES) or not isinstance(given.get("content"), str):
        raise InvalidArgument(
            f"an attachment has {', '.join(_OF_FILES)}; the content is in base64", argument="attachments"
        )
    try:
        content = binascii.a2b_base64(given["content"], strict_mode=True)
    except (binascii.Error, ValueError):
        raise InvalidArgument("the content of an attachment must be base64", argument="attachments") from None
    return Attachment(**{**given, "content": content})
