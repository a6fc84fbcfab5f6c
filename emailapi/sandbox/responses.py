"""
Responses: the records of `emailapi.models`, written with every key.

`emailapi.wire.write` leaves out None and defaults, as a request should. The responses of the service have all keys, and
clients in other languages rely on them. So a route gives each field by our name, and gets the service's names here.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from ..models.outbound import SendResult
from ..wire import wire_names

_names = functools.cache(wire_names)


def names_of(record: type, *attributes: str) -> tuple[str, ...]:
    """Return the wire names of some attributes of a record."""
    names = _names(record)
    return tuple([names[attribute] for attribute in attributes])


def written(record: type, **values: object) -> dict[str, object]:
    """
    Return `values`, keyed by the attributes of `record`, under their wire names.

    Raises:
        KeyError: A name that the record does not have.
    """
    names = _names(record)
    return {names[attribute]: value for attribute, value in values.items()}


def read_filters(filters: type, query: Mapping[str, str]) -> dict[str, str]:
    """Return the filters of a listing that a query with lower-case names has: our name to the text as sent."""
    named = {attribute: query.get(name.lower(), "") for attribute, name in _names(filters).items()}
    return {attribute: text for attribute, text in named.items() if text}


def done(message: str) -> dict[str, object]:
    """Return the response to a request without a result: the service's error body with code 0."""
    return written(SendResult, error_code=0, message=message)
