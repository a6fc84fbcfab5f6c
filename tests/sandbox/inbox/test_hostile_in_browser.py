"""Hostile emails in Chromium: nothing of them runs, loads anything, or gets out of its frame."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

from emailapi.sandbox import Sandbox

pytestmark = pytest.mark.slow

_PNG = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db0"
        "0000000049454e44ae426082"
    )
).decode()
_HOSTILE = """<!doctype html><html><head><base href="REMOTE/base/">
<meta http-equiv="refresh" content="0;url=REMOTE/refresh">
<link rel="stylesheet" href="REMOTE/css"><link rel="preload" as="image" href="REMOTE/preload">
<link rel="prefetch" href="REMOTE/prefetch">
<style>@import url(REMOTE/import); @font-face { font-family: x; src: url(REMOTE/font) }
body { font-family: x; background: url(REMOTE/background) }</style></head><body>
<script>fetch("REMOTE/script"); parent.document.title = "taken"; top.location = "REMOTE/top"</script>
<img src="x" onerror="fetch('REMOTE/onerror')"><img src="REMOTE/image"><img srcset="REMOTE/srcset 2x">
<picture><source srcset="REMOTE/picture"><img></picture>
<video poster="REMOTE/poster" src="REMOTE/video" autoplay></video>
<iframe src="REMOTE/iframe"></iframe><iframe src="OWN/inbox"></iframe>
<iframe srcdoc="<script>top.x=1</script>"></iframe>
<object data="REMOTE/object"></object><embed src="REMOTE/embed">
<table background="REMOTE/table"><tr><td>x</td></tr></table>
<svg><image href="REMOTE/svg"/><script>fetch("REMOTE/svgscript")</script></svg>
<input type="image" src="REMOTE/input">
<img src="OWN/inbox/4000001/m/latest/raw"><img src="OWN/inbox/api/v1/messages"><img src="cid:logo" id="logo">
<form id="form" action="REMOTE/form" method="post"><button id="submit">Send</button></form>
<a id="script" href="javascript:top.document.title='taken'">script</a>
<a id="data" href="data:text/html,<script>top.document.title='taken'</script>">data</a>
<a id="top" target="_top" href="REMOTE/top" ping="REMOTE/ping">top</a></body></html>"""


class Remote:
    """A server that is not the sandbox, and the paths that it was asked for."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        remote = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                remote.paths.append(self.path)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_POST = do_GET  # noqa: N815

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def remote() -> Iterator[Remote]:
    server = Remote()
    yield server
    server.close()


@pytest.fixture
def own_page(chromium: Any) -> Iterator[Any]:
    """A page that nothing hostile was in before; its console may show what a policy has blocked."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def _message_page(sandbox: Sandbox, message: str, **query: str) -> str:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"{sandbox.url}/inbox/4000001/m/{message}?{asked}"


def _send_hostile(sandbox: Sandbox, api: Any, remote: Remote) -> str:
    html = _HOSTILE.replace("REMOTE", remote.url).replace("OWN", sandbox.url)
    logo = {"Name": "logo.png", "Content": _PNG, "ContentType": "image/png", "ContentID": "cid:logo"}
    return str(api.accepted(HtmlBody=html, Attachments=[logo], TrackOpens=True, Subject="Hostile"))


def test_a_hostile_email_runs_nothing_and_loads_nothing_but_its_own_files(
    sandbox: Sandbox, api: Any, remote: Remote, own_page: Any
) -> None:
    message = _send_hostile(sandbox, api, remote)
    asked: list[str] = []
    own_page.on("response", lambda response: asked.append(urlsplit(response.url).path))
    own_page.goto(_message_page(sandbox, message))
    frame = own_page.frame_locator("iframe[title='The email as HTML']")
    frame.locator("#top").wait_for()
    own_page.wait_for_load_state()
    assert frame.locator("#logo").evaluate("image => image.naturalWidth") == 1
    assert remote.paths == []
    assert own_page.title() == "Hostile · Sandbox"
    own = {path.split("/")[1 if path.startswith("/o/") else 2] for path in asked}
    assert own == {"4000001", "events", "static", "frame", "o"}
    assert [str(event.type) for event in sandbox.messages()[0].events].count("Opened") == 1


@pytest.mark.exhaustive
def test_a_click_on_what_is_hostile_does_nothing(sandbox: Sandbox, api: Any, remote: Remote, own_page: Any) -> None:
    own_page.goto(_message_page(sandbox, _send_hostile(sandbox, api, remote)))
    frame = own_page.frame_locator("iframe[title='The email as HTML']")
    for link in ("script", "data", "submit"):
        frame.locator(f"#{link}").click(force=True)
        own_page.wait_for_timeout(500)
        assert own_page.title() == "Hostile · Sandbox", link
        assert remote.paths == [], link


@pytest.mark.exhaustive
def test_a_link_to_the_top_window_opens_a_tab_that_cannot_reach_back(
    sandbox: Sandbox, api: Any, remote: Remote, own_page: Any
) -> None:
    own_page.goto(_message_page(sandbox, _send_hostile(sandbox, api, remote)))
    frame = own_page.frame_locator("iframe[title='The email as HTML']")
    with own_page.expect_popup() as opened:
        frame.locator("#top").click(force=True)
    opened.value.wait_for_load_state()
    assert opened.value.url == f"{remote.url}/top"
    assert opened.value.evaluate("window.opener") is None
    assert own_page.title() == "Hostile · Sandbox"


@pytest.mark.exhaustive
def test_the_frame_opened_by_itself_is_as_safe(sandbox: Sandbox, api: Any, remote: Remote, own_page: Any) -> None:
    own_page.goto(_message_page(sandbox, _send_hostile(sandbox, api, remote)))
    address = own_page.locator("iframe[title='The email as HTML']").get_attribute("src")
    own_page.goto(sandbox.url + address)
    own_page.wait_for_load_state("networkidle")
    assert remote.paths == []
    assert urlsplit(own_page.url).path == urlsplit(address).path


@pytest.mark.exhaustive(cases=1)
@pytest.mark.parametrize("scheme, colour", [("light", "rgb(255, 255, 255)"), ("dark", "rgb(1, 2, 3)")])
def test_the_asked_colour_scheme_shows_whatever_the_system_prefers(
    sandbox: Sandbox, api: Any, own_page: Any, scheme: str, colour: str
) -> None:
    html = (
        '<meta name="color-scheme" content="light dark"><style>:root{color-scheme:light dark}body{background:#fff}'
        "@media (prefers-color-scheme: dark){body{background:rgb(1,2,3)}}</style><p id=text>x"
    )
    message = api.accepted(HtmlBody=html)
    for system in ("light", "dark"):
        own_page.emulate_media(color_scheme=system)
        own_page.goto(_message_page(sandbox, message, scheme=scheme))
        text = own_page.frame_locator("iframe").locator("#text")
        assert text.evaluate("text => getComputedStyle(document.body).backgroundColor") == colour
        ink = text.evaluate("text => getComputedStyle(text).color")
        assert (ink == "rgb(0, 0, 0)") == (scheme == "light")


_NAMES = [
    "../../../etc/passwd",
    "C:\\windows\\x.html",
    "a\u202egnp.html",
    'x"; filename="y.txt',
    "<img src=x onerror=alert(1)>",
]


@pytest.mark.exhaustive
def test_a_file_is_downloaded_under_a_harmless_name(sandbox: Sandbox, api: Any, own_page: Any) -> None:
    script = base64.b64encode(b"<script>document.title='taken'</script>").decode()
    files = [{"Name": name, "Content": script, "ContentType": "text/html"} for name in _NAMES]
    own_page.goto(_message_page(sandbox, api.accepted(Attachments=files), tab="attachments"))
    for number in range(len(_NAMES)):
        with own_page.expect_download() as downloaded:
            own_page.locator("#view table a").nth(number).click()
        name = downloaded.value.suggested_filename
        assert not set('/\\"\u202e<>') & set(name)
        assert not name.startswith(".")
        assert own_page.title() != "taken"


@pytest.mark.exhaustive
def test_an_svg_that_holds_a_script_runs_nothing(sandbox: Sandbox, api: Any, own_page: Any) -> None:
    svg = base64.b64encode(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>document.documentElement.id="taken"'
        b"</script></svg>"
    ).decode()
    file = {"Name": "a.svg", "Content": svg, "ContentType": "image/svg+xml", "ContentID": "cid:a"}
    message = api.accepted(HtmlBody="<img id=image src=cid:a>", Attachments=[file])
    own_page.goto(_message_page(sandbox, message))
    image = own_page.frame_locator("iframe").locator("#image")
    assert image.evaluate("image => image.naturalWidth") == 9
    own_page.goto(image.evaluate("image => image.src"))
    assert own_page.evaluate("document.documentElement.id") == ""


# Overrides the direction, and opens one that is never closed.
_OPEN = "\u202egpj.exe \u2066x"
_INSIDE = """outer => {
    const range = document.createRange();
    range.selectNodeContents(outer);
    const [box] = outer.getClientRects();
    return [...range.getClientRects()].every(one => one.left >= box.left - 1 && one.right <= box.right + 1)
        && outer.getClientRects().length == 1;
}"""


def test_a_direction_that_is_never_closed_ends_with_its_text(sandbox: Sandbox, api: Any, own_page: Any) -> None:
    message = api.accepted(Subject=f"invoice{_OPEN}", From=f"Shop{_OPEN} <shop@example.com>", TextBody="Hello")
    own_page.goto(sandbox.inbox_url)
    subject, snippet = own_page.locator(".row .sub strong"), own_page.locator(".row .sub .snippet")
    assert subject.evaluate(_INSIDE)
    assert subject.evaluate("one => one.getBoundingClientRect().right") <= snippet.bounding_box()["x"]
    own_page.goto(_message_page(sandbox, message))
    assert own_page.locator(".facts bdi").first.evaluate(_INSIDE)


@pytest.mark.exhaustive
def test_huge_headers_and_bodies_are_shown_in_part(sandbox: Sandbox, api: Any, own_page: Any) -> None:
    message = api.accepted(
        Headers=[{"Name": f"X-Header-{number}", "Value": "<script>1</script>" + "x" * 900} for number in range(100)],
        HtmlBody="<p>" + "<b>x</b>\n" * 20_000,
        Subject="y" * 1900,
    )
    for tab in ("headers", "html", "raw", "json", "text", "checks", "links"):
        own_page.goto(_message_page(sandbox, message, tab=tab))
        assert own_page.locator(".msg h1").inner_text() == "y" * 1900
        assert own_page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.exhaustive
def test_a_message_of_many_nested_parts_is_shown(sandbox: Sandbox, api: Any, own_page: Any) -> None:
    depth = 45
    lines = ["From: a@example.com", "To: in@example.com", "Subject: Deep", "MIME-Version: 1.0"]
    for number in range(depth):
        lines += [f'Content-Type: multipart/mixed; boundary="b{number}"', "", f"--b{number}"]
    lines += ["Content-Type: text/html", "", "<p id=deep>deep</p>"]
    lines += [f"--b{number}--" for number in reversed(range(depth))]
    received = sandbox.receive(raw="\r\n".join(lines).encode())
    own_page.goto(_message_page(sandbox, received.message_id))
    assert own_page.frame_locator("iframe").locator("#deep").inner_text() == "deep"
