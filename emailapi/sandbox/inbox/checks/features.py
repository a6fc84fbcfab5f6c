"""Elements and properties that some email programs do not show, with the programs, as of 2026."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs

_OUTLOOK = "Outlook for Windows"
_GMAIL = "Gmail"
_MOST = "most programs"


@attrs.frozen
class Feature:
    """
    A feature of HTML or CSS.

    Attributes:
        name: How it is written.
        missing_in: The programs without it.
        effect: How the email looks there.
        instead: The remedy.
        elements: The elements that are the feature.
        declarations: Declarations that are: property to the values that count, or to none for all.
    """

    name: str
    missing_in: str
    effect: str
    instead: str
    elements: frozenset[str] = frozenset()
    declarations: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)

    def matches(self, name: str, value: str) -> bool:
        """Return whether a declaration of one of its properties has it."""
        values = self.declarations[name]
        return not values or any(each in value for each in values)

    @property
    def pattern(self) -> re.Pattern[str] | None:
        """Finds it in a style sheet; None for an element."""
        return _pattern(tuple(self.declarations.items()))


_patterns: dict[tuple[tuple[str, tuple[str, ...]], ...], re.Pattern[str]] = {}


def _pattern(declarations: tuple[tuple[str, tuple[str, ...]], ...]) -> re.Pattern[str] | None:
    if not declarations:
        return None
    if declarations not in _patterns:
        choices = [
            rf"{re.escape(name)}\s{{0,9}}:[^;{{}}]{{0,80}}?(?:{'|'.join(map(re.escape, values))})"
            if values
            else rf"{re.escape(name)}\s{{0,9}}:"
            for name, values in declarations
        ]
        _patterns[declarations] = re.compile(rf"(?<![\w-])(?:{'|'.join(choices)})", re.IGNORECASE)
    return _patterns[declarations]


def _element(
    names: str, missing_in: str, effect: str, instead: str = "Use a table, or an image with a link."
) -> Feature:
    return Feature(
        " ".join(f"<{name}>" for name in names.split()), missing_in, effect, instead, frozenset(names.split())
    )


def _style(name: str, missing_in: str, effect: str, instead: str, **declarations: str) -> Feature:
    known = {each.replace("_", "-"): tuple(values.split()) for each, values in declarations.items()}
    return Feature(f"`{name}`", missing_in, effect, instead, frozenset(), known)


_TABLE = "Lay out with tables."
_PLAIN = "Choose a design that works without it."

FEATURES = (
    _element("script", _MOST, "it is removed, and spam filters reject it.", "Remove it."),
    _element(
        "form input button select textarea", "Gmail, Outlook", "it cannot be filled in or sent.", "Link to a page."
    ),
    _element("video", "Gmail, Outlook", "nothing is played.", "Link an image of it to a page."),
    _element("audio", _MOST, "nothing is played.", "Link to a page."),
    _element("iframe", _MOST, "it is removed.", "Link to a page."),
    _element("object embed applet", _MOST, "it is removed.", "Link to a page."),
    _element("svg", "Gmail, Outlook", "nothing is drawn.", "Use a PNG."),
    _element("canvas", _MOST, "nothing is drawn.", "Use a PNG."),
    _element("link", "Gmail, Outlook.com, Yahoo", "the style sheet is not loaded.", "Put the style into the email."),
    _element("base", "Gmail, Outlook.com", "relative links lead nowhere.", "Write whole addresses."),
    _element("picture", "Gmail, Outlook", "only its `<img>` is shown.", "Let the `<img>` be good enough alone."),
    _element("dialog details", "Gmail, Outlook", "it is shown open, or not at all.", _PLAIN),
    _element("marquee blink", _MOST, "nothing moves.", "Remove it."),
    _element("frameset frame", _MOST, "it is removed.", "Link to a page."),
    _style("display: flex", _OUTLOOK, "boxes stand below each other.", _TABLE, display="flex"),
    _style("display: grid", f"{_OUTLOOK}, Yahoo", "boxes stand below each other.", _TABLE, display="grid"),
    _style(
        "position", f"{_GMAIL}, Outlook", "the element stays in the flow.", _TABLE, position="absolute fixed sticky"
    ),
    _style("float", _OUTLOOK, "boxes stand below each other.", _TABLE, float="left right"),
    _style("background-image", _OUTLOOK, "no image is shown.", "Give a `background-color`, too.", background_image=""),
    _style(
        "linear-gradient", _OUTLOOK, "no colour is shown.", "Give a `background-color`, too.", background="gradient("
    ),
    _style("box-shadow", f"{_OUTLOOK}, {_GMAIL}", "there is no shadow.", _PLAIN, box_shadow=""),
    _style("animation", f"{_GMAIL}, Outlook", "nothing moves.", _PLAIN, animation="", animation_name=""),
    _style("transition", f"{_GMAIL}, Outlook", "it changes at once.", _PLAIN, transition=""),
    _style("transform", f"{_GMAIL}, Outlook", "the element is not moved or turned.", _PLAIN, transform=""),
    _style("filter", f"{_GMAIL}, Outlook", "the element is shown without.", _PLAIN, filter=""),
    _style("opacity", _OUTLOOK, "the element is opaque.", "Use a lighter colour.", opacity="0."),
    _style("object-fit", f"{_GMAIL}, Outlook", "images are stretched.", "Cut images to their size.", object_fit=""),
    _style("calc()", f"{_OUTLOOK}, Yahoo", "the width is ignored.", "Write a number.", width="calc(", height="calc("),
    _style(
        "var()",
        f"{_GMAIL}, Outlook",
        "the value is ignored.",
        "Write the value.",
        color="var(",
        background_color="var(",
    ),
    _style("clip-path", f"{_GMAIL}, Outlook", "the element is shown whole.", _PLAIN, clip_path=""),
)


def _numbers(names: Callable[[Feature], Iterable[str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, feature in enumerate(FEATURES):
        for name in names(feature):
            found.setdefault(name, []).append(number)
    return found


_BY_ELEMENT = _numbers(lambda feature: feature.elements)
_BY_PROPERTY = _numbers(lambda feature: feature.declarations)


def of_element(name: str) -> Sequence[int]:
    """Return the places in `FEATURES` of those that an element is."""
    return _BY_ELEMENT.get(name, ())


def of_style(style: Mapping[str, str]) -> set[int]:
    """Return the places in `FEATURES` of those that the declarations of an element have."""
    return {
        number
        for name, value in style.items()
        for number in _BY_PROPERTY.get(name, ())
        if FEATURES[number].matches(name, value)
    }
