"""A strict fake of SES, and a moto that is started once."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from unittest import mock

import pytest

from emailapi import Email, Retry, SESTransport

from .fake import FakeSES

QUICK = Retry(attempts=4, initial=0.001, maximum=0.002)


@pytest.fixture(scope="session", autouse=True)
def aws_descriptions() -> Iterator[None]:
    """Let all boto3 sessions share what they read of the description of AWS: it is most of what a client costs."""
    import botocore.session

    with mock.patch("botocore.session.create_loader", cache(botocore.session.create_loader)):
        yield


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Let boto3 know nothing of this machine."""
    for name in tuple(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "a-secret-key",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def serve() -> Iterator[Callable[..., FakeSES]]:
    """Start a fake; all of them are closed after the test."""
    with contextlib.ExitStack() as closing:

        def start(*script: Any, **options: Any) -> FakeSES:
            service = FakeSES(*script, **options)
            closing.callback(service.close)
            return service

        yield start


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., SESTransport]]:
    """Make a transport to a URL, with short waits; all of them are closed after the test."""
    with contextlib.ExitStack() as closing:

        def make(url: str, **options: Any) -> SESTransport:
            with monkeypatch.context() as patch:
                patch.setenv("AWS_ENDPOINT_URL_SES", url)
                options = {"region_name": "eu-west-1", "retry": QUICK, **options}
                return closing.enter_context(SESTransport(**options))

        yield make


@pytest.fixture
def boto(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Make a boto3 client as a user would; all of them are closed after the test."""
    import boto3
    from botocore.config import Config

    with contextlib.ExitStack() as closing:

        def make(url: str, **config: Any) -> Any:
            client = boto3.client("ses", region_name="eu-west-1", endpoint_url=url, config=Config(**config))
            closing.callback(client.close)
            return client

        yield make


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """Start moto's server, and give its URL."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def mail(**fields: Any) -> Email:
    """Make an email."""
    return Email(**{"sender": "me@example.com", "to": "you@example.com", "text_body": "Hello", **fields})


@pytest.fixture
def sent(moto, boto):
    """Give what moto's SES was sent, in this process."""
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.ses.models import ses_backends

    boto(moto).verify_email_identity(EmailAddress="me@example.com")
    messages = ses_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].sent_messages
    messages.clear()
    return messages
