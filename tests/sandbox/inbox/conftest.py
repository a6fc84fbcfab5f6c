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
            executable_path=path, args=["--no-sandbox", "--host-resolver-rules=MAP *.example 127.0.0.1"]
        )
        make = browser.new_context

        def new_context(**options: Any) -> Any:
            context = make(**options)
            context.set_default_timeout(_TIMEOUT)
            return context

        browser.new_context = new_context
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page of Chromium; an error of a script, or of the policy of a page, fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    yield page
    context.close()
    expected = ("ERR_CONNECTION_REFUSED", "status of 404")
    assert [error for error in errors if not any(each in error for each in expected)] == []


def words(html: str) -> str:
    """Return the text of a page's main part, in one line."""
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def shown(browsing: Any, message: str, **query: str) -> str:
    response = browsing.get(f"/m/{message}", **query)
    assert response.status_code == 200, response.text
    return words(response.text)
