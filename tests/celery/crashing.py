"""Killing workers and their broker while emails are sent, and counting what the service has accepted."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress

from emailapi.sandbox import Sandbox

from .broker import RedisBroker
from .rabbitmq import RabbitMQ
from .workers import Workers, children

# The longest wait for the next email; nothing depends on it unless something is wrong.
STILL_SECONDS = 240
# Redis delivers a message of a killed worker again after so many seconds, and looks for such messages each 100 polls.
SETTINGS = {"VISIBILITY_TIMEOUT": "25", "LOOKUP_DELAY": "9"}


def email(number):
    return {"to": f"user{number}@example.com", "subject": f"Email {number}", "text_body": "Hello"}


class Crashes:
    """A worker that is started again whenever it ends, and killed again and again."""

    def __init__(self, workers: Workers, broker: RedisBroker | RabbitMQ, sandbox: Sandbox, seed: int) -> None:
        self._workers, self._broker, self._sandbox = workers, broker, sandbox
        self._random = random.Random(seed)
        self._options = ("-c", "4", "-l", "WARNING")
        self._worker = workers.start(*self._options)
        self.deaths = 0

    def counts(self) -> Counter[str]:
        """Return how often each email was accepted, by subject."""
        return Counter(message.subject for message in self._sandbox.messages())

    def wait_for(self, emails: int) -> None:
        """Wait until so many different emails were accepted; a worker that has ended is started again."""
        until = time.monotonic() + STILL_SECONDS
        before = 0
        while (now := len(self.counts())) < emails:
            if now > before:
                before, until = now, time.monotonic() + STILL_SECONDS
            assert time.monotonic() < until, f"{now} of {emails} emails\n{self._workers.output[-3000:]}"
            self._keep_running()
            time.sleep(0.05)

    def wait_until_empty(self) -> None:
        """Wait until no message is left that could send something."""
        until = time.monotonic() + STILL_SECONDS
        while left := self._broker.waiting():
            assert time.monotonic() < until, f"{left} messages are left\n{self._workers.output[-3000:]}"
            self._keep_running()
            time.sleep(0.1)

    def kill_child(self) -> None:
        """Kill one of the processes that send."""
        while not (pids := children(self._worker)):
            self._keep_running()
            time.sleep(0.05)
        with suppress(ProcessLookupError):
            os.kill(self._random.choice(pids), signal.SIGKILL)
        self.deaths += 1

    def kill_parent(self) -> None:
        """
        Kill the worker with its children, and start another one.

        Redis loses a message whose worker dies between taking it and writing down that it did. The worker is not killed
        in that moment: this is a fault of the broker, which the guide tells.
        """
        if self._worker.poll() is None:
            while not self._stop_with_all_written_down():
                time.sleep(0.005)
            self._workers.kill(self._worker)
            self.deaths += 1
        self._worker = self._workers.start(*self._options)

    def _stop_with_all_written_down(self) -> bool:
        """Stop the parent; let it go on again if it has just taken a message."""
        os.kill(self._worker.pid, signal.SIGSTOP)
        is_taking = self._broker.is_taking()
        if is_taking:
            os.kill(self._worker.pid, signal.SIGCONT)
        return not is_taking

    def _keep_running(self) -> None:
        if self._worker.poll() is not None:
            self._worker = self._workers.start(*self._options)
