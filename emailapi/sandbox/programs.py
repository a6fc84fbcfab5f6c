"""The programs that people read emails with, and how each is known by its user agent."""

from __future__ import annotations

import json

import attrs

from ..models.opens import Geo, Program
from ..wire import dump_text
from .responses import written

_UNKNOWN = Program(name="unknown", company="unknown", family="unknown")
# The documentation's own addresses (RFC 5737): no reader of an email has one.
_GEO = Geo(
    country_iso_code="US",
    country="United States",
    region_iso_code="TX",
    region="Texas",
    city="Houston",
    zip="77058",
    coords="29.55,-95.09",
    ip="203.0.113.42",
)


def _json(record: Program | Geo) -> str:
    return dump_text(written(type(record), **attrs.asdict(record)))


def program_of(text: str) -> dict[str, object]:
    """Return a program or a place as the API shows it."""
    found: dict[str, object] = json.loads(text)
    return found


@attrs.frozen(kw_only=True)
class Reader:
    """
    A person's program, and where the person is.

    Attributes:
        platform: `WebMail`, `Desktop`, `Mobile` or `Unknown`.
        client: The email program or browser.
        os: The operating system.
        user_agent: How the program names itself.
        geo: The location; empty for requests from this machine.
    """

    platform: str = "Unknown"
    client: Program = _UNKNOWN
    os: Program = _UNKNOWN
    user_agent: str = ""
    geo: Geo = attrs.field(factory=Geo)

    @property
    def summary(self) -> str:
        """The program in words."""
        return f"{self.client.name} on {self.os.name}"

    @property
    def fields(self) -> dict[str, object]:
        """The attributes of an open or a click in a payload."""
        return {
            "client": self.client,
            "os": self.os,
            "platform": self.platform,
            "user_agent": self.user_agent,
            "geo": self.geo,
        }

    @property
    def columns(self) -> tuple[str, str, str, str, str]:
        """The columns of the tables of opens and clicks, from `user_agent` to `geo`."""
        return self.user_agent, _json(self.client), _json(self.os), self.platform, _json(self.geo)


def _program(name: str, company: str, family: str = "") -> Program:
    return Program(name=name, company=company, family=family or name)


_IOS = _program("iOS 18", "Apple", "iOS")
_MACOS = _program("macOS", "Apple")
_WINDOWS = _program("Windows 11", "Microsoft", "Windows")
_ANDROID = _program("Android 15", "Google", "Android")
_LINUX = _program("Linux", "Linux")

# By the word that is looked for in a user agent; the first that is found counts.
_CLIENTS = (
    ("GoogleImageProxy", "WebMail", _program("Gmail", "Google")),
    ("YahooMailProxy", "WebMail", _program("Yahoo! Mail", "Yahoo")),
    ("Outlook-iOS", "Mobile", _program("Outlook for iOS", "Microsoft", "Outlook")),
    ("Outlook", "Desktop", _program("Outlook", "Microsoft")),
    ("Thunderbird", "Desktop", _program("Thunderbird", "Mozilla")),
    ("Edg/", "", _program("Edge", "Microsoft")),
    ("Firefox", "", _program("Firefox", "Mozilla")),
    ("Chrome", "", _program("Chrome", "Google")),
    ("Safari", "", _program("Safari", "Apple")),
    ("Mobile/", "Mobile", _program("iOS Mail", "Apple", "Apple Mail")),
    ("AppleWebKit", "Desktop", _program("Apple Mail", "Apple")),
)
_SYSTEMS = (
    ("iPhone", "Mobile", _IOS),
    ("iPad", "Mobile", _IOS),
    ("Android", "Mobile", _ANDROID),
    ("Macintosh", "Desktop", _MACOS),
    ("Windows", "Desktop", _WINDOWS),
    ("Linux", "Desktop", _LINUX),
)


def identify(user_agent: str) -> Reader:
    """Return what a user agent says about its program; what it does not say is unknown."""
    platform, client = next(((kind, client) for word, kind, client in _CLIENTS if word in user_agent), ("", _UNKNOWN))
    # A proxy of a webmail service says nothing about the reader's own machine.
    systems = () if platform == "WebMail" else _SYSTEMS
    kind, system = next(((kind, system) for word, kind, system in systems if word in user_agent), ("", _UNKNOWN))
    return Reader(platform=platform or kind or "Unknown", client=client, os=system, user_agent=user_agent)


_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {_WEBKIT}"
_AGENTS = {
    "Gmail": "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "Apple Mail": f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT}",
    "iOS Mail": f"{_IPHONE} Mobile/15E148",
    "Outlook": "Mozilla/4.0 (compatible; ms-office; MSOffice 16; Microsoft Outlook 16.0; Windows NT 10.0)",
    "Thunderbird": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.0",
    "Chrome": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/131.0 Safari/537.36",
    "Safari": f"{_IPHONE} Version/18.0 Mobile/15E148 Safari/604.1",
    "Firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
}
# The programs that tests name, by their names in lower case.
READERS = {name.lower(): attrs.evolve(identify(agent), geo=_GEO) for name, agent in _AGENTS.items()}
READER_NAMES = tuple(_AGENTS)
