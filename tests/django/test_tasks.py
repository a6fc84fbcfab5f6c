"""`emailapi.django.tasks.deliver`: Django's tasks, of Django 6.0 and newer."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import ClassVar
from unittest import mock

import pytest

from emailapi import ConfigurationError
from emailapi.queues import to_payload

HELLO = {"to": "jane@example.com", "subject": "Hi", "text_body": "Hello"}

if find_spec("django.tasks") is None:

    def test_a_django_without_tasks_is_named():
        with pytest.raises(ConfigurationError, match=r"needs Django 6.0 or newer, got 5\.2.*, which has no tasks"):
            import_module("emailapi.django.tasks")

else:
    from django.db import transaction
    from django.tasks import TaskResultStatus
    from django.tasks.backends.immediate import ImmediateBackend

    from emailapi.django.tasks import deliver

    class LaterBackend(ImmediateBackend):
        """Runs tasks at once, and keeps those for a later time."""

        supports_defer = True
        later: ClassVar[list] = []

        def enqueue(self, task, args, kwargs):
            if task.run_after is None:
                return super().enqueue(task, args, kwargs)
            self.validate_task(task)
            self.later.append((task, args, kwargs))
            return None

    def test_a_payload_is_sent_by_the_default_mailer(api, sandbox):
        api()
        result = deliver.enqueue(to_payload(HELLO, key="k"))
        assert list(result.return_value["accepted"]) == ["k"]
        assert [message.sender.email for message in sandbox.messages()] == ["shop@example.com"]

    def test_a_backend_without_a_later_time_fails_the_task(api, sandbox):
        api()
        with sandbox.faults.fail(status=503, code=100, message="Later", times=9):
            result = deliver.enqueue(to_payload({**HELLO, "text_body": "Secret"}, key="k"))
        assert result.status == TaskResultStatus.FAILED
        assert result.errors[0].exception_class_path == "emailapi.queues.RetryLater"
        assert "Secret" not in result.errors[0].traceback

    def test_emails_that_are_left_are_enqueued_for_later(api, setting, sandbox):
        api()
        setting(TASKS={"default": {"BACKEND": f"{__name__}.LaterBackend"}})
        with mock.patch.object(LaterBackend, "later", []) as later:
            with sandbox.faults.fail(status=503, code=100, message="Later", times=9):
                deliver.enqueue(to_payload(HELLO, key="k"))
            ((_, args, kwargs),) = later
            assert kwargs == {"attempt": 2}
            again = deliver.enqueue(*args, **kwargs)
        assert list(again.return_value["accepted"]) == ["k"]
        assert len(sandbox.messages()) == 1

    def test_a_task_is_enqueued_when_the_transaction_commits(api, sandbox):
        api()
        enqueue = partial(deliver.enqueue, to_payload(HELLO, key="k"))
        with suppress(KeyError), transaction.atomic():
            transaction.on_commit(enqueue)
            raise KeyError
        assert sandbox.messages() == []
        with transaction.atomic():
            transaction.on_commit(enqueue)
            assert sandbox.messages() == []
        assert len(sandbox.messages()) == 1

    def test_another_mailer_is_named(setting):
        setting(**_locmem())
        result = deliver.enqueue(to_payload(HELLO, key="k"))
        assert (
            "must be emailapi.django.EmailBackend for this task, got django.core.mail.backends.locmem"
            in result.errors[0].traceback
        )

    def _locmem():
        from django.core import mail

        path = "django.core.mail.backends.locmem.EmailBackend"
        return {"MAILERS": {"default": {"BACKEND": path}}} if hasattr(mail, "mailers") else {"EMAIL_BACKEND": path}
