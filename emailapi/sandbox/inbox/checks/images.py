"""Rules about images."""

from __future__ import annotations

from collections.abc import Iterator

from ....mime.html_tokens import Tag
from .base import Examined, Finding, Rules, finding

rules = Rules()

# With fewer words beside its images an email says nothing without them.
_FEW_WORDS = 8


def _is_counter(tag: Tag) -> bool:
    return tag.attributes.get("width", "") in ("0", "1") and tag.attributes.get("height", "") in ("0", "1")


@rules.add("Images that can be done without")
def images(email: Examined) -> Iterator[Finding]:
    """Look for texts and widths of images, and for emails that are nothing but images."""
    found = [tag for tag in email.named("img") if not _is_counter(tag)]
    silent = [tag for tag in found if "alt" not in tag.attributes]
    if silent:
        yield finding(
            "Images have no text",
            "Many programs load images only when asked to, and screen readers read the file's name.",
            'Give each image an `alt`; an ornament gets `alt=""`.',
            [email.place(tag) for tag in silent],
        )
    free = [tag for tag in found if "width" not in tag.attributes]
    if free:
        yield finding(
            "Images have no width",
            "Outlook shows them in their own size, and the layout jumps when they are loaded.",
            "Give each image a `width` in pixels.",
            [email.place(tag) for tag in free],
        )
    if found and len(email.shown.split()) < _FEW_WORDS:
        yield finding(
            "The email is nothing but images",
            "Without images readers see nothing, and spam filters count it.",
            "Write what matters as text.",
        )
