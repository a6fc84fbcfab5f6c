"""
Answers: the records of `emailapi.models`, written with every key.

`emailapi.wire.write` leaves out what is None or the default, as a request should. The service answers all keys, and
clients in other languages rely on that; so a route names each field by our name, and the names of the shared records
turn into the service's here.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from ..models.outbound import SendResult
from ..wire import wire_names

_names = functools.cache(wire_names)


def written(record: type, **values: object) -> dict[str, object]:
    """
    Return `values`, keyed by the attributes of `record`, under their wire names.

    Raises:
        KeyError: A name that the record does not have.
    """
    names = _names(record)
    return {names[attribute]: value for attribute, value in values.items()}


def read_filters(filters: type, query: Mapping[str, str]) -> dict[str, str]:
    """Return what a query, by lower-case names, says for the `TypedDict` of a listing: our name to the text sent."""
    named = {attribute: query.get(name.lower(), "") for attribute, name in _names(filters).items()}
    return {attribute: text for attribute, text in named.items() if text}


def done(message: str) -> dict[str, object]:
    """Return the answer to what was done and gives nothing back: an envelope that is no error's."""
    return written(SendResult, error_code=0, message=message)
