"""The colours of both palettes can be read, and the files of the browser stay small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import emailapi.sandbox.inbox as inbox

STATIC = Path(inbox.__file__).parent / "static"
CSS = "".join([path.read_text("utf-8") for path in sorted(STATIC.glob("*.css"))])
TEXT = (
    "ink",
    "ink-2",
    "ink-3",
    "accent",
    "delivered",
    "opened",
    "clicked",
    "bounced",
    "complained",
    "delayed",
    "quiet",
)
BEHIND = ("surface", "bg", "sunken", "selected", "hover")
TINTS = (("delivered", "good-tint"), ("bounced", "bad-tint"), ("delayed", "warn-tint"), ("on-accent", "accent"))


def _palettes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r":root[^{]*\{([^}]*)\}", CSS)
    assert len(blocks) == 3
    light, chosen, system = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]+)", block)) for block in blocks)
    assert chosen == system
    return {"light": light, "dark": chosen}


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_has_a_contrast_of_four_and_a_half(theme: str) -> None:
    palette = _palettes()[theme]
    pairs = [(text, behind) for text in TEXT for behind in BEHIND] + [*TINTS]
    low = {pair: _contrast(palette[pair[0]], palette[pair[1]]) for pair in pairs}
    assert {pair: round(value, 2) for pair, value in low.items() if value < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_edges_of_fields_have_a_contrast_of_three(theme: str) -> None:
    palette = _palettes()[theme]
    assert _contrast(palette["edge"], palette["surface"]) >= 3


def test_style_and_script_are_below_60_kb() -> None:
    assert sum(path.stat().st_size for path in STATIC.iterdir()) < 60_000
    assert not re.search(r"https?://|@import|url\(", CSS)
