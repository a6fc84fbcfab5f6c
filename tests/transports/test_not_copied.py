"""Transports with passwords, tokens or connections are neither copied nor pickled."""

from __future__ import annotations

import copy
import pickle

import boto3
import pytest

from emailapi import APITransport, Client, Fallback, LMTPTransport, MemoryTransport, SESTransport, SMTPTransport


def transports():
    """Return a transport of each kind that holds a secret or a connection."""
    smtp = SMTPTransport("127.0.0.1", 9, tls="none", username="jane", password="s3cret", allow_plaintext_auth=True)
    return {
        "api": APITransport(Client("s3cret")),
        "smtp": smtp,
        "ses": SESTransport(
            client=boto3.client("ses", "us-east-1", aws_access_key_id="x", aws_secret_access_key="s3cret")
        ),
        "lmtp": LMTPTransport("127.0.0.1"),
        "fallback": Fallback(MemoryTransport(), smtp),
    }


@pytest.mark.parametrize("name", transports())
@pytest.mark.parametrize("take", [pickle.dumps, copy.deepcopy], ids=["pickle", "deepcopy"])
def test_a_transport_cannot_be_copied(take, name):
    with pytest.raises(TypeError, match="connections cannot be copied: create the transport or client in each process"):
        take(transports()[name])


@pytest.mark.parametrize("name", transports())
def test_within_is_not_a_copy(name):
    assert transports()[name].within(1).deadline == 1
