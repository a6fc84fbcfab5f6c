"""`emailapi webhooks`: webhooks of a server, and events for an application."""

from __future__ import annotations

import json
import os
import signal
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from emailapi import Client, HttpAuth
from emailapi.cli.network import Relay

from ..ports import unused_port

SLOW_SIGNALS = [
    pytest.param(number, 128 + number, marks=pytest.mark.slow)
    for number in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT))
]


class Application(ThreadingHTTPServer):
    """An application that keeps the events that are posted to it."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.events, self.paths, self.logins, self.status = [], [], [], 200
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hooks"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.paths.append(self.path)
        self.server.logins.append(self.headers.get("Authorization"))
        self.server.events.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def application():
    with Application() as application:
        thread = threading.Thread(target=application.serve_forever, args=(0.02,))
        thread.start()
        yield application
        application.shutdown()
        thread.join()


@pytest.mark.costly
def test_webhooks_are_created_listed_and_deleted(run, client, application, monkeypatch):
    monkeypatch.setenv("EMAILAPI_WEBHOOK_AUTH", "hook:tops3cret")
    created = run("webhooks", "create", application.url, "--events", "bounce,open")
    assert (created.code, created.json["events"], created.json["http_auth"]) == (0, ["open", "bounce"], "hook")
    listed = run("webhooks", "list")
    assert listed.json[0]["url"] == application.url
    assert "tops3cret" not in created.out + listed.out
    assert client.webhooks.list()[0].http_auth == HttpAuth(username="hook", password="tops3cret")
    monkeypatch.setattr("sys.stdin", None)
    assert run("webhooks", "delete", created.json["id"]).code == 2
    assert run("webhooks", "delete", created.json["id"], "--yes").code == 0
    assert run("webhooks", "list").json == []
    assert run("webhooks", "create", application.url, "--events", "sunrise").code == 2


@pytest.mark.costly
def test_an_event_is_triggered_with_own_data(run, application, tmp_path):
    (tmp_path / "auth").write_text("hook:password\n")
    done = run(
        *("webhooks", "trigger", "bounce", "--set", "type=SoftBounce", "--set", "metadata.user=7", "--count", "2"),
        *("--recipient", "ada@example.com", "--forward-to", f"{application.url}?shop=1"),
        *("--auth-file", tmp_path / "auth"),
    )
    assert (done.code, done.out.count('"status": 200')) == (0, 2)
    assert application.paths == ["/hooks?shop=1"] * 2
    first = application.events[0]
    assert (first["Type"], first["Metadata"], first["Email"]) == ("SoftBounce", {"user": "7"}, "ada@example.com")
    assert application.logins[0].startswith("Basic ")


@pytest.mark.costly
@pytest.mark.parametrize("kind", "delivery complaint open click subscription_change inbound".split())
def test_each_event_is_triggered(run, application, kind):
    assert run("webhooks", "trigger", kind, "--forward-to", application.url).code == 0
    assert run("webhooks", "trigger", kind, "--set", "nonsense=1", "--forward-to", application.url).code == 2
    assert len(application.events) == 1


def test_an_event_that_is_not_accepted_is_1(run, application):
    application.status = 500
    assert run("webhooks", "trigger", "open", "--forward-to", application.url).code == 1


@pytest.mark.parametrize(
    "url", ["ftp://x/", "localhost:5000", "http://x:99999/", "http://a b/", "http://ä/", "http:///x"]
)
def test_a_url_is_checked_before_anything_is_posted(run, url):
    for command in (["trigger", "open"], ["replay", "no/such"], ["listen"]):
        done = run("webhooks", *command, "--forward-to", url)
        assert (done.code, "must be a URL" in done.error["message"]) == (2, True)


def test_a_port_of_a_listener_is_checked(run):
    assert "from 0 to 65535" in run("webhooks", "listen", "--port", "99999").error["message"]


@pytest.mark.costly
def test_events_are_replayed(run, application, tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text('{"RecordType": "Open", "Recipient": "a@example.com"}\n\n{"RecordType": "Bounce"}\n')
    assert run("webhooks", "replay", path, "--forward-to", application.url).code == 0
    assert [event["RecordType"] for event in application.events] == ["Open", "Bounce"]
    path.write_text('{"RecordType": "Open"}\nnot JSON\n')
    done = run("webhooks", "replay", path, "--forward-to", application.url)
    assert (done.code, "line 2" in done.error["message"], len(application.events)) == (2, True, 2)


@pytest.mark.usefixtures("heard_signals")
@pytest.mark.slow
@pytest.mark.costly
@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize(
    "number, code",
    [
        pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow),
        (signal.SIGTERM, 0),
        pytest.param(signal.SIGHUP, 129, marks=pytest.mark.slow),
    ],
)
def test_listening_forwards_events_and_cleans_up(client, application, tmp_path, start, number, code):
    saved = tmp_path / "events.jsonl"
    command = ["webhooks", "listen", "--forward-to", application.url, "--events", "delivery", "--save", str(saved)]
    process = start(sys.executable, "-m", "emailapi", *command)
    assert "listening" in process.stderr.readline()
    assert len(client.webhooks.list()) == 1
    client.outbound.send({"to": "ada@example.com", "text_body": "Hello"})
    event = json.loads(process.stdout.readline())
    assert (event["event"], event["recipient"], event["status"]) == ("Delivery", "ada@example.com", 200)
    process.send_signal(number)
    assert process.wait(60) == code
    assert not client.webhooks.list()
    assert application.events[-1] == json.loads(saved.read_text())


@pytest.mark.exhaustive
@pytest.mark.costly
@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_the_webhook_of_a_killed_command_is_removed_by_the_next(client, start):
    for options in ([], ["--yes"]):
        process = start(sys.executable, "-m", "emailapi", "webhooks", "listen", *options)
        assert "listening" in process.stderr.readline()
        assert len(client.webhooks.list()) == 1
        process.kill()
        process.wait()


def test_the_service_needs_a_tunnel(run, monkeypatch):
    monkeypatch.setenv("EMAILAPI_BASE_URL", "https://api.example")
    monkeypatch.setattr(Client, "webhooks", None)
    monkeypatch.setenv("EMAILAPI_SERVER_TOKEN", "token")
    done = run("webhooks", "listen")
    assert (done.code, "--url" in done.error["message"]) == (2, True)


@pytest.mark.costly
@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.slow
@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_events_come_through_a_tunnel_whose_webhook_is_deleted(client, start, number, code):
    port = unused_port()
    with Relay(f"http://127.0.0.1:{port}") as tunnel:
        command = ["webhooks", "listen", "--url", f"{tunnel.url}/", "--port", str(port), "--events", "delivery"]
        process = start(sys.executable, "-m", "emailapi", *command)
        assert f"listening at {tunnel.url};" in process.stderr.readline()
        (webhook,) = client.webhooks.list()
        assert webhook.url.startswith(f"{tunnel.url}/emailapi-listen-")
        client.outbound.send({"to": "ada@example.com", "text_body": "Hello"})
        event = json.loads(process.stdout.readline())
        assert (event["event"], event["recipient"]) == ("Delivery", "ada@example.com")
        process.send_signal(number)
        assert process.wait(60) == code
    assert not client.webhooks.list()


@pytest.mark.costly
@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_a_webhook_that_cannot_be_deleted_is_named(client, sandbox, start):
    process = start(sys.executable, "-m", "emailapi", "webhooks", "listen")
    assert "listening" in process.stderr.readline()
    (webhook,) = client.webhooks.list()
    sandbox.faults.fail(422, route=f"/webhooks/{webhook.id}")
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 1
    assert f"the webhook {webhook.id} remains: delete it by `emailapi webhooks delete" in process.stderr.read()


@pytest.mark.costly
@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_a_webhook_that_another_command_has_deleted_is_no_error(client, start):
    process = start(sys.executable, "-m", "emailapi", "webhooks", "listen")
    assert "listening" in process.stderr.readline()
    client.webhooks.delete(client.webhooks.list()[0])
    process.send_signal(signal.SIGTERM)
    assert (process.wait(60), process.stderr.read()) == (0, "")


@pytest.mark.costly
def test_an_application_with_a_certificate_of_its_own_needs_an_option(run, application, monkeypatch, tmp_path):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    application.socket = context.wrap_socket(application.socket, server_side=True)
    command = ("webhooks", "trigger", "open", "--forward-to", application.url.replace("http:", "https:"))
    done = run(*command)
    assert (done.code, "is not trusted" in done.error["message"]) == (3, True)
    assert "SSL_CERT_FILE" in done.error["message"]
    assert run(*command, "--no-tls-verify").code == 0
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    assert run(*command).code == 0
