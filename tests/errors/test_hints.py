"""Errors of common mistakes tell what to do."""

from __future__ import annotations

import pytest

from emailapi import Client, ConnectionFailed, Email, InvalidEmail, RateLimited, Retry

from ..ports import unused_port


@pytest.mark.parametrize(
    "name, meant",
    [
        ("from", "sender"),
        ("From", "sender"),
        ("from_email", "sender"),
        ("recipients", "to"),
        ("body", "text_body"),
        ("html", "html_body"),
        ("TextBody", "text_body"),
        ("ReplyTo", "reply_to"),
        ("MessageStream", "message_stream"),
        ("txt_body", "text_body"),
    ],
)
def test_a_field_under_the_name_of_another_library_is_told_its_name_here(name, meant):
    with Client.in_memory() as client, pytest.raises(InvalidEmail, match=f"did you mean '{meant}'") as caught:
        client.outbound.send({name: "x"})
    assert caught.value.field == name


def test_an_attachment_of_a_field_that_has_none_is_not_suggested_the_field_of_another_record():
    with pytest.raises(InvalidEmail, match="unknown field 'from'; known: name, "):
        Email(to="a@example.com", attachments=[{"from": "x"}])


@pytest.mark.parametrize("given", ["Doe, Jane <jane@example.com>", "a@example.com, Doe, Jane <jane@example.com>"])
def test_a_name_with_a_comma_is_told_to_be_quoted(given):
    with pytest.raises(InvalidEmail, match="'Doe' is not a valid email address; put a name with a comma in double quo"):
        Email(to=given)


def test_a_path_among_the_attachments_is_told_to_use_from_path():
    with pytest.raises(InvalidEmail, match="got str: use Attachment.from_path for a file"):
        Email(to="a@example.com", attachments=["report.pdf"])


def test_a_refused_connection_tells_to_check_base_url():
    url = f"http://127.0.0.1:{unused_port()}"
    with Client("token", base_url=url, retry=Retry(attempts=1)) as client, pytest.raises(ConnectionFailed) as caught:
        client.server.get()
    assert "connection refused: check base_url, and whether the server runs" in str(caught.value)


def test_a_rate_limit_tells_how_long_to_wait():
    error = RateLimited("Too many requests", status=429, retry_after=30.0)
    assert str(error) == "Too many requests (HTTP 429, retry after 30 s)"
