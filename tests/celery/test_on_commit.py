"""Emails that are queued when a transaction of Django ends."""

from __future__ import annotations

import sys

import pytest

pytestmark = pytest.mark.costly

PROGRAM = """
import os
import sys
from types import ModuleType

settings = sys.modules["shop_settings"] = ModuleType("shop_settings")
settings.DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
os.environ["DJANGO_SETTINGS_MODULE"] = "shop_settings"

import django
django.setup()
from celery import Celery
from django.db import transaction
from emailapi import Client, ConnectionFailed
from emailapi.celery import register
from emailapi.queues import to_payload
from emailapi.webhooks import MemorySeenStore

app = Celery(broker="memory://")
emails = register(app, Client, store=MemorySeenStore())
hello = {"to": "jane@example.com", "subject": "Hi", "text_body": "Hello"}

def waiting():
    with app.connection() as connection:
        return connection.default_channel.queue_declare("celery", durable=True).message_count

with transaction.atomic():
    assert emails.send(hello, key="a", on_commit=True) is None
    assert emails.send_many([hello] * 3, key="b", max_emails=2, on_commit=True) == []
    emails.task.delay_on_commit(to_payload(hello, key="c"))
    assert waiting() == 0
assert waiting() == 4
try:
    with transaction.atomic():
        emails.send(hello, key="c", on_commit=True)
        raise KeyError
except KeyError:
    assert waiting() == 4
app.conf.update(task_publish_retry=False)
down = register(Celery(broker="redis://127.0.0.1:1/0"), Client, store=MemorySeenStore())
down.app.conf.task_publish_retry_policy = {"max_retries": 0}
try:
    with transaction.atomic():
        down.send(hello, key="d", on_commit=True)
except ConnectionFailed as error:
    print("not in the queue" in str(error))
"""


@pytest.mark.exhaustive
@pytest.mark.slow
def test_emails_are_queued_when_the_transaction_commits(start):
    process = start(sys.executable, "-c", PROGRAM)
    output, errors = process.communicate(timeout=110)
    assert (output, process.returncode) == ("True\n", 0), errors
