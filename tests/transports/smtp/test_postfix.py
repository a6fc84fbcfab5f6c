"""Postfix as it is: what it takes, what it rejects, and what lies in the mailbox."""

from __future__ import annotations

import os
import re

import pytest
import trustme

from emailapi import InvalidEmail, SMTPError, SMTPTransport
from emailapi.transports.smtp import send

from ...clock import wait_for
from .emails import new_email
from .postfix import POSTFIX, Postfix

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def postfix(needs, tmp_path_factory):
    """Start it once, with certificates of an authority of its own."""
    there = POSTFIX and hasattr(os, "geteuid") and os.geteuid() == 0
    needs("postfix", there, "install Debian's postfix, and run as root")
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.bytes()
    server = Postfix(certificate)
    server.bundle = str(tmp_path_factory.mktemp("postfix") / "ca.pem")
    authority.cert_pem.write_to_path(server.bundle)
    yield server
    server.close()


@pytest.fixture
def transport(postfix):
    with SMTPTransport("localhost", postfix.port, tls="required", cert_bundle=postfix.bundle) as transport:
        yield transport


def test_postfix_delivers_an_email(postfix, transport):
    """An email goes over STARTTLS into the mailbox, under the queue id of the result."""
    result = transport.send(
        new_email(subject="Grüße", text_body=".dot\n..\nHellö\n" + "x" * 2000, cc="other@example.org")
    )
    assert re.fullmatch(r"[0-9A-Za-z]{6,}", result.message_id)
    wait_for(lambda: f"{result.message_id}: " in postfix.log())
    [one], [other] = postfix.delivered("you", 1), postfix.delivered("other", 1)
    for delivered in (one, other):
        assert b"with ESMTPS" in delivered
        assert b"Subject: =?utf-8?" in delivered
    assert [fate.enhanced_code for fate in result.recipients] == ["2.1.5", "2.1.5"]


def test_postfix_speaks_tls_from_the_first_byte(postfix):
    """So does its TLS port, with `use_tls=True`."""
    before = len(postfix.delivered("you", 0))
    send(new_email(), hostname="localhost", port=postfix.tls_port, use_tls=True, cert_bundle=postfix.bundle)
    assert len(postfix.delivered("you", before + 1)) == before + 1


def test_postfix_rejects_some_recipients(transport):
    """Recipients that it does not know, defers or does not relay to are told one by one; the others get the email."""
    to = ["you@example.org", "nobody@example.org", "later@example.org"]
    told = [(fate.accepted, fate.code, fate.enhanced_code) for fate in transport.send(new_email(to=to)).recipients]
    assert told == [(True, 250, "2.1.5"), (False, 550, "5.1.1"), (False, 450, "4.7.1")]
    with pytest.raises(SMTPError) as caught:
        transport.send(new_email(to=["you@elsewhere.example", "nobody@example.org"]))
    assert [fate.code for fate in caught.value.recipients] == [554, 550]
    assert not caught.value.retryable
    transport.send(new_email())


def test_postfix_limits_recipients_and_the_email_is_split(postfix, transport):
    names = ["you", "other", "third", "nobody", "fourth"]
    before = {name: len(postfix.delivered(name, 0)) for name in ("third", "fourth")}
    fates = transport.send(new_email(to=[f"{name}@example.org" for name in names])).recipients
    assert [fate.accepted for fate in fates] == [True, True, True, False, True]
    for name, count in before.items():
        assert len(postfix.delivered(name, count + 1)) == count + 1
    wait_for(lambda: [int(found) for found in re.findall(r"nrcpt=(\d)", postfix.log())][-2:] == [3, 1])


def test_postfix_announces_its_size_limit(transport):
    with pytest.raises(InvalidEmail, match="200000"):
        transport.send(new_email(text_body="x" * 200_001))


def test_postfix_accepts_international_mailboxes(transport):
    with pytest.raises(SMTPError) as caught:
        transport.send(new_email(to="jürgen@example.org"))
    assert caught.value.recipients[0].enhanced_code == "5.1.1"


def test_postfix_delivers_a_batch(postfix, transport):
    """Fifty emails go over one connection, pipelined."""
    before = len(postfix.delivered("you", 0))
    batch = transport.send_batch([new_email(subject=str(number)) for number in range(50)])
    assert len({result.message_id for result in batch.accepted}) == 50
    assert len(postfix.delivered("you", before + 50)) == before + 50
