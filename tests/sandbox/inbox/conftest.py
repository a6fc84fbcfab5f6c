"""A sandbox whose inbox is looked at: by plain requests, and by Chromium."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
import requests

from emailapi import Client, Email
from emailapi.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return Client(sandbox.token, base_url=sandbox.url)


@pytest.fixture
def send(client: Client) -> Callable[..., str]:
    """Send an email with these fields, and return the id of its message."""

    def send(**fields: Any) -> str:
        given = {
            "sender": "shop@example.com",
            "to": "dana@example.com",
            "subject": "Hello",
            "text_body": "Hi",
            **fields,
        }
        return str(client.outbound.send(Email(**given)).message_id)

    return send


class Browsing:
    """Requests as a browser makes them, without running scripts."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.url = f"{sandbox.url}/inbox"
        self.base = f"{self.url}/4000001"
        self.origin = sandbox.url

    def get(self, path: str = "", **query: str) -> requests.Response:
        return self.session.get(self.base + path, params=query, timeout=60)

    def post(self, path: str, **form: Any) -> requests.Response:
        return self.session.post(self.base + path, data=form, headers={"Origin": self.origin}, timeout=60)


@pytest.fixture
def browsing(sandbox: Sandbox) -> Browsing:
    return Browsing(sandbox)


# Milliseconds that a page may take on a machine that does much else.
_TIMEOUT = 120_000
_SIZE: Any = {"width": 1280, "height": 800}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use a browser: they run once, on one Python."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


# For each file: while Playwright is open, an event loop is running, and tests of other files that the same worker takes
# in between could not start theirs.
@pytest.fixture(scope="module")
def chromium(needs: Callable[[str, object, str], None]) -> Iterator[Any]:
    """A browser, for which all names that end in `.example` are this machine."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium")
    needs("chromium", path, "chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--process-per-site", "--host-resolver-rules=MAP *.example 127.0.0.1"],
        )
        make = browser.new_context

        def new_context(**options: Any) -> Any:
            context = make(**options)
            context.set_default_timeout(_TIMEOUT)
            return context

        browser.new_context = new_context
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def window(chromium: Any) -> tuple[Any, list[str]]:
    """The page of a file, since each new one starts processes, and the errors that it has met."""
    page = chromium.new_context(viewport=_SIZE).new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    return page, errors


@pytest.fixture
def any_page(window: tuple[Any, list[str]]) -> Iterator[Any]:
    """A page of Chromium that keeps nothing of other tests; its console may show what a policy has blocked."""
    page, errors = window
    yield page
    page.evaluate("try { localStorage.clear() } catch { /* a page without an origin has none */ }")
    for other in page.context.pages:
        if other is not page:
            other.close()
    page.goto("about:blank")
    page.set_viewport_size(_SIZE)
    page.emulate_media(color_scheme="light", reduced_motion="no-preference", forced_colors="none")
    page.context.clear_cookies()
    errors.clear()


@pytest.fixture
def page(any_page: Any, window: tuple[Any, list[str]]) -> Iterator[Any]:
    """The same; an error of a script, or of the policy of a page, fails the test."""
    yield any_page
    expected = ("ERR_CONNECTION_REFUSED", "status of 404")
    assert [error for error in window[1] if not any(each in error for each in expected)] == []


def words(html: str) -> str:
    """Return the text of a page's main part, in one line."""
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def shown(browsing: Any, message: str, **query: str) -> str:
    response = browsing.get(f"/m/{message}", **query)
    assert response.status_code == 200, response.text
    return words(response.text)
