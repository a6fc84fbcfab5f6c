"""Capturing emails without pytest's fixtures."""

from __future__ import annotations

import asyncio
import inspect
import threading
import unittest

import pytest

from emailapi import Client, Email, MemoryTransport
from emailapi.testing import EmailAPITestMixin, Outbox, SentEmail, mock_email, record_emails
from emailapi.transports.capture import RECORDINGS

from .conftest import NOWHERE

EMAIL = Email(sender="a@example.com", to="b@example.com", subject="s", text_body="t")
CLIENT = Client("token", base_url=NOWHERE)


def send(subject: str = "s") -> None:
    CLIENT.outbound.send(EMAIL.replace(subject=subject))


def run(tests: type[unittest.TestCase]) -> unittest.TestResult:
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(tests).run(result)
    assert RECORDINGS == []
    assert not result.errors, result.errors
    return result


def test_record_emails_collects_a_list():
    with record_emails() as emails:
        send("a")
        send("b")
    assert type(emails) is list
    assert all(isinstance(email, SentEmail) for email in emails)
    assert [email.subject for email in emails] == ["a", "b"]


def test_record_emails_can_also_send(outbox):
    memory = MemoryTransport()
    with record_emails(send=True) as emails:
        memory.send(EMAIL)
        send("inner")
    assert [email.subject for email in emails] == ["s", "inner"]
    assert emails[0].result.via == "memory"
    assert len(outbox) == 2  # the older recorder decides about what goes on


def test_emails_that_are_not_accepted_are_not_recorded():
    class Down(MemoryTransport):
        def send(self, email, /):
            raise ConnectionError("down")

    with record_emails(send=True) as emails, Client(transport=Down()) as client:
        assert client.outbound.send_batch([EMAIL]).failed
    assert emails == []


def test_recordings_end_with_an_exception():
    with pytest.raises(LookupError), record_emails():
        raise LookupError
    with pytest.raises(LookupError), mock_email():
        raise LookupError
    assert RECORDINGS == []


@pytest.mark.parametrize("mock", [mock_email, mock_email()], ids=["mock_email", "mock_email()"])
def test_mock_email_is_a_context_manager(mock):
    with mock as outbox:
        send()
        assert isinstance(outbox, Outbox)
    assert outbox.one().subject == "s"


@pytest.mark.parametrize("mock", [mock_email, mock_email()], ids=["mock_email", "mock_email()"])
def test_mock_email_starts_and_stops(mock):
    with pytest.raises(RuntimeError, match="was not started"):
        mock.stop()
    outbox = mock.start()
    send()
    mock.stop()
    assert (len(outbox), RECORDINGS) == (1, [])
    assert mock.start() is not outbox
    mock.stop()


@pytest.mark.parametrize("decorator", [mock_email, mock_email()], ids=["mock_email", "mock_email()"])
def test_mock_email_decorates_a_function(decorator):
    @decorator
    def sends(subject, *, outbox):
        """Send."""
        send(subject)
        return outbox.one().subject

    @decorator
    def ignores(subject):
        send(subject)
        return subject

    assert (sends("a"), sends(subject="b"), ignores("c")) == ("a", "b", "c")
    assert (sends.__name__, sends.__doc__) == ("sends", "Send.")
    # pytest would look for a fixture.
    assert [*inspect.signature(sends).parameters] == ["subject"]
    assert RECORDINGS == []


def test_a_block_within_a_decorated_function_has_an_outbox_of_its_own():
    @mock_email
    def sends(outbox):
        with mock_email() as inner:
            send("inner")
        send("outer")
        return inner.one().subject, outbox.one().subject

    assert sends() == ("inner", "outer")


def test_mock_email_decorates_a_coroutine():
    @mock_email
    async def sends(outbox):
        await asyncio.to_thread(send)
        return len(outbox)

    assert asyncio.run(sends()) == 1


def test_mock_email_decorates_a_generator_such_as_a_fixture():
    @mock_email
    def generator(outbox):
        yield outbox
        send()
        return len(outbox)

    def delegate():
        found.append((yield from generator()))

    found = []
    with record_emails() as leaked:
        assert [type(outbox) for outbox in delegate()] == [Outbox]
    assert (found, leaked) == ([1], [])


def test_mock_email_decorates_an_asynchronous_generator():
    @mock_email
    async def generator(outbox):
        send()
        yield len(outbox)

    async def collect():
        return [count async for count in generator()]

    assert asyncio.run(collect()) == [1]


def test_mock_email_decorates_methods_and_classes_of_unittest():
    seen = []

    class Method(unittest.TestCase):
        @mock_email
        def test_welcome(self, outbox):
            send("a")
            seen.append(outbox.one().subject)

    @mock_email
    class Class(unittest.TestCase):
        def setUp(self):
            send("set up")

        def test_with_argument(self, outbox):
            assert outbox is self.outbox
            send("b")
            seen.append([email.subject for email in outbox])

        def test_without(self):
            seen.append([email.subject for email in self.outbox])

        def tearDown(self):
            assert len(self.outbox) in (1, 2)

    assert run(Method).testsRun == 1
    assert run(Class).testsRun == 2
    assert seen == ["a", ["set up", "b"], ["set up"]]


def test_mock_email_decorates_a_class_of_pytest():
    @mock_email
    class Tests:
        def test_a(self, outbox):
            send("a")
            return [email.subject for email in outbox]

        def helper(self):
            return RECORDINGS == []

    assert Tests().test_a() == ["a"]
    assert Tests().test_a() == ["a"]
    assert Tests().helper()


def test_mock_email_decorates_static_methods_class_methods_and_inner_classes():
    """Pytest collects them, too."""

    @mock_email
    class Tests:
        @staticmethod
        def test_static(outbox):
            send("a")
            return len(outbox)

        @classmethod
        def test_class(cls, outbox):
            send("a")
            return len(outbox)

        class TestInner:
            def test_a(self, outbox):
                send("a")
                return len(outbox)

    assert (Tests.test_static(), Tests().test_class(), Tests.TestInner().test_a()) == (1, 1, 1)


def test_a_decorated_function_can_run_in_several_threads():
    barrier = threading.Barrier(8)

    @mock_email
    def run(outbox):
        barrier.wait(30)
        send("a")

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert RECORDINGS == []


def test_the_mixin_gives_each_test_an_outbox():
    seen = []

    class Tests(EmailAPITestMixin, unittest.TestCase):
        def setUp(self):
            send("set up")

        def test_a(self):
            send("a")
            seen.append([email.subject for email in self.outbox])

        def test_b(self):
            seen.append([email.subject for email in self.outbox])

    run(Tests)
    assert seen == [["set up", "a"], ["set up"]]


def test_the_mixin_works_with_asynchronous_tests():
    seen = []

    class Tests(EmailAPITestMixin, unittest.IsolatedAsyncioTestCase):
        async def test_a(self):
            await asyncio.to_thread(send)
            seen.append(len(self.outbox))

    run(Tests)
    assert seen == [1]


def test_the_mixin_must_precede_the_test_case():
    with pytest.raises(TypeError, match="Wrong: EmailAPITestMixin must stand before TestCase"):
        type("Wrong", (unittest.TestCase, EmailAPITestMixin), {})


def test_a_failed_assertion_is_a_failure_of_unittest():
    class Tests(EmailAPITestMixin, unittest.TestCase):
        def test_a(self):
            self.outbox.wait_for(timeout=0)

    assert len(run(Tests).failures) == 1
