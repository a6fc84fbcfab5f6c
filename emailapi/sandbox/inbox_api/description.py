"""The description of this API, for programs that make clients and documents of it."""

from __future__ import annotations

from importlib.resources import files

from flask import Response

from .operations import Operations

operations = Operations()


@operations.add("GET", "/openapi.json", needs_token=False)
def get_description() -> object:
    """Return the description in the format OpenAPI 3.1."""
    text = files(__package__).joinpath("openapi.json").read_text(encoding="utf-8")
    return Response(text, content_type="application/json; charset=utf-8")
