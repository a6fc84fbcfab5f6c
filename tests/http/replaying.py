"""Tools that replay what a test has given them, as context managers: real packages, and what tests write themselves."""

from __future__ import annotations

import contextlib
import io
import json
import socket
from unittest import mock
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool

ACCEPTED = {"ErrorCode": 0, "Message": "OK", "MessageID": "0a129aee", "To": "you@example.com"}
REPLIES = {
    "/email": ACCEPTED,
    "/email/batch": [ACCEPTED, ACCEPTED],
    "/messages/outbound/1/details": {"MessageID": "1", "Status": "Sent", "Recipients": ["a@example.com"]},
    "/messages/outbound": {"TotalCount": 0, "Messages": []},
    "/servers": {"TotalCount": 1, "Servers": [{"ID": 7, "Name": "Shop"}]},
}
METHODS = {"/email": "POST", "/email/batch": "POST"}


def response_bytes(path, replies=REPLIES, status=200):
    """Return the bytes of a response."""
    body = json.dumps(replies[path]).encode()
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _response(request, replies=REPLIES, status=200):
    """Return what a patched function of `requests` does."""
    response = requests.Response()
    response.status_code = status
    response._content = json.dumps(replies[urlsplit(request.url).path]).encode()
    response.request, response.url = request, request.url
    return response


def _urllib3_response(url, replies, status):
    """Return what a patched function of `urllib3` does."""
    body = io.BytesIO(json.dumps(replies[urlsplit(url).path]).encode())
    return urllib3.HTTPResponse(body, status=status, preload_content=False)


# Each gives a function that tells (method, URL, token) of what the tool saw.


def _token(headers):
    return headers.get("X-Postmark-Server-Token") or headers.get("X-Postmark-Account-Token")


@contextlib.contextmanager
def by_responses(url, replies, status):
    import responses

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        for path, reply in replies.items():
            mocked.add(METHODS.get(path, "GET"), url + path, json=reply, status=status)
        yield lambda: [(call.request.method, call.request.url, _token(call.request.headers)) for call in mocked.calls]


@contextlib.contextmanager
def by_requests_mock(url, replies, status):
    import requests_mock

    with requests_mock.Mocker() as mocked:
        for path, reply in replies.items():
            mocked.request(METHODS.get(path, "GET"), url + path, json=reply, status_code=status)
        yield lambda: [(one.method, one.url, _token(one.headers)) for one in mocked.request_history]


@contextlib.contextmanager
def by_vcr(url, replies, status):
    import vcr
    from vcr.request import Request

    class Memory:
        """A cassette that was recorded before."""

        @classmethod
        def load_cassette(cls, path, serializer):
            found, recorded = [], []
            for path, reply in replies.items():
                found.append(Request(METHODS.get(path, "GET"), url + path, None, {}))
                body = {"string": json.dumps(reply).encode()}
                recorded.append({"status": {"code": status, "message": ""}, "headers": {}, "body": body})
            return found, recorded

        @staticmethod
        def save_cassette(path, cassette, serializer):
            raise AssertionError("nothing new is to be saved")

    seen = []

    def note(request):
        seen.append((request.method, request.uri, _token(request.headers)))
        return request

    recorder = vcr.VCR(record_mode="none", before_record_request=note, match_on=["method", "host", "port", "path"])
    recorder.register_persister(Memory)
    with recorder.use_cassette("recorded.yaml", allow_playback_repeats=True) as cassette:
        del seen[:]  # loading notes each recorded request
        yield lambda: seen[:1] * cassette.play_count


@contextlib.contextmanager
def _recording(url, replies, status, target, name, request_of):
    seen = []

    def stand_in(*args, **options):
        request = request_of(*args, **options)
        seen.append((request.method, request.url, _token(request.headers)))
        return _response(request, replies, status)

    with mock.patch.object(target, name, stand_in):
        yield lambda: seen


def by_session_send(*given):
    return _recording(*given, requests.Session, "send", lambda session, request, **_: request)


def by_adapter_send(*given):
    return _recording(*given, HTTPAdapter, "send", lambda adapter, request, **_: request)


def _asked(session, method, url, *, headers, **_):
    return requests.Request(method, url, headers).prepare()


def by_session_request(*given):
    return _recording(*given, requests.Session, "request", _asked)


@contextlib.contextmanager
def by_session_methods(*given):
    def asked(method):
        return lambda session, url, **named: _asked(session, method, url, **named)

    with (
        _recording(*given, requests.Session, "get", asked("GET")) as got,
        _recording(*given, requests.Session, "post", asked("POST")) as posted,
    ):
        yield lambda: [*got(), *posted()]


@contextlib.contextmanager
def by_session_class(url, replies, status):
    seen = []

    class Fake(requests.Session):
        def send(self, request, **options):
            seen.append((request.method, request.url, _token(request.headers)))
            return _response(request, replies, status)

    with mock.patch("requests.Session", Fake):
        yield lambda: seen


@contextlib.contextmanager
def by_urlopen(url, replies, status):
    seen = []

    def urlopen(pool, method, url, body=None, headers=None, **options):
        seen.append((method, f"{pool.scheme}://{pool.host}:{pool.port}{url}", _token(headers)))
        return _urllib3_response(url, replies, status)

    with mock.patch.object(HTTPConnectionPool, "urlopen", urlopen):
        yield lambda: seen


@contextlib.contextmanager
def by_connection_class(url, replies, status):
    seen = []

    class Connection(urllib3.connection.HTTPConnection):
        def connect(self):
            self.sock = mock.Mock()

        def request(self, method, url, body=None, headers=None, **options):
            seen.append((method, f"http://{self.host}:{self.port}{url}", _token(headers)))
            self._url = url

        def getresponse(self):
            return _urllib3_response(self._url, replies, status)

    with mock.patch.object(HTTPConnectionPool, "ConnectionCls", Connection):
        yield lambda: seen


@contextlib.contextmanager
def by_socket(url, replies, status):
    sent = []

    class Socket(socket.socket):
        """A socket that is never connected and responds by itself, as those of httpretty and mocket."""

        def connect(self, address):
            self.address = address

        def sendall(self, data, *flags):
            sent.append(bytes(data))

        def send(self, data, *flags):
            sent.append(bytes(data))
            return len(data)

        def makefile(self, *args, **options):
            target = b"".join(sent).rpartition(b" HTTP/1.1\r\n")[0].rpartition(b" ")[2].decode()
            return io.BytesIO(response_bytes(urlsplit(target).path, replies, status))

    def seen():
        found = []
        for head in b"".join(sent).split(b" HTTP/1.1\r\n")[:-1]:
            method, target = head.rpartition(b"\n")[2].rpartition(b"}")[2].rpartition(b"]")[2].decode().split(" ")
            found.append((method, url + target, "not told"))
        return found

    with mock.patch("socket.socket", Socket):
        yield seen


TOOLS = [
    by_responses,
    by_requests_mock,
    by_vcr,
    by_session_send,
    by_session_request,
    by_session_methods,
    by_session_class,
    by_adapter_send,
    by_urlopen,
    by_connection_class,
    by_socket,
]
