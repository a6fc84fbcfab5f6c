"""The database backend of Django's tasks, with a worker that is killed; it is a package of its own."""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from ..clock import wait_for

pytestmark = pytest.mark.costly

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "queue-recipes.md"
(RECIPE,) = re.findall(r"```text\n([^`]*DBTaskResult.*?)```", PAGE.read_text("utf-8"), re.DOTALL)

PROGRAM = """
import sys
from contextlib import suppress

import django
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

database, url, token, action = sys.argv[1:]
options = {"server_token": token, "base_url": url}
backend = "emailapi.django.EmailBackend"
if django.VERSION >= (6, 1):
    mailer = {"MAILERS": {"default": {"BACKEND": backend, "OPTIONS": options}}}
else:
    mailer = {"EMAIL_BACKEND": backend, "EMAILAPI": {name.upper(): value for name, value in options.items()}}
handlers = {"console": {"class": "logging.StreamHandler"}}
settings.configure(
    **mailer,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
    DEFAULT_FROM_EMAIL="shop@example.com",
    INSTALLED_APPS=["django_tasks_db"],
    LOGGING={"version": 1, "handlers": handlers, "root": {"level": "INFO", "handlers": ["console"]}},
    TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}},
    USE_TZ=True,
)
django.setup()

from emailapi.django.tasks import deliver
from emailapi.queues import to_payload


def enqueue():
    call_command("migrate", verbosity=0)
    payload = to_payload({"to": "jane@example.com", "subject": "Hi", "text_body": "Secret"}, key="k")
    with suppress(KeyError), transaction.atomic():
        deliver.enqueue(payload)
        raise KeyError
    with transaction.atomic():
        deliver.enqueue(payload)


def work():
    call_command("db_worker", batch=True)


def run_again():
    RECIPE


{"enqueue": enqueue, "work": work, "run again": run_again}[action]()
"""

if find_spec("django.tasks") and find_spec("django_tasks_db"):

    @pytest.fixture
    def run(start, sandbox, tmp_path):
        """Give `run(action)`, which starts a process of the project."""
        recipe = RECIPE.replace("timedelta(hours=1)", "timedelta(0)").replace("\n", "\n    ")
        program = PROGRAM.replace("RECIPE", recipe)
        place = (str(tmp_path / "db.sqlite3"), sandbox.url, sandbox.token)
        return lambda action: start(sys.executable, "-c", program, *place, action)

    def ended(process):
        _, errors = process.communicate(timeout=110)
        assert process.returncode == 0, errors
        return errors

    def test_a_task_whose_worker_is_killed_is_run_again_and_sends_once(run, sandbox):
        ended(run("enqueue"))
        with sandbox.faults.delay(60) as fault:
            worker = run("work")
            wait_for(lambda: fault.hits)
            worker.kill()
            worker.communicate()
        ended(run("work"))
        assert len(sandbox.messages()) <= 1
        ended(run("run again"))
        log = ended(run("work"))
        assert len(sandbox.messages()) == 1
        assert "state=SUCCESSFUL" in log
        assert "Secret" not in log
