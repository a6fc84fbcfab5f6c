"""`emailapi doctor`: its checks and exit codes."""

from __future__ import annotations

import os
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from emailapi import AccountClient

from ..ports import unused_port


def states(done):
    """Return the state of each check by its name."""
    return {check["check"]: check["state"] for check in done.json}


def test_without_an_account_token_the_domain_is_not_checked(run, sandbox):
    done = run("doctor")
    assert done.code == 0
    assert states(done) == {
        "versions": "ok",
        "sandbox": "ok",
        "token": "ok",
        "connection": "ok",
        "delivery": "ok",
        "sender": "ok",
        "domain": "warn",
    }


def test_the_domain_of_the_sender_is_checked(run, sandbox, monkeypatch):
    monkeypatch.setenv("EMAILAPI_ACCOUNT_TOKEN", sandbox.account_token)
    monkeypatch.setenv("EMAILAPI_SENDER", "shop@news.example.org")
    done = run("doctor")
    assert (done.code, states(done)["domain"]) == (1, "fail")
    with AccountClient() as account:
        account.domains.create(name="news.example.org")
    done = run("doctor")
    assert {"DKIM", "SPF", "return path"} <= states(done).keys()
    assert all(check["advice"] for check in done.json if check["state"] != "ok")


def test_no_token_is_3(run, monkeypatch):
    done = run("doctor")
    assert (done.code, states(done)["token"]) == (3, "fail")
    assert "EMAILAPI_SERVER_TOKEN" in done.out


@pytest.mark.parametrize("kind", ["account", "unknown"])
def test_a_wrong_token_is_3_and_is_not_shown(run, sandbox, monkeypatch, kind):
    token = sandbox.account_token if kind == "account" else "tops3cret"
    monkeypatch.setenv("EMAILAPI_SERVER_TOKEN", token)
    done = run("doctor")
    assert (done.code, states(done)["token"]) == (3, "fail")
    assert ("this is an account token" in done.out) == (kind == "account")
    assert token not in done.out


def test_a_service_that_does_not_respond_is_4(run, sandbox, monkeypatch, clock):
    monkeypatch.setenv("EMAILAPI_BASE_URL", f"http://127.0.0.1:{unused_port()}")
    done = run("doctor")
    assert (done.code, states(done)["connection"]) == (4, "fail")


def test_a_missing_sender_is_a_warning(run, sandbox, monkeypatch):
    monkeypatch.delenv("EMAILAPI_SENDER")
    assert states(run("doctor"))["sender"] == "warn"


class Service(BaseHTTPRequestHandler):
    """A service that knows one server."""

    def do_GET(self):
        body = b'{"ID": 7, "Name": "Shop", "DeliveryType": "Live"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def authority(monkeypatch):
    """Give the authority of the certificate of a service, to which the environment points."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.daemon_threads = True
        server.handle_error = lambda *_: None
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        monkeypatch.setenv("EMAILAPI_BASE_URL", f"https://127.0.0.1:{server.server_address[1]}")
        monkeypatch.setenv("EMAILAPI_SERVER_TOKEN", "tops3cret")
        yield authority
        server.shutdown()
        thread.join()


@pytest.mark.costly
def test_a_certificate_that_is_not_trusted_is_named_with_the_remedy(run, authority, monkeypatch, tmp_path):
    done = run("doctor")
    assert (done.code, states(done)["TLS"]) == (3, "fail")
    check = done.json[-1]
    assert "certificate is not trusted: unable to get local issuer" in check["found"]
    assert "REQUESTS_CA_BUNDLE" in check["advice"]
    assert run("send", "--from", "a@example.com", "--to", "b@example.com", "--text", "Hi").code == 3
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    done = run("doctor")
    assert (done.code, states(done)["TLS"], states(done)["token"]) == (0, "ok", "ok")


def test_a_server_without_tls_is_named(run, sandbox, monkeypatch, clock):
    monkeypatch.setenv("EMAILAPI_BASE_URL", sandbox.url.replace("http:", "https:"))
    done = run("doctor")
    assert (done.code, states(done)["TLS"]) == (4, "fail")


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
@pytest.mark.parametrize("mode, found", [(0o600, None), (0o640, "warn"), (0o644, "warn")])
def test_a_token_file_that_others_can_read_is_a_warning(run, sandbox, tmp_path, mode, found):
    path = tmp_path / "token"
    path.write_text(sandbox.token)
    path.chmod(mode)
    done = run("doctor", "--token-file", path)
    assert (done.code, states(done).get("token file")) == (0, found)


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="needs names of open files")
def test_a_token_may_come_from_a_pipe_which_is_read_once(run, sandbox):
    reader, writer = os.pipe()
    os.write(writer, sandbox.account_token.encode())
    os.close(writer)
    assert "this is an account token" in run("doctor", "--token-file", f"/dev/fd/{reader}").out
    os.close(reader)
