"""
The parts of an email that its page shows on each view: links, codes, remote resources, the number of findings.

Of a large one only the beginning is read: the tabs of links and checks read all of it.
"""

from __future__ import annotations

import attrs

from ...mime.codes import codes_of
from ...mime.extraction import Link, all_links_of
from ..captured import CapturedEmail
from ..tracking import tracked_links
from .checks import check
from .examining import examined
from .frame import has_dark_styles
from .kept import Kept
from .remote import remote_resources

# Longer bodies are read up to here, in characters.
MOST_READ = 150_000
_MOST_SHOWN = 4
# Further codes stand in a menu.
_MOST_CODES = 50
# Longer targets are shown on the tab of links only.
_MOST_LENGTH = 2_000
_MOST_REMOTE = 100
# The menu of clicks has so many links.
_MOST_CLICKED = 30
_KEPT = 100


@attrs.frozen
class Reading:
    """
    An email, read for its page.

    Attributes:
        whole: Whether all of it was read.
        codes: Its likeliest codes, the likeliest first.
        more_codes: Further ones, and `all_codes` the number of all.
        targets: Its first links.
        links: The number of links, with those that open a program to write an email.
        clicked: The targets of its first tracked links.
        remote: Addresses from which a program would load something, and `remotes` the number of all.
        has_dark: Whether it has styles for a dark scheme.
        size: The size of the whole message in bytes.
        findings: The number of findings of the checks; None if it was not read whole.
    """

    whole: bool
    codes: tuple[str, ...]
    more_codes: tuple[str, ...]
    all_codes: int
    targets: tuple[Link, ...]
    links: int
    clicked: tuple[str, ...]
    remote: tuple[str, ...]
    remotes: int
    has_dark: bool
    size: int
    findings: int | None


def _read(email: CapturedEmail) -> Reading:
    html, text = (body[:MOST_READ] for body in (email.html_body or "", email.text_body or ""))
    whole = len(email.html_body or "") <= MOST_READ and len(email.text_body or "") <= MOST_READ
    links, mailto_links = all_links_of(html, text)
    remote = remote_resources(html)
    tracked = (link.target for link in tracked_links(html, text, email.track_links))
    clicked = dict.fromkeys(target for target in tracked if len(target) <= _MOST_LENGTH)
    codes = codes_of(html, text)
    return Reading(
        whole=whole,
        codes=codes[:_MOST_SHOWN],
        more_codes=codes[_MOST_SHOWN:_MOST_CODES],
        all_codes=len(codes),
        targets=tuple([link for link in links if len(link) <= _MOST_LENGTH][:_MOST_SHOWN]),
        links=len(links) + len(mailto_links),
        clicked=tuple(clicked)[:_MOST_CLICKED],
        remote=remote[:_MOST_REMOTE],
        remotes=len(remote),
        has_dark=has_dark_styles(html),
        size=len(email.raw),
        findings=sum(len(each.findings) for each in check(examined(email))) if whole else None,
    )


reading_of = Kept(_read, _KEPT).of
