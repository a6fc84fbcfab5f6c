"""The body of a response: within its limits of size and time, however it is compressed."""

from __future__ import annotations

import gzip
import itertools
import time
import tracemalloc
import zlib

import pytest
import requests

from emailapi import DeadlineExceeded, DeliveryUnknown, Email, InvalidRequest, InvalidResponse

from ..faults.modes import CHUNKED, Mode
from ..faults.service import Service

EMAIL = Email(sender="us@example.com", to="you@example.com", subject="Hello", text_body="Hi")
MEGABYTE = 1_000_000


@pytest.fixture(params=[False, True], ids=["ours", "a session of the user's"])
def session(request):
    """Give what to send by: nothing of the user's, or a session."""
    with requests.Session() as session:
        yield session if request.param else None


def bomb(size, codings):
    """Return so many zeros compressed, by each of these in turn."""
    made = b""
    for number, coding in enumerate(codings.split(", ")):
        pack = zlib.compressobj(1, zlib.DEFLATED, 31 if coding == "gzip" else 15)
        if number:
            made = pack.compress(made) + pack.flush()
        else:
            made = b"".join([*(pack.compress(bytes(MEGABYTE)) for _ in range(size // MEGABYTE)), pack.flush()])
    return made


@pytest.fixture(scope="module")
def bombs():
    """Return what is 80 MB when it is decompressed."""
    return {codings: bomb(80 * MEGABYTE, codings) for codings in ("gzip", "deflate", "gzip, gzip", "gzip, deflate")}


def peak_of(call):
    """Make a call, and return how many bytes it held at most."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize("codings", ["gzip", "deflate", "gzip, gzip", "gzip, deflate"])
def test_a_response_that_exceeds_the_limit_when_decompressed_is_rejected(
    codings, serve, connect, reply, bombs, session
):
    peer = serve(reply(bombs[codings], Content_Encoding=codings))
    client = connect(peer.url, session=session)

    def send():
        with pytest.raises(DeliveryUnknown, match="larger than 1 MB"):
            client.outbound.send(EMAIL)

    def read():
        with pytest.raises(InvalidResponse, match="larger than 64 MB"):
            client.messages.get("1")

    assert peak_of(send) < 8 * MEGABYTE
    assert peak_of(read) < 150 * MEGABYTE
    assert len(peer.seen) == 2, "what is too large once is not asked for again"


@pytest.mark.costly
@pytest.mark.parametrize("status, error", [(422, InvalidRequest), (500, DeliveryUnknown)])
def test_a_status_counts_although_its_body_is_too_large(status, error, serve, connect, reply, bombs, session):
    peer = serve(reply(bombs["gzip"], status, Content_Encoding="gzip"))
    with pytest.raises(error) as caught:
        connect(peer.url, session=session).outbound.send(EMAIL)
    assert caught.value.status == status


def test_a_response_with_a_content_length_over_the_limit_is_not_read(serve, connect, session):
    peer = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n" + bytes(2 * MEGABYTE))
    began = time.monotonic()
    with pytest.raises(DeliveryUnknown, match="larger than 1 MB"):
        connect(peer.url, session=session, timeout=60, deadline=60).outbound.send(EMAIL)
    assert time.monotonic() - began < 30


@pytest.mark.costly
def test_the_request_after_a_too_large_response_gets_its_own_response(serve, connect, reply, accepted, bombs, session):
    peer = serve(reply(bombs["gzip"], Content_Encoding="gzip"), accepted)
    client = connect(peer.url, session=session)
    with pytest.raises(DeliveryUnknown):
        client.outbound.send(EMAIL)
    assert client.outbound.send(EMAIL).message == "Hello"
    assert peer.connections == 2


@pytest.mark.slow
def test_a_response_below_the_limit_is_read(serve, connect, reply, session):
    body = b'{"Body": "' + b"x" * (63 * MEGABYTE) + b'"}'
    peer = serve(reply(gzip.compress(body, 1), Content_Encoding="gzip"), reply(body))
    client = connect(peer.url, session=session)
    for _ in range(2):
        assert len(client.messages.dump("1")) == 63 * MEGABYTE


@pytest.mark.slow
def test_the_response_to_a_full_batch_fits(serve, connect, reply, session):
    """500 emails of 50 recipients each, whose every one is rejected with a message that names all of them."""
    to = [f"{'r' * 40}{number}@{'d' * 40}.example.com" for number in range(50)]
    emails = [Email(sender="us@example.com", to=to, subject="s", text_body="x") for _ in range(500)]
    item = {"ErrorCode": 300, "Message": "Found: " + ", ".join(to) + "; " + ", ".join(to), "To": ", ".join(to)}
    peer = serve(reply([item] * 500))
    result = connect(peer.url, session=session, retry=None).outbound.send_batch(emails)
    assert {error.code for error in result.failed} == {300}


SMALL = b'{"Body": "source"}'
RAW = zlib.compressobj(9, zlib.DEFLATED, -15)
CODED = {
    "gzip": gzip.compress(SMALL),
    "x-gzip": gzip.compress(SMALL),
    "GZIP": gzip.compress(SMALL),
    "deflate": RAW.compress(SMALL) + RAW.flush(),
    "gzip, gzip": gzip.compress(gzip.compress(SMALL)),
    "deflate, gzip": gzip.compress(zlib.compress(SMALL)),
    "identity": SMALL,
    "gzip,": gzip.compress(SMALL[:5]) + gzip.compress(SMALL[5:]),
    "gzip, identity": gzip.compress(SMALL) + b"\0\0",
}


@pytest.mark.parametrize("coding", CODED)
def test_every_requested_content_encoding_is_decoded(coding, serve, connect, reply, session):
    peer = serve(reply(CODED[coding], Content_Encoding=coding))
    assert connect(peer.url, session=session).messages.dump("1") == "source"


UNREADABLE = {
    "br": b"\x8b\x08\x80source\x03",
    "zstd": b"(\xb5/\xfd source",
    "gzip": gzip.compress(SMALL)[:-9],
    "deflate": b"\xff" * 9,
    "gzip, gzip": gzip.compress(SMALL),
    "gzip, gzip, gzip, gzip, gzip, gzip": SMALL,
}


@pytest.mark.parametrize("coding", UNREADABLE)
def test_an_unknown_content_encoding_is_an_invalid_response(coding, serve, connect, reply, session):
    peer = serve(reply(UNREADABLE[coding], Content_Encoding=coding))
    client = connect(peer.url, session=session)
    with pytest.raises(InvalidResponse, match=coding.split(",")[0]):
        client.messages.dump("1")
    with pytest.raises(DeliveryUnknown):
        client.outbound.send(EMAIL)


def endlessly(chunk, pause, clock=None):
    """Respond with chunks that never end; the third comes after the deadline."""

    def act(exchange):
        exchange.send(CHUNKED)
        for number in itertools.count():
            if clock is not None and number == 2:
                clock.advance(99.0)
            exchange.send(chunk)
            if exchange.service.stopping.wait(pause):
                return

    return Mode("endless", "eaten", act)


@pytest.fixture
def endless():
    """Start services that never end their responses."""
    services = []

    def start(*args):
        services.append(Service([endlessly(*args)] * 2))
        return services[-1]

    yield start
    for service in services:
        service.close()


@pytest.mark.parametrize("chunk", [b"1\r\nx\r\n", b"1000\r\n%b\r\n" % bytes(4096)], ids=["small", "large"])
def test_an_endless_chunked_response_ends_with_the_deadline(chunk, endless, connect, clock, session):
    client = connect(endless(chunk, 0.002, clock).url, session=session)
    for call, error in ((lambda: client.messages.get("1"), DeadlineExceeded), (send_to(client), DeliveryUnknown)):
        with pytest.raises(error, match="deadline|no response within"):
            call()


def send_to(client):
    """Return a call that sends."""
    return lambda: client.outbound.send(EMAIL)


@pytest.mark.costly
def test_a_fast_endless_chunked_response_ends_with_the_limit(endless, connect, session):
    chunk = b"10000\r\n%b\r\n" % bytes(65536)
    client = connect(endless(chunk, 0).url, session=session, deadline=300)
    with pytest.raises(InvalidResponse, match="64 MB"):
        client.messages.get("1")
    with pytest.raises(DeliveryUnknown, match="1 MB"):
        client.outbound.send(EMAIL)


def test_a_hook_of_a_session_may_have_read_the_response(serve, connect, accepted):
    seen = []
    with requests.Session() as session:
        session.hooks["response"] = lambda response, **_: seen.append(response.json()["Message"])
        assert connect(serve(accepted).url, session=session).outbound.send(EMAIL).message == "Hello"
    assert seen == ["Hello"]


def test_connections_of_a_session_are_reused(serve, connect, accepted):
    peer = serve(accepted)
    with requests.Session() as session:
        client = connect(peer.url, session=session)
        for _ in range(5):
            client.outbound.send(EMAIL)
            client.messages.get("1")
    assert (len(peer.seen), peer.connections) == (10, 1)
