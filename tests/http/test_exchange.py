"""One request and its response, byte by byte, on real sockets."""

from __future__ import annotations

import gzip
import signal
import zlib

import pytest
import requests

import emailapi
from emailapi import (
    DeliveryUnknown,
    Email,
    EmailAPIError,
    InvalidRequest,
    InvalidResponse,
    NotFound,
    RateLimited,
    ServerError,
)
from emailapi._delivery import Deadline, Kind, Request

from ..clock import wait_for
from ..interrupting import interrupt

EMAIL = Email(sender="us@example.com", to="you@example.com", subject="Hello", text_body="Hi")
OK = {"ErrorCode": 0, "Message": "OK", "MessageID": "0a129aee", "To": "you@example.com"}


def test_a_send_is_a_post_of_json_with_the_token(serve, connect, reply, token):
    peer = serve(reply(OK))
    connect(peer.url).outbound.send(EMAIL)
    (seen,) = peer.seen
    assert (seen.method, seen.target) == ("POST", "/email")
    assert seen.body == b'{"From":"us@example.com","To":"you@example.com","Subject":"Hello","TextBody":"Hi"}'
    assert seen.headers == {
        "Host": f"127.0.0.1:{peer.port}",
        "User-Agent": f"emailapi/{emailapi.__version__} requests/{requests.__version__}",
        "Accept": "application/json",
        "Accept-Encoding": "gzip, deflate",
        "X-Postmark-Server-Token": token,
        "Content-Type": "application/json",
        "Content-Length": str(len(seen.body)),
    }


def test_a_read_is_a_get_without_a_body(serve, connect, reply, token):
    peer = serve(reply({"TotalCount": 0, "Messages": []}))
    connect(peer.url).messages.list(count=2, subject="a&b=c ü", metadata={"user id": "7/8"})
    (seen,) = peer.seen
    assert seen.method == "GET"
    assert seen.target == "/messages/outbound?count=2&offset=0&subject=a%26b%3Dc%20%C3%BC&metadata_user%20id=7%2F8"
    assert seen.headers["X-Postmark-Server-Token"] == token
    assert not {"Content-Type", "Content-Length", "Authorization", "Cookie"} & set(seen.headers)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_write_without_a_body_has_no_content_type(serve, connect, reply, method):
    peer = serve(reply({"Message": "OK"}))
    request = Request(method, "/streams/a", kind=Kind.WRITE)
    assert connect(peer.url)._session.exchange(request, (5, 5), Deadline.after(5)).value == {"Message": "OK"}
    (seen,) = peer.seen
    assert (seen.method, seen.target, seen.body) == (method, "/streams/a", b"")
    assert seen.headers["Content-Length"] == "0"
    assert "Content-Type" not in seen.headers


def test_the_path_of_the_base_url_precedes_that_of_the_request(serve, connect, reply):
    peer = serve(reply(OK))
    connect(f"{peer.url}/mail/v1/").outbound.send(EMAIL)
    assert peer.seen[0].target == "/mail/v1/email"


@pytest.mark.parametrize("id", ["a/b", "a?b", "a#b", "%2e%2e", "../x", "é", "a b"])
def test_an_id_is_one_escaped_segment_of_the_path(serve, connect, reply, id):
    peer = serve(reply({"Body": "x"}))
    connect(peer.url).messages.dump(id)
    target = peer.seen[0].target
    assert target == f"/messages/outbound/{requests.utils.quote(id, safe='')}/dump"


def test_cookies_are_not_sent_back(serve, connect, reply):
    peer = serve(reply(OK, Set_Cookie="who=me; Path=/"))
    client = connect(peer.url)
    for _ in range(2):
        client.outbound.send(EMAIL)
    assert "Cookie" not in peer.seen[1].headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(serve, connect, reply, status):
    """A redirect is a rejection: nothing arrives at the other server, neither the token nor the email."""
    other = serve(reply(OK))
    peer = serve(reply(b"", status, Location=f"{other.url}/email"))
    with pytest.raises(InvalidRequest) as caught:
        connect(peer.url).outbound.send(EMAIL)
    assert (caught.value.status, caught.value.retryable) == (status, False)
    assert (len(peer.seen), other.connections) == (1, 0)


@pytest.mark.parametrize(
    "location, shown",
    [
        ("https://sso.example:8443/login", " to https://sso.example:8443/login"),
        ("https://us:hush@sso.example/login;s=hush?token=hush#hush", " to https://sso.example/login"),
        ("//sso.example/login?hush", " to //sso.example/login"),
        ("/login", " to /login"),
        ("https://sso.example/" + "x" * 9000, f" to https://sso.example/{'x' * 180}"),
        ("https:us:hush@sso.example", ""),
        ("https://[hush", ""),
        ("", ""),
    ],
)
def test_a_redirect_is_named_with_its_target_and_the_remedy(serve, connect, reply, location, shown):
    peer = serve(reply(b"<html>Moved", 302, Location=location))
    with pytest.raises(InvalidRequest) as caught:
        connect(peer.url).outbound.send(EMAIL)
    redirect = f"a redirect{shown}, which is not followed with the token: check base_url"
    assert caught.value.message == f"the service responded with HTTP 302, {redirect}"


CODINGS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "identity": bytes,
}


@pytest.mark.parametrize("coding", CODINGS)
def test_compressed_responses_are_read(serve, connect, reply, coding):
    body = CODINGS[coding](b'{"Body": "source"}')
    peer = serve(reply(body, Content_Encoding=coding))
    assert connect(peer.url).messages.dump("1") == "source"


BROKEN = {
    "no gzip": ({"Content_Encoding": "gzip"}, b'{"MessageID": "1"}'),
    "gzip of no JSON": ({"Content_Encoding": "gzip"}, gzip.compress(b"<html>")),
    "an unknown coding": ({"Content_Encoding": "rot13"}, b"\x8b\x03\x80"),
    "Latin-1": ({"Content_Type": "application/json; charset=utf-8"}, '{"MessageID": "ü"}'.encode("latin-1")),
    "empty": ({}, b""),
    "a number beyond all bounds": ({}, b'{"ErrorCode": ' + b"9" * 5000 + b"}"),
    "nested too deeply": ({}, b"[" * 200_000),
}


@pytest.mark.parametrize("odd", BROKEN)
def test_an_unreadable_response_of_success_leaves_a_send_unknown(serve, connect, reply, odd):
    headers, body = BROKEN[odd]
    peer = serve(reply(body, **headers))
    client = connect(peer.url)
    with pytest.raises(DeliveryUnknown) as unknown:
        client.outbound.send(EMAIL, idempotency_key="key-1")
    assert (unknown.value.status, unknown.value.idempotency_key) == (200, None)
    with pytest.raises(InvalidResponse) as invalid:
        client.messages.dump("1")
    assert (invalid.value.status, invalid.value.may_have_been_sent) == (200, False)
    assert len(peer.seen) == 2


@pytest.mark.parametrize("end", [b"", b"\r\nConnection: close"], ids=["silence", "EOF"])
@pytest.mark.parametrize(
    "status, error", [(422, InvalidRequest), (404, NotFound), (429, RateLimited), (500, DeliveryUnknown)]
)
def test_a_rejection_with_a_truncated_body_is_that_rejection(serve, connect, status, error, end):
    """A rejection whose body breaks off is that rejection: its status says enough."""
    peer = serve(b"HTTP/1.1 %d No\r\nContent-Length: 99%s\r\n\r\n{" % (status, end))
    for attempts in (1, 2):
        with pytest.raises(EmailAPIError) as caught:
            connect(peer.url, timeout=(5, 0.5 if attempts == 1 else 10)).outbound.send(EMAIL)
        wait_for(lambda: len(peer.seen) == attempts)  # noqa: B023
        if caught.value.status is not None:  # else the machine stood still before the status was there
            break
    assert type(caught.value) is error
    assert caught.value.status == status


def test_a_100_continue_response_is_skipped(serve, connect, reply):
    peer = serve(b"HTTP/1.1 100 Continue\r\n\r\n" + reply(OK))
    assert connect(peer.url).outbound.send(EMAIL).message_id == "0a129aee"


def test_sequential_calls_share_one_connection(serve, connect, reply):
    bodies = [reply(OK), reply({"ErrorCode": 300}, 422), reply(b"", 500), reply(b"<html>", 502), reply(b"no JSON")]
    peer = serve(*bodies, reply(OK))
    client = connect(peer.url)
    for _ in range(12):
        client.outbound.send_batch([EMAIL])
    assert (len(peer.seen), peer.connections) == (12, 1)


def test_a_connection_closed_while_idle_is_replaced(serve, connect, reply):
    peer = serve(reply(OK, Connection="close"))
    client = connect(peer.url)
    for _ in range(3):
        client.outbound.send(EMAIL)
    assert (len(peer.seen), peer.connections) == (3, 3)


def test_a_connection_is_not_reused_after_a_truncated_response(serve, connect, reply):
    peer = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", reply(OK))
    client = connect(peer.url)
    with pytest.raises(DeliveryUnknown):
        client.with_options(timeout=(5, 0.5)).outbound.send(EMAIL)
    wait_for(lambda: peer.seen)
    assert client.outbound.send(EMAIL).message_id == "0a129aee"
    assert peer.connections == 2


def test_a_5xx_of_a_read_is_a_retryable_server_error(serve, connect, reply):
    peer = serve(reply(b"<html>Bad Gateway</html>", 502, Content_Type="text/html"))
    with pytest.raises(ServerError) as caught:
        connect(peer.url).messages.get("1")
    assert caught.value.retryable
    assert "html" not in str(caught.value)
    assert len(peer.seen) == 1


def test_a_connection_is_not_reused_after_ctrl_c(serve, connect, reply):
    def interrupting(seen):
        interrupt(signal.SIGINT)
        return "silence"

    peer = serve(interrupting, reply(OK))
    client = connect(peer.url)
    with pytest.raises(KeyboardInterrupt):
        client.outbound.send(EMAIL)
    assert client.outbound.send(EMAIL).message_id == "0a129aee"
    assert (len(peer.seen), peer.connections) == (2, 2)
