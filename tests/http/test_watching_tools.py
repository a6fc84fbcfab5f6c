"""Tools that record or trace what really leaves: they see each request once, and change nothing of what comes of it."""

from __future__ import annotations

import contextlib

import pytest
import requests
import wrapt
from requests.adapters import HTTPAdapter

from emailapi import ConnectionFailed, DeliveryUnknown, Email, InvalidRequest, MemoryTransport, TransportError

from ..clock import wait_for

EMAIL = Email(sender="us@example.com", to="you@example.com", subject="Hello", text_body="Hi")


@pytest.fixture
def spans():
    """Return the finished spans of a tracer that the instrumentations of a test are given."""
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    provider, exporter = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    exporter.provider = provider
    return exporter


@contextlib.contextmanager
def _traced(library, spans):
    from opentelemetry.instrumentation.requests import RequestsInstrumentor
    from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor

    instrumentor = {"requests": RequestsInstrumentor, "urllib3": URLLib3Instrumentor}[library]()
    instrumentor.instrument(tracer_provider=spans.provider)
    try:
        yield spans
    finally:
        instrumentor.uninstrument()


@contextlib.contextmanager
def _wrapped(target, name):
    """Wrap a method as ddtrace does: by an object that says that it is the method."""
    original = target.__dict__[name]
    wrapt.wrap_function_wrapper(target, name, lambda wrapped, _, args, options: wrapped(*args, **options))
    try:
        yield
    finally:
        setattr(target, name, original)


@contextlib.contextmanager
def _recorded(cassette, mode="all", **options):
    import vcr

    with vcr.use_cassette(str(cassette), record_mode=mode, **options) as recording:
        yield recording


WATCHING = {
    "opentelemetry requests": lambda spans, tmp: _traced("requests", spans),
    "opentelemetry urllib3": lambda spans, tmp: _traced("urllib3", spans),
    "ddtrace session": lambda spans, tmp: _wrapped(requests.Session, "send"),
    "ddtrace adapter": lambda spans, tmp: _wrapped(HTTPAdapter, "send"),
    "vcr": lambda spans, tmp: _recorded(tmp / "cassette.yaml"),
}


@pytest.fixture(params=WATCHING)
def watched(request, spans, tmp_path):
    """Let a tool watch what leaves."""
    with WATCHING[request.param](spans, tmp_path):
        yield request.param


tracing = pytest.mark.parametrize("library", ["requests", "urllib3"])


@pytest.mark.costly
@tracing
def test_opentelemetry_has_one_span_for_each_request(serve, connect, accepted, spans, library):
    peer = serve(accepted)
    client = connect(peer.url)
    with _traced(library, spans):
        client.outbound.send(EMAIL)
        client.outbound.send_batch([EMAIL, EMAIL])
        client.messages.get("1")
    facts = [span.attributes for span in spans.get_finished_spans()]
    assert [(fact["http.method"], fact["http.url"], fact["http.status_code"]) for fact in facts] == [
        ("POST", f"{peer.url}/email", 200),
        ("POST", f"{peer.url}/email/batch", 200),
        ("GET", f"{peer.url}/messages/outbound/1/details", 200),
    ]
    assert len({seen.headers["traceparent"] for seen in peer.seen}) == 3
    assert peer.connections == 1


@tracing
def test_a_tool_may_begin_and_end_during_the_life_of_a_client(serve, connect, accepted, spans, library):
    peer = serve(accepted)
    client = connect(peer.url)
    client.messages.get("1")
    with _traced(library, spans):
        client.messages.get("1")
    client.messages.get("1")
    assert len(spans.get_finished_spans()) == 1
    assert ["traceparent" in seen.headers for seen in peer.seen] == [False, True, False]
    assert peer.connections == 1


def test_a_cassette_holds_one_request_with_a_plain_token_and_replays(serve, connect, accepted, token, tmp_path):
    import yaml

    peer, cassette = serve(accepted), tmp_path / "cassette.yaml"
    client = connect(peer.url)
    client.outbound.send(EMAIL)
    with _recorded(cassette):
        recorded = client.outbound.send(EMAIL)
    ((entry),) = yaml.safe_load(cassette.read_text())["interactions"]
    assert (entry["request"]["method"], entry["request"]["uri"]) == ("POST", f"{peer.url}/email")
    assert entry["request"]["headers"]["X-Postmark-Server-Token"] == [token]
    assert len(peer.seen) == 2
    for _ in range(2):  # each time without a connection of the time before
        with _recorded(cassette, "none") as replaying:
            assert client.outbound.send(EMAIL).message_id == recorded.message_id
            assert replaying.play_count == 1
    assert len(peer.seen) == 2
    client.outbound.send(EMAIL)
    assert len(peer.seen) == 3


def test_a_request_that_a_cassette_does_not_have_is_not_sent(serve, connect, accepted, tmp_path):
    from vcr.errors import CannotOverwriteExistingCassetteException

    peer = serve(accepted)
    client = connect(peer.url, fallback=(memory := MemoryTransport()))
    client.outbound.send(EMAIL)
    with _recorded(tmp_path / "empty.yaml", "none"), pytest.raises(CannotOverwriteExistingCassetteException) as caught:
        client.outbound.send(EMAIL)
    wait_for(lambda: peer.seen)
    assert (len(peer.seen), len(memory.sent)) == (1, 0)
    assert "the email may have been sent" in str(caught.value.__notes__)


def test_the_token_can_be_left_out_of_a_cassette(serve, connect, accepted, token, tmp_path):
    cassette = tmp_path / "cassette.yaml"
    with _recorded(cassette, filter_headers=["X-Postmark-Server-Token"]):
        connect(serve(accepted).url).outbound.send(EMAIL)
    assert token not in cassette.read_text()


def test_a_tool_does_not_change_the_request(serve, connect, accepted, watched, token):
    peer = serve(accepted)
    connect(peer.url).outbound.send(EMAIL)
    ((seen),) = peer.seen
    kept = {"User-Agent", "Accept", "Accept-Encoding", "Content-Type", "Content-Length", "X-Postmark-Server-Token"}
    assert kept <= {*seen.headers} <= kept | {"Host", "traceparent"}
    assert (seen.headers["X-Postmark-Server-Token"], seen.target) == (token, "/email")
    assert seen.json["TextBody"] == "Hi"


def test_a_netrc_file_is_not_used_with_a_tool(serve, connect, accepted, watched, token, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password netrc-word\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    peer = serve(accepted)
    connect(peer.url).outbound.send(EMAIL)
    assert "Authorization" not in peer.seen[0].headers


def test_the_proxy_and_ca_bundle_of_the_client_are_used_with_a_tool(
    serve, connect, tls, accepted, watched, ca_file, monkeypatch
):
    target = serve(accepted, tls=tls("api.example"))
    proxy = serve(target.port)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_file)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    client = connect("https://api.example")
    for name in ("REQUESTS_CA_BUNDLE", "HTTPS_PROXY"):
        monkeypatch.delenv(name)
    client.outbound.send(EMAIL)
    assert (len(target.seen), proxy.seen[0].target) == (1, "api.example:443")


@pytest.mark.parametrize("location", ["/elsewhere", "http://[::1", "//"])
def test_no_redirect_is_followed_with_a_tool(serve, connect, reply, watched, location):
    peer = serve(reply(b"", 307, Location=location))
    with pytest.raises(InvalidRequest):
        connect(peer.url).outbound.send(EMAIL)
    assert len(peer.seen) == 1


def test_an_email_that_was_not_sent_fails_over_with_a_tool_active(serve, connect, watched):
    peer, memory = serve(b""), MemoryTransport()
    peer.close()
    assert connect(peer.url, fallback=memory).outbound.send(EMAIL).via == "memory"


@pytest.mark.parametrize("fault", ["reset", "close", "silence"])
def test_a_send_without_a_response_is_unknown_with_a_tool(serve, connect, watched, fault, token):
    peer, memory = serve(fault), MemoryTransport()
    client = connect(peer.url, timeout=(5, 0.1), fallback=memory)
    with pytest.raises(DeliveryUnknown) as caught:
        client.outbound.send(EMAIL)
    wait_for(lambda: peer.seen)
    assert (len(peer.seen), len(memory.sent)) == (1, 0)
    assert caught.value.__context__ is None
    assert token not in repr(vars(caught.value))
    with pytest.raises(TransportError) as read:
        client.messages.get("1")
    assert type(read.value) is TransportError


def test_a_reset_handshake_is_not_sent_with_a_tracer_that_keeps_our_connections(serve, connect, spans):
    peer = serve(b"", greeting="reset")
    with _traced("requests", spans), pytest.raises(ConnectionFailed):
        connect(f"https://127.0.0.1:{peer.port}").outbound.send(EMAIL)


def test_a_request_repeated_by_a_wrapper_without_success_is_unknown(serve, connect):
    """The first of its attempts was read, whatever is known of the last."""
    peer = serve("close")

    def again(wrapped, _, args, options):
        try:
            return wrapped(*args, **options)
        except requests.ConnectionError:
            peer.close()
            return wrapped(*args, **options)

    original = requests.Session.send
    wrapt.wrap_function_wrapper(requests.Session, "send", again)
    try:
        with pytest.raises(DeliveryUnknown):
            connect(peer.url).outbound.send(EMAIL)
    finally:
        requests.Session.send = original
    assert len(peer.seen) == 1
