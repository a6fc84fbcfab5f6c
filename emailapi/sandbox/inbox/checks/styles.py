"""Rules about style that email programs drop."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .base import Examined, Finding, Place, Rules, excerpt, finding
from .features import FEATURES, of_element, of_style

rules = Rules()

# Gmail drops the whole element beyond this, in characters.
_GMAIL_LIMIT = 8192
_URL = re.compile(r"@import|url\(", re.IGNORECASE)
_CLASSES = re.compile(r"\.[a-zA-Z][\w-]{2,60}[^{}]{0,200}\{")
# So many tags with a class make a design that depends on the element `<style>`.
_MANY_CLASSES = 5


@rules.add("A style element that Gmail keeps")
def gmail(email: Examined) -> Iterator[Finding]:
    """Look at the size and the content of `<style>`, and for designs without inline style."""
    long = [style for style in email.styles if len(style.text) > _GMAIL_LIMIT]
    if long:
        yield finding(
            f"A style element has {max(len(style.text) for style in long):,} characters",
            "Gmail drops a style element of more than 8,192 characters.",
            "Split it, or inline what most readers need.",
            [Place("<style>", email.line(style.start)) for style in long],
        )
    loading = [(style, found) for style in email.styles if (found := _URL.search(style.text))]
    if loading:
        yield finding(
            "A style element loads something",
            "Gmail drops a style element with `url()` or `@import` in it.",
            "Move these rules into a style element of their own, so that the others stay.",
            [
                Place(excerpt(style.text[found.start() :]), email.line(style.start + found.start()))
                for style, found in loading
            ],
        )
    classed = sum("class" in tag.attributes for tag in email.tags)
    inline = any("style" in tag.attributes for tag in email.tags)
    if classed >= _MANY_CLASSES and not inline and any(_CLASSES.search(style.text) for style in email.styles):
        yield finding(
            "The design stands in classes only",
            "Programs that drop style elements show it without any style.",
            "Inline the style; a template does that when `InlineCss` is true.",
        )


@rules.add("Elements and properties that most programs know")
def features(email: Examined) -> Iterator[Finding]:
    """Look for what some programs do not show."""
    found: dict[int, list[Place]] = {}
    for tag in email.tags:
        for number in of_element(tag.name):
            found.setdefault(number, []).append(email.place(tag))
    for tag, style in email.inline_styles:
        for number in of_style(style):
            found.setdefault(number, []).append(email.place(tag))
    for style_element in email.styles:
        for number, feature in enumerate(FEATURES):
            if feature.pattern is not None and (met := feature.pattern.search(style_element.text)):
                line = email.line(style_element.start + met.start())
                found.setdefault(number, []).append(Place(excerpt(met[0]), line))
    for number, places in sorted(found.items()):
        feature = FEATURES[number]
        why = f"Not in {feature.missing_in}: {feature.effect}"
        yield finding(f"{feature.name} is not known everywhere", why, feature.instead, places)
