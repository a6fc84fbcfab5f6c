"""
Run the tests that Django has for each of its own email backends against emailapi.django.

    python .ci/django_mail.py FOLDER

FOLDER is the unpacked source of the Django that is installed, of the same version: `pip download --no-deps --no-binary
:all: Django==6.1.3`. It needs aiosmtpd: the emails leave by SMTP, and are read as they arrive. The tests that ask for
what is different here on purpose may fail, and all others must pass.
"""

from __future__ import annotations

import email
import email.policy
import sys
import unittest
import warnings
from email.message import EmailMessage
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# What is different, and the reason.
DIFFERENT = {
    "test_recipient_without_domain": "an address has a domain",
    "test_lazy_addresses": "an address has a domain; those of the test are lazy, too, and have none",
    "test_send_unicode": "a subject is encoded in base64 where that is shorter (Django 5.2)",
    "test_send_long_lines": "a text is encoded in base64 where that is shorter (Django 5.2)",
    "test_unknown_kwargs_ignored": "an unknown argument is an error, as it will be in Django 2028",
    "test_fail_silently_arg_accepted": "fail_silently stays an option",
}


class Inbox:
    """Keeps the messages that an SMTP server accepts."""

    def __init__(self) -> None:
        """Begin with none."""
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002 - aiosmtpd's
        """Keep a message."""
        import django

        content = envelope.content.replace(b"\r\n", b"\n")
        if django.VERSION < (6, 0):  # it ends no body with a line break
            content = content.rstrip(b"\n")
        made = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(made, EmailMessage)
        self.messages.append(made)
        return "250 2.0.0 Ok"


class Results(unittest.TextTestResult):
    """Collects the names of the tests that pass and fail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with none."""
        super().__init__(*args, **kwargs)
        self.passed: set[str] = set()
        self.failed: set[str] = set()

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802 - unittest's
        """Keep the name of a test that passes."""
        super().addSuccess(test)
        self.passed.add(test.id().rpartition(".")[2])

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        """Keep the name of a test that fails."""
        super().addFailure(test, err)
        self.failed.add(test.id().rpartition(".")[2])

    def addError(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        """Keep the name of a test that raises."""
        super().addError(test, err)
        self.failed.add(test.id().rpartition(".")[2])

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:  # noqa: N802
        """Keep the name of a test a part of which fails."""
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.failed.add(test.id().rpartition(".")[2])


def tests_of(inbox: Inbox) -> type[unittest.TestCase]:
    """Return the tests of this Django's backends for ours, which reads what it sent from an inbox."""
    from django.test import SimpleTestCase

    from emailapi.django.backend import EmailBackend

    try:
        from mail.test_backends import SharedEmailBackendTests as Shared
    except ImportError:
        from mail.tests import BaseEmailBackendTests as Shared

    def content(self: object) -> list[EmailMessage]:  # noqa: ARG001
        return list(inbox.messages)

    def flush(self: object) -> None:  # noqa: ARG001
        inbox.messages.clear()

    names = {
        "email_backend": "emailapi.django.backend.EmailBackend",
        "backend_class": EmailBackend,
        "get_mailbox_content": content,
        "flush_mailbox": flush,
        "setUp": flush,
    }
    return type("Tests", (Shared, SimpleTestCase), names)


def main(folder: str) -> int:
    """Return 0 when no other tests fail than may."""
    from aiosmtpd.controller import Controller

    sys.path[:0] = [str(Path(folder).resolve() / "tests"), str(ROOT)]
    inbox = Inbox()
    server = Controller(inbox, hostname="127.0.0.1", port=0, enable_SMTPUTF8=True)
    server.port = free_port()
    server.start()
    try:
        import django
        from django.conf import settings

        smtp = {"hostname": "127.0.0.1", "port": server.port}
        settings.configure(EMAILAPI={"TRANSPORT": "smtp", "TRANSPORT_OPTIONS": smtp})
        django.setup()
        warnings.simplefilter("ignore")
        suite = unittest.defaultTestLoader.loadTestsFromTestCase(tests_of(inbox))
        found: Any = unittest.TextTestRunner(resultclass=Results, verbosity=0, warnings="ignore").run(suite)
    finally:
        server.stop()
    for name in sorted(found.failed):
        print(f"{name}: {DIFFERENT.get(name, 'IT MUST PASS')}")
    passed = found.passed - found.failed
    print(f"Django {django.__version__}: {len(passed)} of {len(passed | found.failed)} pass")
    return int(not passed or not found.failed <= DIFFERENT.keys())


def free_port() -> int:
    """Return a port that nothing listens on."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
