"""
The options of one email, in the headers that SES reads itself when they are sent by SMTP.

SES ignores these headers beside the parameters of a request: they become parameters, and are left out of the message.
"""

from __future__ import annotations

import re
from typing import Any

import attrs

from ...errors import ConfigurationError, InvalidEmail
from ...models.email import Email
from .payload import Defaults, check_tags

_SET_NAME = re.compile("[A-Za-z0-9_-]{1,64}")
SET_NAME_RULE = "must be 1-64 characters from A-Z a-z 0-9 _ -"
# Each header, with the option of the transport that it replaces.
_OPTIONS = {
    "x-ses-configuration-set": "configuration_set_name",
    "x-ses-message-tags": "tags",
    "x-ses-source-arn": "source_arn",
    "x-ses-from-arn": "source_arn",
    "x-ses-return-path-arn": "return_path_arn",
}


def is_set_name(text: object) -> bool:
    """Return whether a value can be the name of a configuration set."""
    return isinstance(text, str) and _SET_NAME.fullmatch(text) is not None


def with_own_options(email: Email, defaults: Defaults) -> tuple[Email, Defaults]:
    """
    Return an email without SES's headers, and the transport's parameters changed by these headers.

    Raises:
        InvalidEmail: The value of a header is not valid, or two headers say different things.
    """
    own = [header for header in email.headers if header.name.lower() in _OPTIONS]
    if not own:
        return email, defaults
    changes: dict[str, Any] = {}
    for header in own:
        option, text = _OPTIONS[header.name.lower()], header.value.strip()
        value = _tags(header.name, text, defaults) if option == "tags" else text
        if option == "configuration_set_name" and not is_set_name(text):
            raise InvalidEmail(f"header {header.name} {SET_NAME_RULE}, got {text!r}", field="headers")
        if not value or changes.setdefault(option, value) != value:
            why = "is empty" if not value else "contradicts another header"
            raise InvalidEmail(f"header {header.name} {why}: {text!r}", field="headers")
    rest = tuple(header for header in email.headers if header not in own)
    return email.replace(headers=rest), attrs.evolve(defaults, **changes)


def _tags(header: str, text: str, defaults: Defaults) -> dict[str, str]:
    """Read `name=value, other=value`, and add these tags to those of the transport."""
    pairs = [part.strip().partition("=") for part in text.split(",")]
    try:
        return {**defaults.tags, **check_tags({name.strip(): value.strip() for name, _, value in pairs})}
    except ConfigurationError as error:
        raise InvalidEmail(f"header {header}: {error.message}", field="headers") from None
