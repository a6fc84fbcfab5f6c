"""A `requests.Session` of the user's own."""

from __future__ import annotations

from unittest.mock import create_autospec

import pytest
import requests
from requests.adapters import HTTPAdapter

from emailapi import (
    ConfigurationError,
    ConnectionFailed,
    DeliveryUnknown,
    Email,
    InactiveRecipient,
    InvalidRequest,
    TransportError,
)

from ..clock import wait_for

EMAIL = Email(sender="us@example.com", to="you@example.com", subject="Hello", text_body="Hi")


@pytest.fixture
def session():
    """Give a session, closed after the test."""
    with requests.Session() as session:
        yield session


@pytest.mark.parametrize("given", ["https://x", requests, object()])
def test_an_object_that_is_not_a_session_is_rejected(given):
    with pytest.raises(ConfigurationError, match="requests.Session"):
        _client(session=given)


def _client(**options):
    import emailapi

    return emailapi.Client("x", **options)


@pytest.mark.parametrize("retries", [1, 3, None])
def test_a_session_that_retries_is_rejected(session, retries):
    """An adapter that retries by itself would send twice: it is rejected, by its prefix."""
    if retries is None:
        from urllib3.util import Retry

        retries = Retry(total=None, status=2)
    session.mount("https://api.", HTTPAdapter(max_retries=retries))
    with pytest.raises(ConfigurationError, match="'https://api.'"):
        _client(session=session)


def test_a_session_without_certificate_verification_is_rejected(session):
    session.verify = False
    with pytest.raises(ConfigurationError, match="verify=False"):
        _client(session=session)


def test_a_session_is_validated_at_each_request(serve, connect, accepted, session):
    peer = serve(accepted)
    client = connect(peer.url, session=session)
    client.outbound.send(EMAIL)
    session.mount("http://", HTTPAdapter(max_retries=3))
    with pytest.raises(ConfigurationError, match="retries"):
        client.outbound.send(EMAIL)
    assert len(peer.seen) == 1


def test_adapters_hooks_and_headers_of_a_session_are_used(serve, connect, accepted, session, token):
    sent, seen = [], []

    class Counting(HTTPAdapter):
        def send(self, request, **options):
            sent.append(request.url)
            return super().send(request, **options)

    peer = serve(accepted)
    session.mount("http://", Counting())
    session.headers["X-Trace"] = "1"
    session.hooks["response"] = lambda response, **_: seen.append(response.status_code)
    connect(peer.url, session=session).outbound.send(EMAIL)
    assert (sent, seen) == ([f"{peer.url}/email"], [200])
    assert peer.seen[0].headers["X-Trace"] == "1"
    assert peer.seen[0].headers["X-Postmark-Server-Token"] == token
    assert peer.seen[0].headers["Content-Type"] == "application/json"


def test_the_auth_of_a_session_is_called_for_every_request(serve, connect, accepted, session):
    def sign(request):
        request.headers["X-Length"] = str(len(request.body or b""))
        return request

    session.auth = sign
    peer = serve(accepted)
    client = connect(peer.url, session=session)
    client.outbound.send(EMAIL)
    client.outbound.send_batch([EMAIL, EMAIL])
    client.messages.get("1")
    assert [seen.headers["X-Length"] for seen in peer.seen] == [str(len(seen.body)) for seen in peer.seen]


def test_proxies_of_a_session_are_used(serve, connect, accepted, session):
    proxy = serve(accepted)
    session.proxies = {"http": proxy.url}
    connect("http://api.example", session=session, allow_http=True).outbound.send(EMAIL)
    assert proxy.seen[0].target == "http://api.example/email"


def test_certificates_of_a_session_are_used(serve, connect, tls, authority, ca_file, accepted, session, tmp_path):
    import ssl

    context = tls()
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    peer = serve(accepted, tls=context)
    mine = tmp_path / "mine.pem"
    authority.issue_cert("me@example.com").private_key_and_cert_chain_pem.write_to_path(str(mine))
    session.verify, session.cert = ca_file, str(mine)
    connect(peer.url, session=session).outbound.send(EMAIL)
    assert len(peer.seen) == 1


def test_a_missing_ca_bundle_of_a_session_is_a_configuration_error(serve, connect, tls, accepted, session):
    session.verify = "/nowhere/ca.pem"
    peer = serve(accepted, tls=tls())
    with pytest.raises(ConfigurationError, match="/nowhere/ca.pem"):
        connect(peer.url, session=session).outbound.send(EMAIL)


def test_an_autospecced_session_can_be_given(connect):
    response = requests.Response()
    response.status_code, response._content = 200, b'{"MessageID": "1", "ErrorCode": 0}'
    session = create_autospec(requests.Session, instance=True)
    session.post.return_value = response
    assert connect("https://api.example", session=session).outbound.send(EMAIL).message_id == "1"
    assert session.post.call_args.args == ("https://api.example/email",)


def test_a_session_of_the_user_follows_no_redirect(serve, connect, reply, accepted, session):
    other = serve(accepted)
    peer = serve(reply(b"", 307, Location=f"{other.url}/email"))
    with pytest.raises(InvalidRequest):
        connect(peer.url, session=session).outbound.send(EMAIL)
    assert other.connections == 0


def test_closing_the_client_leaves_the_session_open(serve, connect, accepted, session):
    peer = serve(accepted)
    client = connect(peer.url, session=session)
    client.outbound.send(EMAIL)
    client.close()
    with pytest.raises(ConfigurationError, match="closed"):
        client.outbound.send(EMAIL)
    assert session.get(peer.url).status_code == 200
    assert peer.connections == 1


def test_only_failures_before_the_request_are_not_sent_with_a_session(serve, connect, tls, session):
    peer = serve(b"", tls=tls())
    with pytest.raises(ConnectionFailed) as untrusted:
        connect(peer.url, session=session).outbound.send(EMAIL)
    assert not untrusted.value.retryable
    peer.close()
    with pytest.raises(ConnectionFailed, match="refused") as closed:
        connect(peer.url, session=session).outbound.send(EMAIL)
    assert closed.value.retryable


@pytest.mark.parametrize("response", ["reset", "close", "silence"])
def test_other_failures_with_a_session_are_unknown(serve, connect, session, token, response):
    peer = serve(response)
    client = connect(peer.url, session=session, timeout=(5, 0.5))
    with pytest.raises(DeliveryUnknown) as caught:
        client.outbound.send(EMAIL)
    assert caught.value.__context__ is None
    assert token not in repr(vars(caught.value))
    wait_for(lambda: peer.seen)
    assert len(peer.seen) == 1
    with pytest.raises(TransportError) as read:
        client.messages.get("1")
    assert type(read.value) is TransportError


def test_a_failed_handshake_with_a_session_is_unknown(serve, connect, session):
    """Without our marks a reset in the TLS handshake cannot be told from one after the request."""
    peer = serve(b"", greeting="reset")
    with pytest.raises(DeliveryUnknown):
        connect(f"https://127.0.0.1:{peer.port}", session=session).outbound.send(EMAIL)


def test_a_hook_that_calls_raise_for_status_does_not_hide_a_rejection(serve, connect, reply, session):
    """A hook that calls `raise_for_status` hides no rejection: the response counts."""
    session.hooks["response"] = lambda response, **_: response.raise_for_status()
    inactive = {"ErrorCode": 406, "Message": "Found inactive addresses: you@example.com. Inactive recipients are"}
    peer = serve(reply(inactive, 422))
    with pytest.raises(InactiveRecipient) as caught:
        connect(peer.url, session=session).outbound.send(EMAIL)
    assert caught.value.addresses == ("you@example.com",)


def test_a_status_raised_for_another_server_is_not_that_of_the_service(serve, connect, reply, accepted, session):
    other = serve(reply(b"", 404))

    def report(response, **_):
        assert response.content
        requests.post(other.url, timeout=5).raise_for_status()

    session.hooks["response"] = report
    with pytest.raises(DeliveryUnknown):
        connect(serve(accepted).url, session=session).outbound.send(EMAIL)


def test_a_hook_that_cannot_reach_its_own_server_leaves_the_outcome_unchanged(serve, connect, accepted, session):
    gone = serve(b"")
    gone.close()

    def report(response, **_):
        assert response.content
        requests.post(gone.url, timeout=5)

    session.hooks["response"] = report
    peer = serve(accepted)
    with pytest.raises(DeliveryUnknown):
        connect(peer.url, session=session).outbound.send(EMAIL)
    assert len(peer.seen) == 1


def test_another_client_inside_a_hook_does_not_affect_the_request(serve, connect, accepted, session):
    gone = serve(b"")
    gone.close()
    other = connect(gone.url)

    def report(response, **_):
        assert response.content
        with pytest.raises(ConnectionFailed):
            other.outbound.send(EMAIL)
        raise requests.ConnectionError("lost", request=response.request)

    session.hooks["response"] = report
    with pytest.raises(DeliveryUnknown):
        connect(serve(accepted).url, session=session).outbound.send(EMAIL)
