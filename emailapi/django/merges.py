"""Merges: a message that becomes one email for each of its recipients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from ..errors import InvalidEmail
from ..models.address import Address
from ..models.email import Email, TemplateEmail
from ..models.framework_values import metadata, plain, template_model
from .texts import header_value

AnyEmail = Email | TemplateEmail

_encoder = DjangoJSONEncoder()


def json_model(values: Any) -> Any:
    """Return the values of a template by the rules of `DjangoJSONEncoder`."""
    return template_model(values, _json_value)


def _json_value(value: Any) -> Any:
    value = plain(value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    try:
        return plain(_encoder.default(value))
    except TypeError:  # `TemplateEmail` names its path
        return value


def merge(email: AnyEmail, given: Mapping[str, Mapping[str, Any]]) -> list[AnyEmail]:
    """
    Return one email for each address in `to`; the addresses in `cc` and `bcc` get each of them.

    Args:
        email: The email with all recipients.
        given: `merge_data`, `merge_metadata` and `merge_headers`, those that are set.

    Raises:
        InvalidEmail: There is no address in `to`, or a value cannot be sent.
    """
    if not email.to:
        raise InvalidEmail(f"{next(iter(given))} needs an address in to: each gets an email of its own", field="to")
    merges = {name: _by_mailbox(values) for name, values in given.items()}
    found: list[AnyEmail] = []
    for place, address in enumerate(email.to):
        mailbox = address.mailbox.lower()
        changes: dict[str, Any] = {"to": (address,)}
        if isinstance(email, TemplateEmail) and merges.get("merge_data", {}).get(mailbox):
            own = json_model(merges["merge_data"][mailbox])
            changes["template_model"] = {**email.template_model, **own}
        if merges.get("merge_metadata", {}).get(mailbox):
            changes["metadata"] = {**email.metadata, **metadata(merges["merge_metadata"][mailbox])}
        if merges.get("merge_headers", {}).get(mailbox):
            changes["headers"] = _merged_headers(email, merges["merge_headers"][mailbox])
        if email.idempotency_key is not None:
            changes["idempotency_key"] = f"{email.idempotency_key}/{place}"
        found.append(email.replace(**changes))
    return found


def _by_mailbox(values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        try:
            found[Address(plain(name)).mailbox.lower()] = value
        except InvalidEmail:  # not the address of a recipient
            continue
    return found


def _merged_headers(email: AnyEmail, own: Mapping[str, Any]) -> dict[str, str]:
    written = {str(plain(name)): header_value(name, value) for name, value in own.items()}
    replaced = {name.lower() for name in written}
    return {header.name: header.value for header in email.headers if header.name.lower() not in replaced} | written
