"""The stream that tells open pages of changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPResponse

import pytest

from emailapi.sandbox import Sandbox
from emailapi.sandbox.inbox.live import MOST_STREAMS

from ...clock import wait_for
from .conftest import Browsing

Send = Callable[..., str]
Opened = tuple[HTTPConnection, HTTPResponse]


@pytest.fixture
def stream(sandbox: Sandbox) -> Iterator[Callable[[], Opened]]:
    """Open a stream, as a page does."""
    with ExitStack() as ending:

        def stream() -> Opened:
            connection = HTTPConnection(sandbox.url.partition("//")[2], timeout=60)
            ending.callback(connection.close)
            connection.request("GET", "/inbox/events")
            return connection, connection.getresponse()

        yield stream


def _revision(response: HTTPResponse) -> bytes:
    return next(line for line in response if line.startswith(b"data:"))


def test_a_change_is_told(stream: Callable[[], Opened], send: Send) -> None:
    _, response = stream()
    assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    first = _revision(response)
    send()
    assert _revision(response) != first


def test_eight_streams_are_open_at_a_time_beside_other_requests(
    browsing: Browsing, stream: Callable[[], Opened], send: Send
) -> None:
    opened = [stream() for _ in range(MOST_STREAMS)]
    assert [response.status for _, response in opened] == [200] * 8
    assert stream()[1].status == 204
    send()
    assert browsing.get().status_code == 200
    connection, response = opened[0]
    response.close()
    connection.close()
    tried: list[int] = []
    wait_for(lambda: 200 in tried or tried.append(stream()[1].status))
