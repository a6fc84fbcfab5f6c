"""No traceback with local variables shows the login of an SMTP server."""

from __future__ import annotations

import traceback

import pytest

from emailapi import Email, EmailAPIError, LMTPTransport, SMTPTransport
from emailapi.transports.smtp import send

from ...ports import unused_port

EMAIL = Email(sender="shop@example.com", to="ada@example.com", subject="Hi", text_body="Hello")
SECRET = "hunter22"
WRONG = {
    "no user name": {"password": SECRET},
    "a character": {"username": "shop", "password": SECRET + "\0"},
    "bytes": {"username": "shop", "password": SECRET.encode()},
    "a list": {"username": "shop", "password": [SECRET]},
    "a misspelt name": {"username": "shop", "passwrd": SECRET},
    "the name of another library": {"user": "shop", "pass_": SECRET},
    "a misspelt mode": {"username": "shop", "password": SECRET, "tls": "implict"},
    "a missing file": {"username": "shop", "password": SECRET, "cert_bundle": "missing.pem"},
    "two logins": {"username": "shop", "password": SECRET, "oauth_token_generator": str},
}
CALLS = {
    "SMTPTransport": lambda options: SMTPTransport("localhost", 2525, **options),
    "LMTPTransport": lambda options: LMTPTransport("localhost", 2525, **options),
    "send": lambda options: send(EMAIL, hostname="localhost", port=2525, **options),
}


def check_no_frame_shows_the_secret(error: BaseException) -> None:
    called = error.__traceback__.tb_next.tb_next  # after the frames of the test
    frames = [frame for frame, _ in traceback.walk_tb(called)]
    assert SECRET not in str(error) + repr([frame.f_locals for frame in frames])


@pytest.mark.parametrize("options", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_no_frame_of_an_invalid_option_shows_the_password(call, options):
    with pytest.raises((EmailAPIError, TypeError)) as caught:
        call(options)
    check_no_frame_shows_the_secret(caught.value)


@pytest.mark.costly
def test_no_frame_of_a_failed_send_shows_the_password():
    with pytest.raises(EmailAPIError) as caught:
        send(EMAIL, hostname="localhost", port=unused_port(), username="shop", password="".join(SECRET))
    check_no_frame_shows_the_secret(caught.value)
