"""
CSS of style sheets, moved into the `style` attributes of the elements.

The inliner reads no file and opens no connection: only style sheets in the HTML itself count. It needs stack for each
level of nested elements, and much time for some documents: HTML beyond the limits is not given to it.
"""

from __future__ import annotations

import re
from collections import Counter

import css_inline

from ...mime.html_tokens import Text, tokens

# Limits of what is inlined. An email of a builder has some dozens of nested elements and a few thousand in all.
NESTED = 80
ELEMENTS = 10_000
ATTRIBUTES = 1_000
RULES_BY_ELEMENTS = 2_000_000

# HTML of so many characters has too few attributes to take long.
_SMALL = 20_000
_OPENING = re.compile("<([A-Za-z][^\t\n\f\r />]*+)")

_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)
# Elements that nest in none of their own name: they have no content, or are closed by the next one of them.
_FLAT = frozenset(
    "area base body br col colgroup dd dt embed head hr html img input li link meta p param source tbody td tfoot th"
    " thead tr track wbr".split()
)
# Elements, and other markup, with rules of their own for what is in them; emails have none of these.
_PECULIAR = frozenset("frameset iframe math noembed noframes noscript plaintext select svg template xmp".split())
_PECULIAR_MARKUP = ("<![CDATA[", "--!>")


def inline_css(html: str) -> str:
    """
    Return HTML with its CSS in `style` attributes. It becomes a whole document, and `<style>` stays.

    HTML beyond the limits, and HTML with CSS that cannot be parsed, is returned as it is.
    """
    if not _is_small(html) and not _is_ordinary(html):
        return html
    try:
        return _INLINER.inline(html)
    except ValueError:  # the CSS cannot be parsed
        return html


def _is_small(html: str) -> bool:
    """Return whether HTML is within the limits even if no element in it were closed: this is known without parsing."""
    openings = _OPENING.findall(html)
    if len(html) > _SMALL or html.count("{") * len(openings) > RULES_BY_ELEMENTS:
        return False
    nested = 0
    for name, number in Counter(openings).items():
        known = name.lower() if name.isascii() else ""
        if known in _PECULIAR:
            return False
        nested += 0 if known in _FLAT else number
    return nested <= NESTED


def _is_ordinary(html: str) -> bool:
    """Return whether HTML is within the limits; no fewer nested elements are counted than the inliner would nest."""
    if any(markup in html for markup in _PECULIAR_MARKUP):
        return False
    nested: list[str] = []
    elements = rules = 0
    closes = True
    for token in tokens(html):
        if isinstance(token, Text):
            if token.raw == "script" and "<!--" in token.text:
                return False
            rules += token.text.count("{") if token.raw == "style" else 0
            if not closes:
                nested += ["<"] * token.text.count("<")
        elif not token.closing:
            elements += 1
            closes = closes and token.name not in _PECULIAR
            if token.name not in _FLAT or not closes:
                nested.append(token.name)
            if elements > ELEMENTS or len(token.attributes) > ATTRIBUTES:
                return False
        elif closes and nested and nested[-1] == token.name:
            nested.pop()
        if len(nested) > NESTED:
            return False
    return rules * elements <= RULES_BY_ELEMENTS
