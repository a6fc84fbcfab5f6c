"""Rules about readers who see less, or read in the dark."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..frame import has_dark_styles
from .base import Examined, Finding, Rules, finding

rules = Rules()

_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})(?![0-9a-f])")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*\)")
_NAMED = {
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "silver": (192, 192, 192),
    "red": (255, 0, 0),
    "yellow": (255, 255, 0),
    "lightgray": (211, 211, 211),
    "lightgrey": (211, 211, 211),
    "blue": (0, 0, 255),
    "green": (0, 128, 0),
}
# WCAG asks 4.5 of text, and 3 of large text; below 3 nothing is easy to read.
_LEAST_CONTRAST = 3.0

_Color = tuple[int, int, int]


def color_of(text: str) -> _Color | None:
    """Return the colour of a declaration in lower case; None for one that is not known."""
    found = _HEX.search(text)
    if found is not None:
        digits = found[1] if len(found[1]) == 6 else "".join(each * 2 for each in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    found = _RGB.search(text)
    if found is not None:
        red, green, blue = (min(255, int(each)) for each in found.groups())
        return red, green, blue
    return _NAMED.get(text.removesuffix("!important").strip())


def _luminance(color: _Color) -> float:
    parts = [value / 255 for value in color]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: _Color, other: _Color) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@rules.add("Texts that everybody can read")
def accessible(email: Examined) -> Iterator[Finding]:
    """Look at contrast, language and the roles of tables."""
    if not email.html:
        return
    faint = []
    for tag, style in email.inline_styles:
        color = color_of(style.get("color", ""))
        ground = color_of(style.get("background-color", "") or style.get("background", ""))
        if color is not None and ground is not None and contrast(color, ground) < _LEAST_CONTRAST:
            faint.append(email.place(tag))
    if faint:
        yield finding(
            "A text can hardly be told from its background",
            f"The contrast is below {_LEAST_CONTRAST:g}; 4.5 is what readers need.",
            "Use a darker text or a lighter background.",
            faint,
        )
    if not any("lang" in tag.attributes for tag in email.tags):
        yield finding(
            "The HTML does not name its language",
            "Screen readers read it with the sounds of another language.",
            'Write `<html lang="en">`, with the language of the text.',
        )
    tables = [tag for tag in email.named("table") if "role" not in tag.attributes]
    if tables:
        yield finding(
            "Tables have no role",
            "Screen readers announce rows and columns of tables that are a layout.",
            'Write `<table role="presentation">` where it is a layout.',
            [email.place(tag) for tag in tables],
        )


@rules.add("Dark styles that programs look for")
def dark(email: Examined) -> Iterator[Finding]:
    """Look for the declaration of the colour schemes beside dark styles."""
    names = [tag.attributes.get("name", "").lower() for tag in email.named("meta")]
    if has_dark_styles(email.html) and "color-scheme" not in names:
        yield finding(
            "Dark styles without a colour scheme",
            "Apple Mail applies dark styles only to an email that declares its schemes, and darkens others itself.",
            'Write `<meta name="color-scheme" content="light dark">` into the head.',
        )
