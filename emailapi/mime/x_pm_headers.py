"""The `X-PM-` headers, which Postmark's SMTP servers read and remove (contract section 7)."""

from __future__ import annotations

from typing import Any

from ..errors import InvalidEmail
from ..models.email import KEY_NAME, Email
from ..models.header import Header

_PREFIX = "x-pm-"
_STREAM = "X-PM-Message-Stream"
_TAG = "X-PM-Tag"
_OPENS = "X-PM-TrackOpens"
_LINKS = "X-PM-TrackLinks"
_METADATA = "X-PM-Metadata-"


def postmark_headers(email: Email) -> tuple[Header, ...]:
    """
    Return the fields of an email that MIME does not have, as headers: tag, stream, tracking, metadata, idempotency key.

    Raises:
        InvalidEmail: A metadata name is not valid in a header's name, or occurs twice; the field is "metadata".
    """
    found: list[Header] = []
    for name, value in ((_TAG, email.tag), (_STREAM, email.message_stream), (_LINKS, email.track_links)):
        if value is not None:
            # TrackLinks is a string, and its value is the service's word.
            found.append(Header(name, str.__str__(value)))
    if email.track_opens is not None:
        found.append(Header(_OPENS, "true" if email.track_opens else "false"))
    metadata = email.metadata
    if email.idempotency_key is not None:
        metadata = {**metadata, KEY_NAME: email.idempotency_key}
    given = len(email.metadata) + (email.idempotency_key is not None)
    if len({name.lower() for name in metadata}) < given:
        raise InvalidEmail(
            f"metadata has names that differ only in the case of letters, or {KEY_NAME} besides an idempotency_key",
            field="metadata",
        )
    for name, value in metadata.items():
        try:
            if not name:
                raise InvalidEmail("the name is empty", field="metadata")
            found.append(Header(_METADATA + name, value))
        except InvalidEmail as error:
            raise InvalidEmail(
                f"metadata: {name!r} cannot be sent in a header: {error.message}", field="metadata"
            ) from None
    return tuple(found)


def read_postmark(name: str, value: str, fields: dict[str, Any]) -> bool:
    """
    Put the value of an `X-PM-` header into the fields of an `Email`, and return whether the header is one.

    Raises:
        InvalidEmail: The header occurs twice, or its value is not valid; the error names the field.
    """
    kind = name.lower()
    if not kind.startswith(_PREFIX):
        return False
    if kind.startswith(_METADATA.lower()):
        key = name[len(_METADATA) :]
        metadata = fields.setdefault("metadata", {})
        if key.lower() == KEY_NAME:
            _put(fields, "idempotency_key", value, name)
        else:
            _put(metadata, key, value, name)
        return True
    field = {
        _TAG.lower(): "tag",
        _STREAM.lower(): "message_stream",
        _LINKS.lower(): "track_links",
        _OPENS.lower(): "track_opens",
    }.get(kind)
    if field is None:
        return False
    if field == "track_opens":
        if value.lower() not in ("true", "false"):
            raise InvalidEmail(f"{name} must be true or false, got {value!r}", field=field)
        _put(fields, field, value.lower() == "true", name)
    else:
        _put(fields, field, value, name)
    return True


def _put(fields: dict[str, Any], field: str, value: object, name: str) -> None:
    if field in fields:
        raise InvalidEmail(
            f"{name} occurs twice: delete one", field="metadata" if name.startswith(_METADATA) else field
        )
    fields[field] = value
