"""The page of requests: what came by SMTP stands there like what came by the API."""

from __future__ import annotations

import re
import smtplib
from typing import Any

import pytest

from emailapi.sandbox import Sandbox
from emailapi.sandbox.smtp.desk import Submission

from .conftest import words

MESSAGE = (
    b"From: Shop <shop@example.com>\r\nTo: dana@example.com\r\nSubject: Hello\r\n"
    b"X-Api-Token: 1234\r\n 5678\r\n\r\nGood <b>morning</b>\r\n"
)


def _send(sandbox: Sandbox, message: bytes = MESSAGE, recipient: str = "dana@example.com") -> None:
    with smtplib.SMTP(sandbox.smtp_host, sandbox.smtp_port, local_hostname="here", timeout=60) as smtp:
        smtp.login(sandbox.token, sandbox.token)
        smtp.sendmail("shop@example.com", [recipient, "kim@example.com"], message)


def _first(browsing: Any, sandbox: Sandbox) -> str:
    return words(browsing.get(f"/requests/{len(sandbox.requests())}").text)


def test_an_email_by_smtp_is_shown_with_its_addresses(browsing: Any, sandbox: Sandbox) -> None:
    _send(sandbox)
    (request,) = sandbox.requests()
    head = "MAIL FROM:<shop@example.com>\r\nRCPT TO:<dana@example.com>\r\nRCPT TO:<kim@example.com>\r\nDATA\r\n"
    assert request.body == head + MESSAGE.decode().replace(" 1234\r\n 5678", " ***")
    assert request.body_size == len(head) + len(MESSAGE)
    text = _first(browsing, sandbox)
    assert "Addresses and message MAIL FROM:<shop@example.com>" in text
    assert "Good <b>morning</b>" in text
    assert "5678" not in text
    assert sandbox.messages()[0].message_id in text


def test_of_a_long_email_by_smtp_the_beginning_is_kept(browsing: Any, sandbox: Sandbox) -> None:
    _send(sandbox, MESSAGE + (b"x" * 70 + b"\r\n") * 300)
    (request,) = sandbox.requests()
    assert len(request.body) < 10_000
    assert f"{request.body_size - 10_000:,} further bytes were not kept." in _first(browsing, sandbox)


def test_an_email_that_a_fault_rejects_by_smtp_is_shown(browsing: Any, sandbox: Sandbox) -> None:
    with sandbox.faults.reject("451 4.7.1 Try later", at="data"), pytest.raises(smtplib.SMTPDataError):
        _send(sandbox)
    with sandbox.faults.fail(status=503, via="smtp"), pytest.raises(smtplib.SMTPDataError):
        _send(sandbox)
    assert "Good <b>morning</b>" in _first(browsing, sandbox)


def test_each_reply_that_rejects_by_smtp_is_listed(browsing: Any, sandbox: Sandbox) -> None:
    with smtplib.SMTP(sandbox.smtp_host, sandbox.smtp_port, timeout=60) as smtp:
        smtp.login(sandbox.token, sandbox.token)
        smtp.mail("shop@example.com")
        assert smtp.rcpt("nobody")[0] == 553
        for number in range(200):
            smtp.rcpt(f"r{number}@example.com")
        assert smtp.rcpt("last@example.com")[0] == 452
    text = words(browsing.get("/requests", rejected="1").text)
    assert "553 5.1.3 The recipient is not an address" in text
    assert "452 4.5.3 Too many recipients: the limit is 200" in text


def test_no_more_of_a_message_is_copied_than_is_kept() -> None:
    size, kept = Submission(sender="", recipients=("a@b",), content=b"x" * 1_000).transcript(50)
    assert (size, kept) == (1_035, b"MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n" + b"x" * 15)


@pytest.mark.costly
def test_the_list_of_requests_is_short_and_leads_to_all_of_them(browsing: Any, api: Any) -> None:
    for number in range(101):
        api.get(f"/nothing/{number}", x="y" * 3_000 * (number % 2))
    api.accepted(TextBody="x" * 9_000)
    page = browsing.get("/requests")
    assert len(page.content) < 200_000
    assert "Requests 1 to 100 of 102 are shown. Further" in words(page.text)
    assert re.search(r'href="/inbox/4000001/requests/102#curl" aria-label="As curl, on the page', page.text)
    assert "Copy as curl" in page.text
    assert "/nothing/0" in words(browsing.get("/requests", rejected="1", **{"from": "101"}).text)
