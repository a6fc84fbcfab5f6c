"""Tokens and host names."""

from __future__ import annotations

import http.client

import pytest

from emailapi.errors import ConfigurationError
from emailapi.sandbox import Sandbox
from emailapi.sandbox.access import host_name


def _status(sandbox: Sandbox, host: str | None) -> int:
    address, port = sandbox.url.removeprefix("http://").rsplit(":", 1)
    connection = http.client.HTTPConnection(address.strip("[]"), int(port), timeout=60)
    connection.putrequest("GET", "/stats/outbound", skip_host=True)
    if host is not None:
        connection.putheader("Host", host)
    connection.putheader("Accept", "application/json")
    connection.putheader("X-Postmark-Server-Token", sandbox.token)
    connection.endheaders()
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def test_token_headers_match_in_any_case(sandbox, api):
    headers = {"X-Postmark-Server-Token": None, "x-postmark-server-TOKEN": sandbox.token.upper()}
    assert api.request("GET", "/stats/outbound", headers=headers).status_code == 200


@pytest.mark.parametrize("token", [None, "", "nonsense", "00000000-0000-0000-0000-000000000000", "' OR 1=1 --", "\xff"])
@pytest.mark.parametrize("path", ["/email", "/email/batch", "/messages/outbound", "/stats/outbound"])
def test_a_missing_or_unknown_token_is_401(api, rejected, token, path):
    headers = {"X-Postmark-Server-Token": token}
    method = "POST" if path.startswith("/email") else "GET"
    rejected(api.request(method, path, headers=headers, data=b"{"), 401, 10, "X-Postmark-Server-Token")


def test_each_kind_of_token_opens_its_own_paths(sandbox, api, rejected):
    for name in ("X-Postmark-Server-Token", "X-Postmark-Account-Token"):
        headers = {"X-Postmark-Server-Token": None, name: sandbox.account_token}
        rejected(api.request("GET", "/stats/outbound", headers=headers), 401, 10)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8025", "127.0.0.1:1", "127.9.9.9", "[::1]:80", "localhost."])
def test_requests_to_loopback_names_are_served(sandbox, host):
    assert _status(sandbox, host) == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[::2]", "", None,
        "localhost:x", "evil.example:80, localhost", "localhost@evil.example", "0.0.0.0", "api.postmarkapp.com",
    ],
)  # fmt: skip
def test_requests_to_other_host_names_are_403(sandbox, host):
    """A request by another name is rejected by status 403: a page that rebinds its own name reads no email."""
    assert _status(sandbox, host) == 403


def test_the_host_name_is_checked_before_path_and_token(api):
    for path in ("/", "/email", "/stats/outbound"):
        response = api.request("GET", path, headers={"Host": "evil.example", "X-Postmark-Server-Token": "x"})
        assert (response.status_code, response.headers["Content-Type"].split(";")[0]) == (403, "application/json")


def test_no_web_page_may_read_responses(api):
    """A page that sends a token has to ask first, and is never allowed to."""
    origin = {"Origin": "http://127.0.0.1:3000", "Access-Control-Request-Method": "POST"}
    for method, path in (("OPTIONS", "/email"), ("GET", "/server"), ("POST", "/email"), ("GET", "/none")):
        response = api.request(method, path, headers=origin)
        assert not [name for name in response.headers if name.lower().startswith("access-control-")]
    assert api.request("OPTIONS", "/email", headers=origin).status_code == 405


def test_allowed_hosts_are_served():
    with Sandbox(allowed_hosts=["Mail.Test", "box:8025"]) as sandbox:
        assert _status(sandbox, "mail.test:99") == _status(sandbox, "BOX") == 200
        assert _status(sandbox, "sub.mail.test") == 403
    with Sandbox(allowed_hosts="mail.test") as sandbox:
        assert _status(sandbox, "mail.test") == 200


@pytest.mark.parametrize("names", [[""], [5], ["a", ":80"]])
def test_an_invalid_allowed_host_is_an_error(names):
    with pytest.raises(ConfigurationError, match="allowed_hosts"):
        Sandbox(allowed_hosts=names)


@pytest.mark.parametrize(
    "host, name",
    [("a.b:80", "a.b"), ("[::1]", "::1"), ("[::1]:80", "::1"), ("A.", "a"), ("a:b", ""), ("[::1]x", ""), ("", "")],
)
def test_the_host_header_is_parsed(host, name):
    assert host_name(host) == name
