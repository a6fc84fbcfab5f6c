"""Options, and the parts of an email that SMTP carries."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import attrs
import pytest

from emailapi import (
    Attachment,
    ConfigurationError,
    InvalidEmail,
    LMTPTransport,
    Retry,
    SMTPOptions,
    SMTPTransport,
    Transport,
)
from emailapi.transports.smtp import send
from emailapi.transports.smtp.options import Settings

from .emails import new_email
from .scripted import polite


def test_the_smtp_transport_is_a_transport():
    assert isinstance(SMTPTransport("mail.example"), Transport)


def test_its_repr_names_the_server_only():
    """The repr has host, port and encryption, and nothing of the login."""
    transport = SMTPTransport("mail.example", username="user", password="hunter22")
    assert repr(transport) == "SMTPTransport('mail.example', 587, tls='required')"
    assert "hunter22" not in repr(vars(transport))


@pytest.mark.parametrize(
    "hostname, port, options",
    [
        ("", None, {}),
        (" ", None, {}),
        (None, None, {}),
        ("a b", None, {}),
        ("a\nb", None, {}),
        ("ab\0", None, {}),
        ("xn--a..é", None, {}),
        ("a..b", None, {}),
        ("a" * 64, None, {}),
        ("a." * 127 + "example", None, {}),
        ("mail.example:587", None, {}),
        ("smtp://mail.example", None, {}),
        ("user@mail.example", None, {}),
        ("[mail.example", None, {}),
        ("mail.example", 0, {}),
        ("mail.example", 65536, {}),
        ("mail.example", "25", {}),
        ("mail.example", True, {}),
        ("mail.example", None, {"timeout": 0}),
        ("mail.example", None, {"deadline": None}),
        ("mail.example", None, {"retry": 3}),
        ("mail.example", None, {"max_messages": 0}),
        ("mail.example", None, {"max_age": 0}),
        ("mail.example", None, {"max_idle": "1"}),
        ("mail.example", None, {"postmark_headers": "yes"}),
        ("mail.example", None, {"local_hostname": "a\r\nMAIL FROM:<x>"}),
        ("mail.example", None, {"local_hostname": ""}),
        ("mail.example", None, {"server_hostname": "a b"}),
        ("mail.example", None, {"source_address": "192.0.2.1"}),
        ("mail.example", None, {"source_address": ("192.0.2.1", "0")}),
        ("mail.example", None, {"source_address": ("192.0.2.1", 65536)}),
        ("mail.example", None, {"source_address": ("192.0.2.1", -1)}),
        ("mail.example", None, {"source_address": ("own..example", 0)}),
        ("mail.example", None, {"source_address": ("own\0", 0)}),
        (":::", None, {}),
        ("1:2", None, {}),
        ("fe80::1%", None, {}),
        ("fe80::1%a b", None, {}),
    ],
)
def test_an_invalid_option_is_a_configuration_error(hostname, port, options):
    with pytest.raises(ConfigurationError):
        SMTPTransport(hostname, port, **options)


def test_the_two_lists_of_options_agree():
    """`SMTPOptions`, for type checkers, and `Settings`, which checks, have the same names; each is documented."""
    settings = {option.alias for option in attrs.fields(Settings) if option.init}
    assert settings == {"protocol", "hostname", "port", *SMTPOptions.__annotations__}
    documented = re.findall(r"^ {4}(\w+): ", inspect.getdoc(SMTPOptions) or "", re.MULTILINE)
    assert documented == [*SMTPOptions.__annotations__]


@pytest.mark.parametrize("function", [SMTPTransport, LMTPTransport, send])
def test_options_are_listed_in_two_places_only(function):
    assert not inspect.signature(function).parameters.keys() & SMTPOptions.__annotations__.keys()
    with pytest.raises(TypeError, match="did you mean 'socket_path'"):
        function(*([b"From: me@example.com"] if function is send else []), socketpath="/s")


def test_an_unknown_option_is_an_error():
    with pytest.raises(TypeError, match="username"):
        SMTPTransport("mail.example", usernme="user")


@pytest.mark.parametrize("host", ["bücher.example", "BÜCHER.example."])
def test_a_host_name_can_be_international(host):
    assert SMTPTransport(host).hostname == "xn--bcher-kva.example"


@pytest.mark.costly
@pytest.mark.parametrize("host", ["LocalHost", "mail.LOCALHOST.", "[::1]", "::1", "127.0.0.2"])
def test_loopback_is_recognized_in_every_spelling(host):
    """This machine is known by its names in any case of letters, and by its addresses, as URLs write them too."""
    assert repr(SMTPTransport(host)).endswith("25, tls='opportunistic')")
    assert SMTPTransport("[2001:db8::1]").hostname == "2001:db8::1"
    assert SMTPTransport("fe80::1%eth0").hostname == "fe80::1%eth0"


def test_files_can_be_paths_or_strings(trust, tmp_path):
    """A CA bundle may be a `Path`, as any file of a program may."""
    for bundle in (trust.bundle, Path(trust.bundle), tmp_path):
        assert "required" in repr(SMTPTransport("mail.example", cert_bundle=bundle))


def test_ehlo_has_the_local_host_name(script, connect, monkeypatch):
    """Our name in EHLO is the one that is given, the machine's full name, or our address; the DNS is not asked."""
    server = script(polite())
    monkeypatch.setattr("socket.gethostname", lambda: "web1")
    connect(server).send(new_email())
    connect(server, local_hostname="given.example").send(new_email())
    monkeypatch.setattr("socket.gethostname", lambda: "web1.example.com")
    connect(server).send(new_email())
    assert [line for line in server.seen if line.startswith("ehlo")] == [
        "ehlo [127.0.0.1]",
        "ehlo given.example",
        "ehlo web1.example.com",
    ]


def test_the_source_address_is_used(script, connect):
    server = script(polite())
    connect(server, source_address=("127.0.0.2", 0)).send(new_email())
    assert len(server.messages) == 1
    with pytest.raises(ConnectionError):
        connect(server, source_address=("192.0.2.1", 0), retry=Retry(attempts=1)).send(new_email())


SERVICE = {
    "tag": "welcome",
    "metadata": {"user": "7"},
    "message_stream": "news",
    "track_opens": False,
    "track_links": "None",
}


@pytest.mark.parametrize("field", SERVICE)
def test_fields_that_smtp_does_not_support_are_rejected(field, script, connect):
    """A field that only the service understands is rejected by name, before any network, and never dropped."""
    server = script(polite())
    transport = connect(server)
    given = new_email(**{field: SERVICE[field]})
    for reject in (transport.check, transport.send):
        with pytest.raises(InvalidEmail) as caught:
            reject(given)
        assert caught.value.field == field
    assert server.connections == 0


def test_the_key_is_not_sent(script, connect):
    server = script(polite())
    transport = connect(server)
    given = new_email(idempotency_key="mine", attachments=[Attachment(name="a.txt", content=b"x")])
    transport.check(given)
    assert transport.send(given).idempotency_key == "mine"
    assert b"mine" not in server.messages[0]


def test_all_fields_are_sent_with_postmark_headers(script, connect):
    """With X-PM headers all fields are written, and a key beside them, to look the email up by."""
    server = script(polite())
    transport = connect(server, postmark_headers=True)
    transport.check(new_email(**SERVICE))
    result = transport.send(new_email(**SERVICE))
    [sent] = server.messages
    for line in (
        b"X-PM-Tag: welcome",
        b"X-PM-Metadata-user: 7",
        b"X-PM-Message-Stream: news",
        b"X-PM-TrackOpens: false",
        b"X-PM-TrackLinks: None",
        b"X-PM-Metadata-emailapi-key: " + (result.idempotency_key or "").encode(),
    ):
        assert line + b"\r\n" in sent
    full = transport.send(new_email(metadata={str(number): "x" for number in range(10)}))
    assert full.idempotency_key is None
    assert b"emailapi-key" not in server.messages[1]


@pytest.mark.parametrize(
    "host, written",
    [
        ("smtp.postmarkapp.com", True),
        ("SMTP-broadcasts.PostmarkApp.com.", True),
        ("postmarkapp.com.example", False),
        ("notpostmarkapp.com", False),
    ],
)
def test_hosts_of_the_service_get_postmark_headers(host, written):
    """X-PM headers are written to hosts of postmarkapp.com by themselves, unless that is said otherwise."""
    tagged = new_email(tag="welcome")
    if written:
        SMTPTransport(host).check(tagged)
    for transport in (SMTPTransport(host, postmark_headers=False), *([] if written else [SMTPTransport(host)])):
        with pytest.raises(InvalidEmail):
            transport.check(tagged)


@pytest.mark.parametrize("fields", [{"to": ()}, {"sender": None}, {"text_body": None}])
def test_an_email_must_be_complete(fields):
    """An email without sender, recipient or body is rejected by `check`, too."""
    with pytest.raises(InvalidEmail):
        SMTPTransport("mail.example").check(new_email(**fields))
