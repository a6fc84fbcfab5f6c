"""The transports of `greenlets.py`, which are made in the process that sends."""

from __future__ import annotations

import os

from emailapi import Retry, SESTransport, SMTPTransport
from emailapi.transports.smtp import connect

connect.SILENCE_SECONDS = 60.0  # no server waits for TLS


def smtp(port: int, tls: str, bundle: str | None) -> SMTPTransport:
    return SMTPTransport(
        "127.0.0.1", port, tls=tls, cert_bundle=bundle if tls != "none" else None, retry=Retry(initial=0.01)
    )


def ses(url: str) -> SESTransport:
    os.environ["AWS_ENDPOINT_URL_SES"] = url
    return SESTransport(region_name="eu-west-1", retry=Retry(initial=0.01))
