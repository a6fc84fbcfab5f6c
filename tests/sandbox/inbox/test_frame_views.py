"""The addresses of frames: an email as one recipient gets it, and its images."""

from __future__ import annotations

import base64
import re
from html import unescape
from typing import Any

import pytest

from emailapi.sandbox import Sandbox

_CONTENT = base64.b64encode(b"content").decode()


def _file(content_type: str, content_id: str = "a") -> dict[str, str]:
    return {"Name": "a.x", "Content": _CONTENT, "ContentType": content_type, "ContentID": f"cid:{content_id}"}


def _frame(browsing: Any, message: str, **query: str) -> str:
    """Return the address of the frame on a message's page."""
    page = browsing.get(f"/m/{message}", **query).text
    found = re.search(r'<iframe[^>]* src="([^"]*)"', page)
    assert found is not None
    return str(browsing.origin + unescape(found[1]))


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp", "avif", "svg+xml"])
def test_an_image_of_an_email_is_served_isolated(browsing: Any, api: Any, kind: str) -> None:
    message = api.accepted(HtmlBody="<img src=cid:a>", Attachments=[_file(f"image/{kind}; name=x")])
    frame = _frame(browsing, message)
    source = re.search(r"<img src=(/\S*/cid/0)>", browsing.session.get(frame).text)
    assert source is not None
    response = browsing.session.get(browsing.origin + source[1])
    assert (response.content, response.headers["Content-Type"]) == (b"content", f"image/{kind}")
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "kind", ["text/html", "application/xhtml+xml", "text/xml", "application/pdf", "text/javascript"]
)
def test_a_file_of_another_type_is_never_served_as_an_image(browsing: Any, api: Any, kind: str) -> None:
    message = api.accepted(HtmlBody="<img src=cid:a>", Attachments=[_file(kind)])
    frame = _frame(browsing, message)
    assert browsing.session.get(frame.partition("/html")[0] + "/cid/0").status_code == 404


def test_an_id_is_found_however_it_is_spelt(browsing: Any, api: Any) -> None:
    message = api.accepted(HtmlBody="<img src='cid:a%40b'><img src='CID:a@b'>", Attachments=[_file("image/png", "a@b")])
    assert browsing.session.get(_frame(browsing, message)).text.count("/cid/0") == 2


def test_links_and_the_image_are_those_of_the_chosen_recipient(browsing: Any, sandbox: Sandbox, api: Any) -> None:
    message = api.accepted(
        To="a@example.com, b@example.com",
        HtmlBody='<a href="https://x.example/">x</a>',
        TrackOpens=True,
        TrackLinks="HtmlOnly",
    )
    html = browsing.session.get(_frame(browsing, message, **{"for": "b@example.com"})).text
    image = re.search(r'<img src="([^"]*/o/[^"]*)"', html)
    link = re.search(r'<a href="([^"]*/c/[^"]*)"', html)
    assert image is not None
    assert link is not None
    browsing.session.get(image[1])
    browsing.session.get(link[1], allow_redirects=False)
    happened = [(str(each.type), each.recipient) for each in sandbox.messages()[0].events[-2:]]
    assert happened == [("Opened", "b@example.com"), ("LinkClicked", "b@example.com")]


def test_a_look_that_does_not_count_has_no_image(browsing: Any, api: Any) -> None:
    message = api.accepted(HtmlBody="<p>x", TrackOpens=True)
    assert "/o/" in browsing.session.get(_frame(browsing, message)).text
    assert "/o/" not in browsing.session.get(_frame(browsing, message, count="0")).text


@pytest.mark.parametrize("path", ["html", "cid/0", "template"])
@pytest.mark.parametrize("capability", ["x", "A" * 40, "%00", "é"])
def test_a_guessed_address_shows_nothing(browsing: Any, capability: str, path: str) -> None:
    assert browsing.session.get(f"{browsing.url}/frame/{capability}/{path}").status_code in (400, 404)


def test_the_frame_of_a_deleted_message_is_gone(browsing: Any, api: Any) -> None:
    message = api.accepted(HtmlBody="<p>x")
    frame = _frame(browsing, message)
    browsing.post(f"/m/{message}/delete")
    assert browsing.session.get(frame).status_code == 404


def test_a_foreign_host_name_is_rejected(browsing: Any, api: Any) -> None:
    frame = _frame(browsing, api.accepted(HtmlBody="<p>x"))
    assert browsing.session.get(frame, headers={"Host": "evil.example"}).status_code == 403
