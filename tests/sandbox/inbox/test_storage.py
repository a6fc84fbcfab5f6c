"""A data file that cannot be written: pages can be read, and tell what is wrong until it is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from emailapi.sandbox import Sandbox

from ..conftest import Api
from .conftest import Browsing

PAGES = ("", "/requests", "/webhooks", "/suppressions", "/stats", "/connect")


@contextmanager
def full_disk(sandbox: Sandbox) -> Iterator[None]:
    """Let the database of a sandbox take no further page, as on a disk without room."""
    connection = sandbox.store._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    try:
        yield
    finally:
        connection.execute("PRAGMA max_page_count = 1073741823")


def send_large(api: Api) -> requests.Response:
    return api.send(TextBody="x" * 3_000_000)


@pytest.mark.costly
@pytest.mark.parametrize("path", PAGES)
def test_each_page_says_that_nothing_is_stored_until_it_is_again(
    sandbox: Sandbox, api: Api, browsing: Browsing, path: str
) -> None:
    api.accepted(Subject="Stored")
    with full_disk(sandbox):
        response = send_large(api)
        assert (response.status_code, response.json()["ErrorCode"]) == (503, 100)
        text = browsing.get(path).text
        assert "The database cannot be written (database or disk is full)" in text
        assert text.count("data-trouble-bar") == 1
        assert 'data-trouble-bar role="alert" hidden' not in text
    api.accepted()
    assert 'data-trouble-bar role="alert" hidden></p>' in browsing.get(path).text


@pytest.mark.costly
def test_messages_can_be_read_while_nothing_can_be_stored(sandbox: Sandbox, api: Api, browsing: Browsing) -> None:
    message = api.accepted(Subject="Stored")
    with full_disk(sandbox):
        send_large(api)
        assert "Stored" in browsing.get().text
        assert "Stored" in browsing.get("", q="subject:stored").text
        assert "Stored" in browsing.get(f"/m/{message}").text


@pytest.mark.exhaustive
def test_an_open_page_tells_at_once_that_nothing_is_stored_and_that_it_is_again(
    sandbox: Sandbox, api: Api, page: Any
) -> None:
    api.accepted(Subject="Stored")
    page.goto(f"{sandbox.inbox_url}/4000001")
    page.wait_for_selector("[data-live][data-state=live]")
    with full_disk(sandbox):
        send_large(api)
        page.wait_for_selector("[data-trouble-bar] >> text=cannot be written")
        assert page.locator("a.row >> text=Stored").is_visible()
    api.accepted(Subject="Later")
    page.wait_for_selector("a.row >> text=Later")
    assert page.locator("[data-trouble-bar]").is_hidden()
