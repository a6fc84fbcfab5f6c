"""Rules of every route."""

from __future__ import annotations

import gzip
import json
import socket

import pytest

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "headers", [{"Content-Type": None}, {"Content-Type": "text/plain"}, {"Content-Type": "a/json"}]
)
def test_a_body_without_the_json_content_type_is_415(api, rejected, headers):
    response = api.request("POST", "/email", data=json.dumps(api.email()), headers=headers)
    rejected(response, 415, 409, "Content-Type")


@pytest.mark.parametrize("accept", [None, "text/html", "application/xml, text/*;q=0.5", "application/json;q=0", ""])
@pytest.mark.parametrize("path", ["/email", "/stats/outbound"])
def test_a_client_that_does_not_accept_json_gets_415(sandbox, rejected, accept, path):
    import http.client

    host, port = sandbox.url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=60)
    headers = {"X-Postmark-Server-Token": sandbox.token, **JSON, **({} if accept is None else {"Accept": accept})}
    connection.request("POST" if path == "/email" else "GET", path, b"{}", headers)
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())["ErrorCode"]) == (415, 409)
    connection.close()


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/*", "text/html, application/json;q=0.1"])
def test_a_client_that_accepts_anything_is_served(api, accept):
    """Who accepts anything accepts JSON: curl and browsers do."""
    response = api.request("GET", "/stats/outbound", headers={"Accept": accept, "Content-Type": "application/json"})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'From': 1}",
        b'{"From": NaN}',
        b'{"From": Infinity}',
        b'{"a": 1} x',
        b"\xff\xfe{\x00}\x00",
        b'{"Subject": "\xff"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"n": ' + b"9" * 5000 + b"}",
    ],
)
@pytest.mark.parametrize("path", ["/email", "/email/batch"])
def test_a_body_that_is_not_json_is_code_402(api, rejected, body, path):
    rejected(api.request("POST", path, data=body, headers=JSON), 422, 402)


def test_a_byte_order_mark_and_a_charset_are_accepted(api):
    body = b"\xef\xbb\xbf" + json.dumps(api.email()).encode()
    headers = {"Content-Type": "Application/JSON; charset=UTF-8"}
    assert api.request("POST", "/email", data=body, headers=headers).status_code == 200


def test_a_number_of_too_many_digits_is_named(api, rejected):
    body = b'{"Metadata": {"a": ' + b"9" * 5000 + b"}}"
    rejected(api.request("POST", "/email", data=body, headers=JSON), 422, 402, "a number of 5,000 digits is too long")


def test_a_compressed_body_is_code_402(api, rejected):
    """A compressed body is rejected by code 402: the service takes none."""
    body = gzip.compress(json.dumps(api.email()).encode())
    rejected(api.request("POST", "/email", data=body, headers={**JSON, "Content-Encoding": "gzip"}), 422, 402, "gzip")
    rejected(api.request("POST", "/email", data=body, headers=JSON), 422, 402)


def test_a_chunked_body_is_read(api, rejected):
    body = json.dumps(api.email()).encode()
    assert api.request("POST", "/email", data=iter([body[:10], body[10:]]), headers=JSON).status_code == 200
    rejected(api.request("POST", "/email", data=iter([b"x" * 6_000_000] * 2), headers=JSON), 413, 300)


@pytest.mark.parametrize("path", ["/EMAIL", "/email/", "/Email/", "//email", "/email//"])
def test_paths_match_in_any_case_and_with_trailing_slashes(api, path):
    assert api.request("POST", path, json=api.email()).status_code == 200


def test_ids_in_paths_keep_their_spelling(api):
    message_id = api.accepted()
    assert api.get(f"/Messages/OutBound/{message_id.upper()}/Details/").json()["MessageID"] == message_id
    assert api.get("/Messages/Outbound/", count=1, offset=0).json()["TotalCount"] == 1
    assert api.get("/Stats/Outbound/").json()["Sent"] == 1


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/email/nothing", "/messages", "/messages/outbound/a/b", "/email/..", "/%00", "/static/x"]
)
def test_an_unknown_path_is_404(api, rejected, path):
    rejected(api.get(path), 404, 12, "There is nothing at")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_wrong_method_is_405(api, rejected, method):
    response = api.request(method, "/email")
    rejected(response, 405, 615)
    assert response.headers["Allow"] == "POST"


def test_an_internal_error_is_code_101_with_an_id(api, monkeypatch, caplog, rejected):
    from emailapi.sandbox import source
    from emailapi.sandbox.routes import messages

    def fail(*_: object) -> str:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(messages, "source_of", fail)
    response = api.get(f"/messages/outbound/{api.accepted()}/dump")
    rejected(response, 500, 101, "fault")
    assert "secret" not in response.text
    assert "<" not in response.text
    fault = response.json()["Message"].removesuffix(".").rpartition(" ")[2]
    assert fault in caplog.text
    assert "secret detail" in caplog.text
    assert source.source_of is not fail


def test_an_email_whose_response_cannot_be_written_is_not_stored(api, monkeypatch, rejected):
    from emailapi.sandbox import http_json

    write, failures = http_json.dump_json, [ZeroDivisionError()]

    def fail_once(value: object) -> bytes:
        if failures:
            raise failures.pop()
        return write(value)

    monkeypatch.setattr(http_json, "dump_json", fail_once)
    rejected(api.send(), 503, 100, "stored nothing")
    assert failures == []
    assert api.found()["TotalCount"] == 0


def test_an_error_is_always_json(api):
    response = api.post("/email/batch", [{"From": "\ud800", "To": "\udfff"}, {"From": "a@x.com", "To": "\ud800@x"}])
    assert [item["ErrorCode"] for item in response.json()] == [300, 300]


def test_connections_are_reused(sandbox):
    host, port = sandbox.url.removeprefix("http://").split(":")
    request = (
        f"GET /stats/outbound HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: application/json\r\n"
        f"X-Postmark-Server-Token: {sandbox.token}\r\n\r\n"
    ).encode()
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(request * 3)
        received = b""
        while received.count(b'"Sent"') < 3:
            received += connection.recv(65536)
    assert received.count(b"HTTP/1.1 200") == 3
