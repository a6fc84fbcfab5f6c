"""Conversion between JSON values and bytes."""

from __future__ import annotations

import io
import json
import os
from binascii import b2a_base64
from json import encoder as json_encoder
from typing import Any

# Base64 of a multiple of three bytes has no padding, so that blocks can be joined.
_BLOCK = 3 * 65_536


class Base64:
    """Bytes that `dump_json` writes as a text in base64."""

    __slots__ = ("content",)

    def __init__(self, content: bytes) -> None:
        """Keep the bytes: they are encoded when the value is written."""
        self.content = content


class _HasFiles(Exception):
    pass


def _reject(value: object) -> Any:
    if isinstance(value, Base64):
        raise _HasFiles
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
    Write a JSON value, which may contain `Base64`, as compact UTF-8.

    Raises:
        ValueError: As `dump_text`, and for a text that contains a lone surrogate.
        TypeError: As `dump_text`.
        RecursionError: As `dump_text`.
    """
    try:  # not by a call of `dump_text`: each email passes here
        text = "".join(_c_encoder(value, 0)) if _c_encoder else _encoder.encode(value)
    except _HasFiles:
        return _dump_with_files(value)
    return text.encode()


class _Files:
    """Stand for files in a text by a random mark, and put their base64 there afterwards."""

    def __init__(self) -> None:
        self.found: list[bytes] = []
        self.mark = f"emailapi-file-{os.urandom(16).hex()}"

    def replace(self, value: object) -> str:
        if not isinstance(value, Base64):
            raise TypeError(f"{type(value).__name__} is not a JSON value")
        self.found.append(value.content)
        return self.mark

    def put_into(self, text: str) -> bytes:
        """Encode a text, block by block, into a buffer that gives its bytes away without copying them."""
        whole = io.BytesIO()
        for place, piece in enumerate(text.split(self.mark)):
            if place:
                file = memoryview(self.found[place - 1])
                for at in range(0, len(file), _BLOCK):
                    whole.write(b2a_base64(file[at : at + _BLOCK], newline=False))
            whole.write(piece.encode())
        return whole.getvalue()


def _dump_with_files(value: object) -> bytes:
    # As part of the text, a file would be copied four times: an email took 6.3 times its size instead of 2.4 times.
    files = _Files()
    encoder = json.JSONEncoder(
        ensure_ascii=False, check_circular=False, separators=(",", ":"), allow_nan=False, default=files.replace
    )
    return files.put_into(encoder.encode(value))


def load_json(data: bytes) -> Any:
    """
    Parse JSON.

    Raises:
        ValueError: The data are not JSON or not UTF-8, or nested too deeply.
    """
    try:
        try:
            return json.loads(data.decode())
        except ValueError:  # `json` looks for other encodings, and for a byte order mark, by calls that cost a fifth
            return json.loads(data)
    except RecursionError:
        raise ValueError("nested too deeply") from None
