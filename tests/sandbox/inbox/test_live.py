"""The stream that tells open pages of changes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import pytest
import requests

from emailapi.sandbox.inbox.live import MOST_STREAMS

from ...clock import wait_for
from .conftest import Browsing

Send = Callable[..., str]


@pytest.fixture
def stream(browsing: Browsing) -> Callable[[ExitStack], requests.Response]:
    """Open a stream, until the stack ends."""

    def stream(ending: ExitStack) -> requests.Response:
        response = browsing.session.get(f"{browsing.url}/events", stream=True, timeout=60)
        ending.callback(response.close)
        return response

    return stream


def _revision(lines: object) -> str:
    return next(line for line in lines if line.startswith("data:"))  # type: ignore[attr-defined]


def test_a_change_is_told(stream: Callable[[ExitStack], requests.Response], send: Send) -> None:
    with ExitStack() as ending:
        response = stream(ending)
        assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        lines = response.iter_lines(chunk_size=1, decode_unicode=True)
        first = _revision(lines)
        send()
        assert _revision(lines) != first


def test_eight_streams_are_open_at_a_time_and_requests_are_answered_beside_them(
    browsing: Browsing, stream: Callable[[ExitStack], requests.Response], send: Send
) -> None:
    with ExitStack() as ending:
        opened = [stream(ending) for _ in range(MOST_STREAMS)]
        assert [response.status_code for response in opened] == [200] * 8
        assert stream(ending).status_code == 204
        send()
        assert browsing.get().status_code == 200
        opened[0].close()
        wait_for(lambda: stream(ending).status_code == 200)
