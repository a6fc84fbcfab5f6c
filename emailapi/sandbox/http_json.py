"""The JSON and the queries of requests, and the JSON of responses."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import NoReturn

from flask import Request, Response
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from ..wire import dump_json
from .calls import read_query
from .effects import FAULT_DOMAIN
from .fields import WrittenFloat
from .rejection import Rejection
from .rules import MEGABYTE

JSON = "application/json"
_FAULT = f"@{FAULT_DOMAIN}".encode()


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"a number of {len(text):,} digits is too long") from None


_decoder = json.JSONDecoder(parse_constant=_no_constant, parse_float=WrittenFloat, parse_int=_whole_number)


@lru_cache(64)
def accepts_json(accept: str) -> bool:
    """Return whether the header `Accept` of a request allows a response in JSON."""
    return parse_accept_header(accept, MIMEAccept).quality(JSON) > 0


def read_json(sent: Request, limit: int, see: Callable[[bytes], None] | None = None) -> tuple[object, bool]:
    """
    Return the JSON value of a request's body, and whether an address in it may ask for a fault.

    Args:
        sent: The request.
        limit: The most bytes of a body.
        see: Is given the body, also one that is not valid.

    Raises:
        Rejection: 409 without the right Content-Type, 300 with status 413 when it is too large, 402 for no JSON.
    """
    if sent.mimetype != JSON:
        raise Rejection(409, f"The header 'Content-Type: {JSON}' is missing or wrong.", status=415)
    if (sent.content_length or 0) > limit:
        raise Rejection(300, f"The request is larger than {limit // MEGABYTE} MB.", status=413)
    encoding = sent.environ.get("HTTP_CONTENT_ENCODING", "identity")
    if encoding.strip().lower() != "identity":
        raise Rejection(402, f"Bodies are taken as they are, not as '{encoding[:80]}'.")
    try:
        data = sent.get_data(cache=False)
        if see is not None:
            see(data)
        value = _decoder.decode(data.decode("utf-8-sig"))
        return value, _FAULT in data
    except RecursionError:
        raise Rejection(402, "The body is nested too deeply.") from None
    except ValueError as error:
        raise Rejection(402, f"The body is not valid JSON: {error}.") from None


def read_arguments(sent: Request) -> dict[str, str]:
    """
    Return the query of a request, by lower-case names.

    Raises:
        Rejection: 403: a value has a NUL character, which no text in the database has.
    """
    if not sent.query_string:
        return {}
    query = read_query(sent.args.items(multi=True))
    for name, value in query.items():
        if "\0" in value:
            raise Rejection(403, f"'{name[:80]}' must not hold NUL characters.")
    return query


def json_response(value: object, status: int = 200) -> Response:
    """Return a response with a JSON value."""
    return Response(dump_json(value), status, content_type=f"{JSON}; charset=utf-8")
