"""Killing workers and their broker while emails are sent, and counting what the service has accepted."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import ModuleType

from emailapi.sandbox import Sandbox

from .broker import RedisBroker
from .rabbitmq import RabbitMQ
from .workers import Workers, children

# The longest wait for the next email; nothing depends on it unless something is wrong.
STILL_SECONDS = 240
DEADLINE = 3


def settings(lag: float = 0) -> dict[str, str]:
    """Return the shortest times that are safe where the search of the service lags behind by so many seconds."""
    lookup_delay = DEADLINE + lag + 1.5
    return {"DEADLINE": str(DEADLINE), "LOOKUP_DELAY": str(lookup_delay), "VISIBILITY_TIMEOUT": str(2 * lookup_delay)}


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
            time.sleep(0.1)

    def wait_until_empty(self) -> None:
        """Wait until no message is left that could send something; one may just be taken when they are counted."""
        until = time.monotonic() + STILL_SECONDS
        while left := self._broker.waiting() or self._broker.waiting():
            assert time.monotonic() < until, f"{left} messages are left\n{self._workers.output[-3000:]}"
            self._keep_running()
            time.sleep(1)  # RabbitMQ's program that counts takes longer

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


def check_that_crashes_neither_lose_nor_repeat(
    load_project: Callable[..., ModuleType],
    workers: Workers,
    redis: RedisBroker,
    sandbox: Sandbox,
    *,
    emails: int,
    victims: Sequence[str],
    lag: float = 0,
) -> None:
    """
    Kill children, the worker and the broker in turn while emails are sent, and count what the service has accepted.

    Half of the emails are queued as single ones, the others in tasks of ten.
    """
    queue = load_project(**settings(lag)).emails
    sandbox.faults.delay(0.15)
    if lag:
        sandbox.faults.index_delay(lag)
    for number in range(emails // 2):
        queue.send(email(number), key=f"single-{number}")
    queue.send_many(map(email, range(emails // 2, emails)), key="many", max_emails=10)
    crashes = Crashes(workers, redis, sandbox, seed=int(os.environ.get("CRASH_SEED", "0")))
    kill = {"child": crashes.kill_child, "worker": crashes.kill_parent, "broker": redis.restart}
    for step, victim in enumerate(victims, 1):
        crashes.wait_for(step * emails * 2 // 3 // len(victims))
        kill[victim]()
    crashes.wait_for(emails)
    crashes.wait_until_empty()
    counts = crashes.counts()
    # benchmarks/queue.py reads this.
    sys.stdout.write(
        f"{emails} emails, search {lag} s late, {crashes.deaths} deaths, {victims.count('broker')} broker restarts: "
        f"{len(counts)} accepted, {emails - len(counts)} lost, {counts.total() - len(counts)} repeated\n"
    )
    assert len(counts) == emails
    assert {subject: count for subject, count in counts.items() if count > 1} == {}
    assert crashes.deaths >= len(victims) - victims.count("broker")
