"""A sandbox, a broker, and the application of project.py in this process and in workers."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from emailapi import Client, Retry
from emailapi.celery import register
from emailapi.sandbox import Sandbox
from emailapi.webhooks import RedisSeenStore

from .broker import PROGRAM, RedisBroker
from .messages import Messages
from .rabbitmq import PROGRAM as PROGRAM_OF_RABBITMQ, RabbitMQ
from .workers import Workers


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def redis(needs, tmp_path) -> Iterator[RedisBroker]:
    needs("redis", PROGRAM, "no redis-server (Debian: apt-get install redis-server)")
    broker = RedisBroker(tmp_path)
    yield broker
    broker.stop()


@pytest.fixture
def rabbitmq(needs, tmp_path) -> Iterator[RabbitMQ]:
    needs("rabbitmq", PROGRAM_OF_RABBITMQ, "no rabbitmq-server (Debian: apt-get install rabbitmq-server)")
    server = RabbitMQ(tmp_path)
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.close()


@pytest.fixture
def environment(sandbox, redis, monkeypatch) -> dict[str, str]:
    """The variables that project.py reads, here and in workers."""
    variables = {"BROKER": redis.url, "TOKEN": sandbox.token, "BASE_URL": sandbox.url}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def load_project(environment, monkeypatch) -> Iterator[Callable[..., ModuleType]]:
    """Give `load_project(**variables)`, which imports project.py as a worker with these variables does."""
    name = "tests.celery.project"

    def load(**variables: str) -> ModuleType:
        for variable, value in variables.items():
            monkeypatch.setenv(variable, value)
        sys.modules.pop(name, None)
        return importlib.import_module(name)

    yield load
    module = sys.modules.pop(name, None)
    if module is not None:
        module.app.close()


@pytest.fixture
def workers(environment, tmp_path) -> Iterator[Workers]:
    workers = Workers({"PYTHONPATH": os.getcwd()}, tmp_path)
    yield workers
    workers.close()


@pytest.fixture
def reports():
    return []


@pytest.fixture
def make_emails(redis, sandbox, reports):
    """Give `make_emails(**options)`, which registers the task with an application."""
    from celery import Celery

    clients = []

    def factory():
        clients.append(Client(sandbox.token, base_url=sandbox.url, sender="shop@example.com", retry=Retry(attempts=1)))
        return clients[-1]

    app = Celery(broker=redis.url, set_as_current=False)
    store = RedisSeenStore(redis.url)
    yield lambda **options: register(app, factory, store=store, **{"record": reports.append, **options})
    app.close()
    store.close()
    for client in clients:
        client.close()


@pytest.fixture
def emails(make_emails):
    return make_emails(lookup_delay=100)


@pytest.fixture
def messages(redis, emails):
    return Messages(redis, emails)


@pytest.fixture
def retry():
    from celery.exceptions import Retry

    return Retry
