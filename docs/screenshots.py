"""
Writes the pictures of the inbox that the pages of the site show.

    python docs/screenshots.py              the pictures of the site, into docs/_static/
    python docs/screenshots.py --all shots  every state of the inbox, into a folder, to look at

It starts a sandbox whose clock stands still, sends it emails, and opens its pages in Chromium. Ids and tokens are the
same each time, so that a picture changes only if a page does. It needs `playwright`, and Debian's `chromium`.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
from playwright.sync_api import Browser, Page, sync_playwright
from screenshot_emails import fill, fill_long, fill_many, fill_rtl
from smaller_png import smaller

from emailapi.sandbox import Sandbox
from emailapi.sandbox.clock import Clock

STATIC = Path(__file__).parent / "_static"
NOW = datetime(2026, 11, 28, 14, 3, tzinfo=UTC)
HTTP_PORT, SMTP_PORT = 8025, 2525
DESKTOP, LAPTOP, PHONE = (1600, 900), (1280, 800), (390, 780)


class Stopped(Clock):
    """A clock that shows what it is told."""

    shown = NOW

    def now(self) -> datetime:
        """Return the time."""
        return self.shown

    def ago(self, minutes: float) -> None:
        """Show a time before the one at which the pictures are taken."""
        self.shown = NOW - timedelta(minutes=minutes)


def nothing(_: Page) -> None:
    """Leave a page as it is."""


def _search(page: Page) -> None:
    page.click(".search input")
    page.keyboard.type("is:bounced t")
    page.wait_for_selector("#suggestions [role=option]")


def _select(page: Page) -> None:
    for key in "jjxjx":
        page.keyboard.press(key)


def _bounces(page: Page) -> None:
    page.frame_locator("iframe").locator("body").wait_for()
    page.keyboard.press("b")


@attrs.frozen
class Picture:
    """
    A picture.

    Attributes:
        name: Of its file.
        path: Of its page, below that of the server.
        fill: Sends the emails that it shows.
        size: Of the window.
        scheme: `light` or `dark`.
        prepare: Does what a user does before.
        shown: Whether a page of the site shows it.
    """

    name: str
    path: str = ""
    fill: Callable[[Sandbox, Stopped], None] = fill
    size: tuple[int, int] = LAPTOP
    scheme: str = "light"
    prepare: Callable[[Page], None] = nothing
    shown: bool = False


def _none(_sandbox: Sandbox, _clock: Stopped) -> None:
    """Send nothing."""


_ORDER = "/m/latest?q=subject%3Aorder+tag%3Ashipping"
_CODE = "/m/latest?q=subject%3Asign-in"
PICTURES = (
    Picture("inbox", shown=True),
    Picture("inbox-dark", scheme="dark"),
    Picture("inbox-phone", size=PHONE),
    Picture("inbox-narrow", size=(320, 640)),
    Picture("inbox-tablet", size=(820, 900)),
    Picture("inbox-search", prepare=_search, shown=True),
    Picture("inbox-selected", prepare=_select),
    Picture("inbox-keys", prepare=lambda page: page.keyboard.press("?")),
    Picture("inbox-no-match", "?q=to%3Anobody%40example.com+is%3Abounced"),
    Picture("inbox-bad-search", "?q=colour%3Ared+order"),
    Picture("inbox-empty", fill=_none),
    Picture("inbox-empty-phone", fill=_none, size=PHONE),
    Picture("inbox-error", "/m/5d2b1f0e-0000-4000-8000-000000000000"),
    Picture("inbox-long", fill=fill_long),
    Picture("inbox-long-phone", fill=fill_long, size=PHONE),
    Picture("inbox-rtl", fill=fill_rtl),
    Picture("inbox-many", fill=fill_many, size=(1280, 2200)),
    Picture("requests", "/requests", shown=True),
    Picture("message", _ORDER, size=DESKTOP, shown=True),
    Picture("message-dark", f"{_ORDER}&scheme=dark", scheme="dark"),
    Picture("message-phone", _ORDER, size=PHONE),
    Picture("message-bounces", _ORDER, prepare=_bounces),
    Picture("message-code", _CODE),
    Picture("message-long", "/m/latest", fill=fill_long),
    Picture("message-rtl", "/m/latest", fill=fill_rtl),
    *(
        Picture(f"message-{tab}", f"{_ORDER}&tab={tab}", size=DESKTOP if tab == "checks" else LAPTOP)
        for tab in ("text", "html", "headers", "raw", "json", "attachments", "links", "checks", "copy")
    ),
    Picture("webhooks", "/webhooks", shown=True),
    Picture("webhooks-phone", "/webhooks", size=PHONE),
    Picture("suppressions", "/suppressions"),
    Picture("templates", "/templates"),
    Picture("stats", "/stats"),
    Picture("inbound", "/inbound/new"),
    Picture("lab", "/lab"),
    Picture("lab-dark-phone", "/lab", size=PHONE, scheme="dark"),
    Picture("connect", "/connect", shown=True),
    Picture("connect-phone", "/connect", size=PHONE),
    Picture("templates-empty", "/templates", fill=_none),
    Picture("webhooks-empty", "/webhooks", fill=_none),
)


def _same_ids() -> None:
    """Let the next sandbox have the ids and tokens of every other one."""
    chance = random.Random(10482)  # noqa: S311 - nothing here has to be secret
    uuid.uuid4 = lambda: uuid.UUID(int=chance.getrandbits(128), version=4)


def _take(browser: Browser, picture: Picture, url: str, folder: Path) -> None:
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if picture.scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    response = page.goto(f"{url}/4000001{picture.path}")
    if picture.shown and not (response and response.ok):
        raise SystemExit(f"{picture.name}: the page of this picture shows an error")
    page.wait_for_load_state("load")
    picture.prepare(page)
    taken = page.screenshot(animations="disabled", caret="hide")
    (folder / f"{picture.name}.png").write_bytes(smaller(taken) if picture.shown else taken)
    context.close()


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", metavar="FOLDER", type=Path, help="write every state, into this folder")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="write these")
    options = parser.parse_args()
    folder = options.all or STATIC
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["TZ"] = "UTC"
    time.tzset()
    chosen = [each for each in PICTURES if (options.all or each.shown) and each.name in (options.only or [each.name])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-lcd-text"]
        )
        for fills in dict.fromkeys(each.fill for each in chosen):
            _same_ids()
            with Sandbox(http_port=HTTP_PORT, smtp_port=SMTP_PORT) as sandbox:
                clock = Stopped()
                sandbox.clock = clock
                fills(sandbox, clock)
                clock.ago(0)
                for picture in chosen:
                    if picture.fill is fills:
                        _take(browser, picture, sandbox.inbox_url, folder)
                        print(folder / f"{picture.name}.png", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
