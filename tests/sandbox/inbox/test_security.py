"""The inbox is safe from other websites, from other machines, and from the emails that it shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests

from emailapi.sandbox import Sandbox

from .conftest import Browsing
from .test_pages import PATHS

Send = Callable[..., str]
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e../../etc/passwd'


@pytest.mark.parametrize("path", PATHS)
def test_a_page_runs_no_script_but_its_own(browsing: Browsing, path: str) -> None:
    response = browsing.get(path)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "style=" not in response.text
    assert "<script>" not in response.text
    assert "http://" not in response.text.replace(browsing.origin, "").partition("<main")[0]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_shows_hostile_text_as_text(sandbox: Sandbox, browsing: Browsing, send: Send, path: str) -> None:
    send(subject=HOSTILE, text_body=HOSTILE, tag=HOSTILE[:40])
    browsing.session.get(f"{sandbox.url}/x", params={"<script>alert(1)</script>": HOSTILE}, timeout=60)
    text = browsing.get(path, q=HOSTILE, stream=HOSTILE, said=HOSTILE, tag=HOSTILE).text
    assert "<script>alert" not in text
    assert "<img src=x" not in text


@pytest.mark.parametrize("path", ["", *PATHS, "/../events", "/rows"])
def test_a_page_under_a_foreign_host_name_is_not_shown(sandbox: Sandbox, browsing: Browsing, path: str) -> None:
    response = browsing.session.get(browsing.base + path, headers={"Host": "evil.example:80"}, timeout=60)
    assert response.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize(
    "path", ["/delete", "/lab/faults", "/suppressions/add", "/sample", "/inbound", "/webhooks/new"]
)
def test_another_website_changes_nothing(
    sandbox: Sandbox, browsing: Browsing, send: Send, headers: dict[str, str], path: str
) -> None:
    send()
    response = browsing.session.post(browsing.base + path, data={"q": ""}, headers=headers, timeout=60)
    assert response.status_code == 403
    assert len(sandbox.messages("is:inbound OR to:dana@example.com")) == 1


def test_a_program_without_an_origin_may_post(sandbox: Sandbox, browsing: Browsing) -> None:
    assert browsing.session.post(f"{browsing.base}/sample", timeout=60).status_code == 200
    assert len(sandbox.messages()) == 1


def test_no_request_that_reads_changes_anything(sandbox: Sandbox, browsing: Browsing, send: Send) -> None:
    send()
    for path in ("/delete", "/sample", "/lab/clock", "/inbound"):
        assert browsing.get(path).status_code == 405
    assert len(sandbox.messages()) == 1


@pytest.fixture
def open_sandbox() -> Sandbox:
    """A sandbox that other machines reach."""
    return Sandbox(host="0.0.0.0", allowed_hosts=("127.0.0.1",))


def test_off_loopback_the_inbox_asks_for_its_password(open_sandbox: Sandbox) -> None:
    with open_sandbox as sandbox:
        url = sandbox.url.replace("0.0.0.0", "127.0.0.1")
        session = requests.Session()
        session.trust_env = False
        for path in ("/inbox", "/inbox/4000001", "/inbox/4000001/connect", "/inbox/events"):
            response = session.get(url + path, timeout=60)
            assert response.status_code == 401
            assert sandbox.token not in response.text
        wrong = session.post(f"{url}/inbox/login", data={"password": "x"}, timeout=60)
        assert (wrong.status_code, "not the password" in wrong.text) == (401, True)
        right = session.post(f"{url}/inbox/login", data={"password": sandbox.inbox_password}, timeout=60)
        assert right.url == f"{url}/inbox/4000001"
        (cookie,) = [each for each in session.cookies if each.name.startswith("inbox_session")]
        assert cookie.name.endswith(url.rpartition(":")[2])
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") == "Strict"


def test_five_passwords_a_minute_are_tried(open_sandbox: Sandbox) -> None:
    with open_sandbox as sandbox:
        url = sandbox.url.replace("0.0.0.0", "127.0.0.1")
        codes = [requests.post(f"{url}/inbox/login", data={"password": "x"}, timeout=60).status_code for _ in range(6)]
        assert codes == [401] * 5 + [429]


def test_on_loopback_there_is_no_password(sandbox: Sandbox) -> None:
    assert sandbox.inbox_password == ""
