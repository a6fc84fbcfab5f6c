"""Rules about links: where they lead, and what their text promises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from ipaddress import ip_address
from urllib.parse import urlsplit

from ....mime.html_tokens import Tag
from .base import Examined, Finding, Place, Rules, excerpt, finding

rules = Rules()

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_LOCAL = (".local", ".localhost", ".internal", ".lan", ".test")
# A text that is an address by itself.
_HOST = re.compile(r"\s*(?:https?://)?(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:[/?#:]\S*)?\s*", re.IGNORECASE)
_NO_HOSTS = frozenset("pdf html htm png jpg jpeg gif txt zip doc docx xls xlsx csv js py md".split())
_SCRIPTS = ("javascript:", "vbscript:", "data:")


def host_of(address: str) -> str:
    """Return the host name of an address in lower case; empty without one."""
    try:
        return (urlsplit(address.strip()).hostname or "").lower()
    except ValueError:
        return ""


@lru_cache(256)  # the links of an email have few hosts
def is_local(host: str) -> bool:
    """Return whether a host is known on the sender's machine or network only."""
    if host == "localhost" or host.endswith(_LOCAL):
        return True
    try:
        return not ip_address(host).is_global
    except ValueError:
        return False


def _anchors(email: Examined) -> Iterator[tuple[Tag, str, str]]:
    """Yield each link of the HTML: its tag, its target and its text."""
    opened: tuple[Tag, str] | None = None
    pieces: list[str] = []
    for token in email.tokens:
        if not isinstance(token, Tag):
            pieces.append("" if token.raw else token.text)
        elif token.name in ("a", "area"):
            if opened is not None:
                yield (*opened, " ".join(unescape("".join(pieces)).split()))
            is_link = not token.closing and "href" in token.attributes
            opened = (token, unescape(token.attributes["href"]).strip()) if is_link else None
            pieces = []
    if opened is not None:
        yield (*opened, " ".join(unescape("".join(pieces)).split()))


def _other_domain(host: str, text: str) -> bool:
    """Return whether a text is the address of another site than that of the target's host."""
    shown = _HOST.fullmatch(text[:300])
    host = host.removeprefix("www.")
    if shown is None or not host or shown[1].rpartition(".")[2].lower() in _NO_HOSTS:
        return False
    name = shown[1].lower()
    return not (host == name or host.endswith(f".{name}") or name.endswith(f".{host}"))


def _problem(target: str, text: str) -> str:
    """Return the name of what is wrong with a link, or nothing."""
    scheme = _SCHEME.match(target)
    if scheme is None:
        return "" if target.startswith("#") else "empty" if not target else "relative"
    if scheme[0].lower() in _SCRIPTS:
        return "script"
    if scheme[0].lower() not in ("http:", "https:"):
        return ""
    host = host_of(target)
    if not host:
        return "relative"
    if is_local(host):
        return "local"
    if _other_domain(host, text):
        return "other"
    return "plain" if scheme[0].lower() == "http:" else ""


_FINDINGS = {
    "local": (
        "Links lead to this machine or a private network",
        "Readers cannot reach them.",
        "Write the address of the public site: often a setting of the base URL is missing.",
    ),
    "relative": (
        "Links are relative",
        "An email has no address that they could be relative to.",
        "Write whole addresses, with https:// and the host.",
    ),
    "empty": ("Links have no target", "A click does nothing.", "Give them a target."),
    "script": (
        "Links hold a script",
        "No email program runs it, and spam filters reject it.",
        "Link to a page instead.",
    ),
    "other": (
        "The text of a link shows another site than it leads to",
        "That is how phishing looks: email programs warn of it.",
        "Use words as the text, or the same site.",
    ),
    "plain": (
        "Links lead to http: instead of https:",
        "Browsers warn of these pages, and anyone on the way can read what is asked for.",
        "Link to https:.",
    ),
}


@rules.add("Links that lead where they say")
def targets(email: Examined) -> Iterator[Finding]:
    """Look at the target of each link."""
    found: dict[str, list[Place]] = {}
    for tag, target, text in _anchors(email):
        problem = _problem(target, text)
        if problem:
            shown = f"{text or 'no text'} → {target}" if target else text or "no text"
            found.setdefault(problem, []).append(Place(excerpt(shown), email.line(tag.start)))
    for problem, words in _FINDINGS.items():
        if problem in found:
            yield finding(*words, found[problem])
