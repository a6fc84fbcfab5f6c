"""JSON values <-> bytes."""

from __future__ import annotations

import json
from json import encoder as json_encoder
from typing import Any


def _refuse(value: object) -> Any:
    raise TypeError(f"{type(value).__name__} is no JSON value")


_encoder = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, separators=(",", ":"), allow_nan=False, default=_refuse
)
# One C encoder for every mail, where the interpreter has it: making one a call costs more than encoding a small mail.
_make_c_encoder: Any = getattr(json_encoder, "c_make_encoder", None)
_c_encoder = _make_c_encoder and _make_c_encoder(
    None, _refuse, json_encoder.encode_basestring, None, ":", ",", False, False, False
)


def dump_json(value: object) -> bytes:
    """
    Return a JSON value as compact UTF-8.

    Raises:
        ValueError: A number that JSON does not have, or a lone surrogate.
        TypeError: A value that is no JSON value.
        RecursionError: A value that contains itself.
    """
    text = "".join(_c_encoder(value, 0)) if _c_encoder else _encoder.encode(value)
    return text.encode()


def load_json(data: bytes) -> Any:
    """
    Return the JSON value in `data`.

    Raises:
        ValueError: It is no JSON, not UTF-8, or nested too deeply.
    """
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("nested too deeply") from None
