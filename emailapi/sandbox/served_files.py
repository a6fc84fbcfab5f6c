"""Files of emails as responses: whatever they hold and however they are named, nothing of them runs."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from flask import Response

# Neither scripts nor files of an email run where the sandbox's pages do.
ISOLATED = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# Other files are given as bytes without a type.
_HARMLESS = frozenset(
    "text/plain text/csv application/json application/pdf application/zip"
    " image/png image/jpeg image/gif image/webp".split()
)
_IMAGES = frozenset(f"image/{kind}" for kind in ("png", "jpeg", "gif", "webp", "avif", "svg+xml"))


def file_name(name: str) -> str:
    """Return a file name without folders, and without characters that are not shown or turn the text around."""
    shown = "".join(each for each in name if unicodedata.category(each)[0] != "C")
    return shown.replace("\\", "/").rpartition("/")[2] or "attachment"


def _kind(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()


def download(name: str, content_type: str | None, content: bytes) -> Response:
    """Return a file that a browser stores and never shows."""
    name, kind = file_name(name), _kind(content_type)
    plain = "".join(each if each.isascii() and each not in '"\\%' else "_" for each in name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(
        content,
        headers={**ISOLATED, "Content-Disposition": disposition},
        content_type=kind if kind in _HARMLESS else "application/octet-stream",
    )


def image(content_type: str | None, content: bytes) -> Response | None:
    """Return an image that an email shows; None for a file of another type."""
    kind = _kind(content_type)
    if kind not in _IMAGES:
        return None
    # The frame has no origin, so that the image is another origin's to it.
    headers = {**ISOLATED, "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(content, headers=headers, content_type=kind)
