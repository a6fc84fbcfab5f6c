"""Conversion between JSON values and bytes."""

from __future__ import annotations

import json
from json import encoder as json_encoder
from typing import Any


def _reject(value: object) -> Any:
    raise TypeError(f"{type(value).__name__} is not a JSON value")


_encoder = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, separators=(",", ":"), allow_nan=False, default=_reject
)
# One C encoder for all emails, if the interpreter has it: creating an encoder costs more than encoding a small email.
_make_c_encoder: Any = getattr(json_encoder, "c_make_encoder", None)
_c_encoder = _make_c_encoder and _make_c_encoder(
    None, _reject, json_encoder.encode_basestring, None, ":", ",", False, False, False
)


def dump_text(value: object) -> str:
    """
    Write a JSON value as compact text.

    Raises:
        ValueError: A number is infinite or NaN.
        TypeError: A value is not a JSON value.
        RecursionError: A value contains itself.
    """
    return "".join(_c_encoder(value, 0)) if _c_encoder else _encoder.encode(value)


def dump_json(value: object) -> bytes:
    """
    Write a JSON value as compact UTF-8.

    Raises:
        ValueError: As `dump_text`, and for a text that contains a lone surrogate.
        TypeError: As `dump_text`.
        RecursionError: As `dump_text`.
    """
    return dump_text(value).encode()


def load_json(data: bytes) -> Any:
    """
    Parse JSON.

    Raises:
        ValueError: The data are not JSON or not UTF-8, or nested too deeply.
    """
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("nested too deeply") from None
