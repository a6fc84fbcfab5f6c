"""Unexpected responses: none is read as the response to another email."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import pytest
import requests

from emailapi import DeliveryUnknown, Email, SendResult

from .calls import EMAIL_CALLS, OTHER_CALLS, came_of, new_email
from .modes import Mode, respond_with
from .wire import reply

STRAY = {"ErrorCode": 0, "Message": "OK", "MessageID": "stray"}


def stray_of(value):
    """Return a response like another's, of the same shape and without recipients that would tell."""
    return reply([STRAY] * len(value) if isinstance(value, list) else {**STRAY, "Id": "stray", "Status": "Accepted"})


def behind(exchange):
    """Respond, with a second response behind it."""
    return exchange.send(reply(exchange.value) + stray_of(exchange.value))


def before(exchange):
    """Respond, with another response before it."""
    return exchange.send(stray_of(exchange.value) + reply(exchange.value))


def in_two_writes(exchange):
    """Respond, with another response before it: a record of its own by TLS."""
    exchange.send(stray_of(exchange.value) + b"HTTP/1.1 200 ")
    return exchange.send(reply(exchange.value))


def in_chunks_and_behind(exchange):
    """Respond in chunks, with a second response behind them."""
    body = reply(exchange.value).partition(b"\r\n\r\n")[2]
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return exchange.send(head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) + stray_of(exchange.value))


def half_of_one(exchange):
    """Respond, with the beginning of something behind it."""
    return exchange.send(reply(exchange.value) + b"HTTP/1.1 2")


STRAYS = [behind, before, in_two_writes, in_chunks_and_behind, half_of_one]


@pytest.fixture(params=[False, True], ids=["plain", "TLS"])
def serve_either(request, serve, tls, monkeypatch):
    """Start services without TLS, or with it."""
    context, bundle = tls
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    return lambda *script: serve(*script, tls=context if request.param else None)


@pytest.mark.parametrize("call", EMAIL_CALLS, ids=lambda call: call.name)
@pytest.mark.parametrize("act", STRAYS, ids=lambda act: act.__name__)
def test_an_email_whose_response_has_trailing_bytes_is_looked_up(act, call, serve_either, connect):
    service = serve_either(None, Mode("stray", "lost", act))
    client = connect(service)
    client.server.get()
    for reconciled in (True, False):
        came = came_of(call, client)
        for tag, item in zip(call.tags, came.items, strict=True):
            assert isinstance(item, SendResult)
            assert item.message_id == [one.id for one in service.accepted if one.tag == tag][-1]
            assert item.reconciled is reconciled
    assert sum(seen.method == "POST" for seen in service.seen) == 2


@pytest.mark.parametrize("call", OTHER_CALLS, ids=lambda call: call.name)
@pytest.mark.parametrize("act", STRAYS, ids=lambda act: act.__name__)
def test_another_request_whose_response_has_trailing_bytes_has_no_response(act, call, serve, connect):
    service = serve(Mode("stray", "lost", act))
    came = came_of(call, connect(service))
    if call.kind in ("read", "write"):
        assert not isinstance(came.only, Exception)
        assert len(service.seen) == 2
    else:
        assert isinstance(came.only, DeliveryUnknown)
        assert len(service.seen) == 1


def test_an_empty_line_after_a_response_is_not_another_response(serve, connect):
    service = serve(Mode("line", "fine", lambda exchange: exchange.send(reply(exchange.value) + b"\r\n")))
    client = connect(service)
    results = [client.outbound.send(new_email(tag)) for tag in "ab"]
    assert [result.reconciled for result in results] == [False, False]
    assert service.connections == 2


def test_a_response_without_a_request_is_never_used(serve_either, connect):
    sent = threading.Event()

    def late(exchange):
        exchange.send(reply(exchange.value))
        time.sleep(0.05)
        exchange.send(stray_of(exchange.value))
        sent.set()
        return True

    service = serve_either(Mode("late", "fine", late))
    client = connect(service)
    client.outbound.send(new_email("a"))
    assert sent.wait(5)
    time.sleep(0.05)
    result = client.outbound.send(new_email("b"))
    assert (result.message_id, result.reconciled) == ("id-2", False)
    assert service.connections == 2


def test_bytes_sent_before_the_request_are_not_its_response(connect):
    posts = []

    def serve(listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(ConnectionError), connection, connection.makefile("rb") as reader:
                connection.sendall(reply({**STRAY, "To": "somebody@else.example"}))
                head = b"".join(iter(reader.readline, b"\r\n"))
                if head.startswith(b"POST"):
                    posts.append(head)
                connection.sendall(reply({"TotalCount": 0, "Messages": []}))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=[listener], daemon=True)
        thread.start()

        class Named:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"

        client = connect(Named, deadline=0.5)
        came = came_of(EMAIL_CALLS[0], client)
        assert isinstance(came.only, Exception)
        assert came.only.may_have_been_sent or not posts
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


OTHERS = [
    "stranger@example.com",
    "Stranger <stranger@example.com>",
    "xa@example.com",
    "a@example.com.evil.example",
    '"a@example.com" <stranger@example.com>',
    "stranger@example.com, other@example.com",
]


@pytest.mark.parametrize("own", [False, True], ids=["ours", "a session of the user's"])
@pytest.mark.parametrize("to", OTHERS)
@pytest.mark.parametrize("call", EMAIL_CALLS[:2], ids=lambda call: call.name)
def test_a_response_that_names_other_recipients_is_looked_up(call, to, own, serve, connect):
    service = serve(Mode("other", "lost", lambda exchange: respond_with({**STRAY, "To": to})(exchange)))
    with requests.Session() as session:
        came = came_of(call, connect(service, session=session if own else None))
    assert came.only.reconciled
    assert came.only.message_id == "id-1"


SAME = [
    ({"to": "a@example.com"}, "A@EXAMPLE.com"),
    ({"to": "Jane <a@example.com>"}, "a@example.com"),
    ({"to": "a@example.com"}, '"Doe, Jane" <a@example.com>'),
    ({"to": "a@bücher.example"}, "a@xn--bcher-kva.example"),
    ({"to": "a@xn--bcher-kva.example"}, "a@BÜCHER.example"),
    ({"to": "a@example.com, b@example.com"}, "b@example.com"),
    ({"cc": "a@example.com"}, "a@example.com"),
    ({"to": "b@example.com", "bcc": "a@example.com"}, "a@example.com"),
    ({"to": "a@example.com"}, ""),
    ({"to": "a@example.com"}, None),
    ({"to": "a@example.com"}, "undisclosed-recipients:;"),
    ({"to": "a@example.com"}, "<<>>"),
    ({"to": "a@example.com"}, "nobody"),
    ({"to": "a@example.com"}, ["stranger@example.com"]),
]


@pytest.mark.parametrize("fields, to", SAME)
def test_a_response_that_names_one_matching_recipient_or_none_is_accepted(fields, to, serve, connect):
    service = serve(Mode("same", "fine", respond_with({**STRAY, "To": to}), accepts=False))
    result = connect(service).outbound.send(Email(sender="s@example.com", subject="s", text_body="x", **fields))
    assert (result.message_id, result.reconciled) == ("stray", False)


def test_a_response_without_recipients_is_accepted(serve, connect):
    service = serve(Mode("same", "fine", respond_with(STRAY), accepts=False))
    assert connect(service).outbound.send(new_email("a")).message_id == "stray"


def test_a_batch_whose_results_are_in_another_order_is_looked_up(serve, connect):
    swapped = [{**STRAY, "To": "b@example.com"}, {**STRAY, "To": "a@example.com"}]
    service = serve(Mode("swapped", "lost", respond_with(swapped)))
    batch = connect(service).outbound.send_batch([new_email("a"), new_email("b")])
    assert [(item.message_id, item.reconciled) for item in batch] == [("id-1", True), ("id-2", True)]
