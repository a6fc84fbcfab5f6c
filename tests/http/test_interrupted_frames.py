"""An exception of a signal handler at any moment of a send: no frame that it passes shows the email or the token."""

from __future__ import annotations

import contextlib
import gc
import http.client
import socket
import ssl
from collections.abc import Iterable
from pathlib import Path
from traceback import walk_tb

import pytest
import urllib3

from emailapi import Client, Email, EmailAPIError, Retry, _signals
from emailapi._delivery import interruptions
from emailapi._http import errors
from emailapi.transports.api import payload
from emailapi.wire import json_text

from ..moments import PACKAGE, Moments, TimeLimit

pytestmark = [
    pytest.mark.slow,
    # A response that is interrupted keeps its socket until it is collected, at the end of `shown_at`.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

FILES = (PACKAGE, str(Path(urllib3.__file__).parent), ssl.__file__, http.client.__file__, socket.__file__)
EMAIL = Email(
    sender="a@example.com", to="b@example.com", subject="Hi", text_body="a private text", idempotency_key="key-1"
)
# Before a request there is only the caller's own email.
ENCODING = {payload.__file__, json_text.__file__}
# They clear the frames themselves.
CLEARING = {
    (errors.__file__, "close_sockets"),
    *((interruptions.__file__, name) for name in ("clear_frames", "_contexts")),
    *((_signals.__file__, name) for name in ("causes", "_wrapped")),
}
STEP = 6


def _repr(value: object) -> str:
    with contextlib.suppress(AttributeError):  # an object that was being made
        return repr(value)
    return ""


def shown(error: BaseException | None, secrets: tuple[str, ...]) -> list[str]:
    """Return the local variables of an exception's frames, but those of the test, that show a secret."""
    found = []
    while error is not None:
        for frame, _ in walk_tb(error.__traceback__):
            if "/tests/" not in frame.f_code.co_filename and frame.f_code.co_filename not in ENCODING:
                for name, value in [*frame.f_locals.items()]:
                    if any(secret in _repr(value) for secret in secrets):
                        found.append(f"{frame.f_code.co_qualname}: {name}")
        error = error.__cause__ or error.__context__
    return found


def shown_at(url: str, token: str, files: tuple[str, ...], numbers: Iterable[int]) -> dict[int, list[str]]:
    """Send an email from a new client at each moment, as long as there is one; return what frames show."""
    found: dict[int, list[str]] = {}
    for number in numbers:
        moments = Moments(number, files, CLEARING)
        with Client(token, base_url=url, retry=Retry(attempts=1), reconcile=False) as client:
            try:
                moments.run(lambda client=client: client.outbound.send(EMAIL))
            except (TimeLimit, EmailAPIError) as error:  # an exception in a finalizer only closes a connection
                found[number] = shown(error, ("a private text", token))
        if not moments.raised:
            break
    gc.collect()
    return found


@pytest.mark.exhaustive(cases=1)
@pytest.mark.parametrize("offset", [0, 3])
def test_no_frame_shows_the_email_or_the_token(offset, serve, accepted, tls, ca_file, monkeypatch, token):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_file)
    peer = serve(accepted, tls=tls())
    found = shown_at(peer.url, token, FILES, range(offset, 10_000, STEP))
    assert len(found) > 30
    assert {moment: names for moment, names in found.items() if names} == {}


@pytest.mark.exhaustive
def test_no_frame_shows_the_email_when_a_signal_interrupts_the_conversion_of_a_failure(serve, token):
    peer = serve("close")
    found = shown_at(peer.url, token, (errors.__file__,), range(10_000))
    assert len(found) > 20
    assert {moment: names for moment, names in found.items() if names} == {}
