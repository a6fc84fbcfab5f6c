"""Other websites, open in the same browser: they can neither read the inbox nor change anything."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from emailapi.sandbox import Sandbox

Send = Callable[..., str]
# A foreign name of this machine, and another port of it: browsers call that the same site.
WEBSITES = ("evil.example", "127.0.0.1", "localhost")
PATHS = ("/inbox/4000001/delete", "/inbox/4000001/sample", "/inbox/4000001/lab/faults", "/email", "/inbox/api/v1/reset")
FORM = """<form method=post action="{url}"><input name=q><input name=kind value=fail></form>
<script>document.forms[0].submit()</script>"""


class Website:
    """A page that another server shows."""

    def __init__(self) -> None:
        self.html = ""
        website = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = f"<!doctype html>{website.html}".encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.port = self._server.server_port

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(scope="module")
def website() -> Iterator[Website]:
    website = Website()
    yield website
    website.close()


def _unchanged(sandbox: Sandbox) -> bool:
    return len(sandbox.messages()) == 1 and not [*sandbox.faults]


@pytest.mark.exhaustive(cases=1)
@pytest.mark.parametrize("name", WEBSITES)
def test_a_form_of_another_website_changes_nothing(
    sandbox: Sandbox, send: Send, website: Website, any_page: Any, name: str
) -> None:
    send()
    for path in PATHS:
        website.html = FORM.format(url=sandbox.url + path)
        with any_page.expect_response(lambda response, path=path: response.url.endswith(path)) as posted:
            any_page.goto(f"http://{name}:{website.port}/")
        assert posted.value.status == 403
    assert _unchanged(sandbox)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", WEBSITES)
def test_a_script_of_another_website_reads_and_changes_nothing(
    sandbox: Sandbox, send: Send, website: Website, any_page: Any, name: str
) -> None:
    send()
    website.html = ""
    any_page.goto(f"http://{name}:{website.port}/")
    requests = [
        [path, options]
        for path in (*PATHS, "/inbox/4000001", "/inbox/api/v1/messages", "/inbox/events")
        for options in (
            {},
            {"mode": "no-cors"},
            {"method": "POST", "mode": "no-cors", "body": "q="},
            {"method": "POST", "body": "{}", "headers": {"Content-Type": "application/json"}},
            {"method": "DELETE"},
        )
    ]
    read = any_page.evaluate(
        """async ([url, requests]) => {
            const read = [];
            for (const [path, options] of requests) {
                const ending = new AbortController();
                const timer = setTimeout(() => ending.abort(), 5000);
                try {
                    const response = await fetch(url + path, { ...options, signal: ending.signal });
                    if (response.type !== "opaque" || (await response.text())) read.push([path, options]);
                } catch { /* not allowed */ }
                clearTimeout(timer);
            }
            return read;
        }""",
        [sandbox.url, requests],
    )
    assert read == []
    assert _unchanged(sandbox)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", WEBSITES)
def test_another_website_shows_the_inbox_neither_in_a_frame_nor_in_a_window_that_it_reaches(
    sandbox: Sandbox, send: Send, website: Website, any_page: Any, name: str
) -> None:
    send(subject="Secret")
    website.html = (
        f"<iframe src='{sandbox.inbox_url}/4000001'></iframe><img src='{sandbox.url}/inbox/static/inbox.css'>"
    )
    any_page.goto(f"http://{name}:{website.port}/")
    any_page.wait_for_load_state("networkidle")
    assert all("Secret" not in frame.content() for frame in any_page.frames)
    with any_page.expect_popup() as opened:
        any_page.evaluate("url => { window.other = open(url) }", f"{sandbox.inbox_url}/4000001")
    opened.value.wait_for_selector("text=Secret")
    assert any_page.evaluate("other.closed") is True
    assert opened.value.evaluate("window.opener") is None


@pytest.mark.exhaustive
def test_the_inbox_is_not_shown_under_a_name_that_means_this_machine_only_now(
    sandbox: Sandbox, send: Send, any_page: Any
) -> None:
    """By DNS rebinding, a name of another website first means that website, and then this machine."""
    send(subject="Secret")
    for path in ("/inbox/4000001", "/inbox/4000001/connect", "/inbox/api/v1/messages", "/", "/inbox"):
        response = any_page.goto(sandbox.url.replace("127.0.0.1", "rebound.example") + path)
        assert response.status == 403, path
        assert "Secret" not in any_page.content()
        assert sandbox.token not in any_page.content()


@pytest.mark.exhaustive
def test_a_script_under_a_rebound_name_reads_and_changes_nothing(sandbox: Sandbox, send: Send, any_page: Any) -> None:
    """All its requests go to its own origin: no rule of browsers stops them."""
    send(subject="Secret")
    any_page.goto(sandbox.url.replace("127.0.0.1", "rebound.example") + "/inbox")
    told = any_page.evaluate(
        """async ([paths, token]) => {
            const told = [];
            for (const path of paths) for (const method of ["GET", "POST"]) {
                const headers = { "X-Postmark-Server-Token": token, Accept: "application/json" };
                const response = await fetch(path, { method, headers });
                told.push([response.status, await response.text()]);
            }
            return told;
        }""",
        [[*PATHS, "/messages/outbound?count=9&offset=0"], sandbox.token],
    )
    assert {status for status, _ in told} == {403}
    assert "Secret" not in json.dumps(told)
    assert _unchanged(sandbox)
