"""Capturing emails without pytest: context managers and decorators."""

from __future__ import annotations

import functools
import inspect
import threading
import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, TypeVar, overload

from ..transports.capture import Recording
from .capturing import Capture
from .outbox import Outbox
from .sent_email import SentEmail

C = TypeVar("C", bound=type)

_ARGUMENT = "outbox"


@contextmanager
def record_emails(*, send: bool = False) -> Iterator[list[SentEmail]]:
    """
    Collect the emails of this process in a list while the block runs.

    Args:
        send: Whether the emails are also sent; the list then has those that were accepted. By default nothing is sent,
            and each email that its transport validates counts as accepted.
    """
    outbox = Outbox()
    with Recording(Capture(outbox, send=send)):
        yield outbox._emails


class MockEmail:
    """
    Captures the emails of a process in an `Outbox`; nothing is sent.

    Use `mock_email` as a context manager, as a decorator, or call `start` and `stop`; `mock_email()` creates another
    one. Each email that its transport validates counts as accepted.

        with mock_email as outbox: ...

        @mock_email
        def test_welcome(outbox): ...

    A decorated function with a parameter `outbox` receives the outbox. In a decorated class each test has an outbox of
    its own; in a `unittest.TestCase` the outbox is also `self.outbox`, and includes emails of `setUp`.
    """

    def __init__(self) -> None:
        """Create an object that does not capture yet."""
        self._entered = 0
        self._outbox = Outbox()
        self._recording: Recording | None = None
        self._lock = threading.Lock()

    def start(self) -> Outbox:
        """Start capturing, and return the outbox. It is a new one unless this object is capturing already."""
        with self._lock:
            if self._entered == 0:
                self._outbox = Outbox()
                self._recording = Recording(Capture(self._outbox))
            self._entered += 1
            return self._outbox

    def stop(self) -> None:
        """
        Stop capturing, after one call for each `start`.

        Raises:
            RuntimeError: `start` was not called.
        """
        with self._lock:
            if self._entered == 0:
                raise RuntimeError("mock_email was not started: call start() first")
            self._entered -= 1
            if self._entered == 0 and self._recording is not None:
                self._recording.close()

    def __enter__(self) -> Outbox:
        """Start."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    @overload
    def __call__(self, /) -> MockEmail: ...

    @overload
    def __call__(self, decorated: C, /) -> C: ...

    @overload
    def __call__(self, decorated: Callable[..., Any], /) -> Callable[..., Any]: ...

    def __call__(self, decorated: Any = None, /) -> Any:
        """Decorate a function or a class of tests. Without an argument, return another `mock_email`."""
        mock = MockEmail()
        if decorated is None:
            return mock
        return mock._class(decorated) if isinstance(decorated, type) else mock._function(decorated)

    def _class(self, tests: type) -> type:
        for name in dir(tests):
            member = inspect.getattr_static(tests, name)
            if isinstance(member, type):
                # pytest collects the tests of classes inside of a class.
                if member.__qualname__ == f"{tests.__qualname__}.{name}":
                    setattr(tests, name, self._class(member))
            elif name.startswith(unittest.TestLoader.testMethodPrefix):
                if isinstance(member, (staticmethod, classmethod)):
                    setattr(tests, name, type(member)(self._function(member.__func__)))
                elif inspect.isfunction(member):
                    setattr(tests, name, self._function(member))
        if issubclass(tests, unittest.TestCase):
            inner: Any = tests.run

            @functools.wraps(inner)
            def run(test: Any, result: Any = None) -> Any:
                with self as test.outbox:
                    return inner(test, result)

            setattr(tests, "run", run)  # noqa: B010
        return tests

    def _function(self, function: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(function)
        wrapped: Any = functools.wraps(function)(self._wrapper(function, _ARGUMENT in signature.parameters))
        # Hide the parameter from pytest, which would look for a fixture of this name.
        others = [each for each in signature.parameters.values() if each.name != _ARGUMENT]
        wrapped.__signature__ = signature.replace(parameters=others)
        return wrapped  # type: ignore[no-any-return]

    def _wrapper(self, function: Callable[..., Any], wanted: bool) -> Callable[..., Any]:
        """Return a function of the same kind that captures while its body runs; a generator is captured to its end."""

        def arguments(named: dict[str, Any], outbox: Outbox) -> dict[str, Any]:
            return {**named, _ARGUMENT: outbox} if wanted else named

        def run(*args: Any, **named: Any) -> Any:
            with self as outbox:
                return function(*args, **arguments(named, outbox))

        def generate(*args: Any, **named: Any) -> Any:
            with self as outbox:
                return (yield from function(*args, **arguments(named, outbox)))

        async def run_async(*args: Any, **named: Any) -> Any:
            with self as outbox:
                return await function(*args, **arguments(named, outbox))

        async def generate_async(*args: Any, **named: Any) -> Any:
            with self as outbox:
                async for value in function(*args, **arguments(named, outbox)):
                    yield value

        if inspect.isasyncgenfunction(function):
            return generate_async
        if inspect.iscoroutinefunction(function):
            return run_async
        return generate if inspect.isgeneratorfunction(function) else run


mock_email = MockEmail()
