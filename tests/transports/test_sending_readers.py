"""The readers of a `Sending`: several threads, a forked child, and a reader that is interrupted."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import pytest

from emailapi import ConfigurationError, DeliveryUnknown, Hooks, SendResult
from emailapi.transports.send_many import SendingCounts

from ..clock import wait_for
from ..faults.calls import is_unknown, new_email
from ..faults.modes import Mode, respond_with
from ..interrupting import interrupt
from .sending import held, new_emails

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

SLOW = Mode("slow", "fine", lambda exchange: time.sleep(0.02) or respond_with(exchange.value)(exchange))


@pytest.mark.costly
@pytest.mark.parametrize("chunk_size", [1, 7])
def test_each_result_is_given_once_however_many_threads_read(chunk_size, serve, connect):
    service = serve(*[SLOW] * 20)
    told = []
    sending = connect(service).outbound.send_many(
        new_emails(200), chunk_size=chunk_size, workers=3, progress=lambda done, total: told.append(done)
    )
    start = threading.Barrier(8)

    def read():
        start.wait()
        return [item.to for item in sending]

    with ThreadPoolExecutor(8) as pool:
        parts = [future.result() for future in [pool.submit(read) for _ in range(8)]]
    assert sorted(chain.from_iterable(parts)) == sorted(f"m{number}@example.com" for number in range(200))
    places = [[int(to[1:].partition("@")[0]) for to in part] for part in parts]
    assert all(part == sorted(part) for part in places)
    assert sending.counts == SendingCounts(accepted=200)
    assert told == sorted(told)
    assert len(service.accepted) == 200


def test_an_input_that_raises_is_raised_in_one_of_the_threads(serve, connect):
    def broken():
        yield from new_emails(20)
        raise LookupError("no more")

    sending = connect(serve()).outbound.send_many(broken(), chunk_size=2)

    def read():
        found = []
        try:
            found.extend(sending)
        except LookupError:
            return None
        return found

    with ThreadPoolExecutor(4) as pool:
        parts = [future.result() for future in [pool.submit(read) for _ in range(4)]]
    assert parts.count(None) == 1


def test_close_in_another_thread_ends_the_wait_of_a_reader(serve, connect):
    event = threading.Event()
    service = serve(held(event), held(event))
    sending = connect(service).outbound.send_many(new_emails(10), chunk_size=1, workers=1)
    with ThreadPoolExecutor(2) as pool:
        reading = pool.submit(list, sending)
        wait_for(lambda: service.seen)
        closing = pool.submit(sending.close)
        event.set()
        items = reading.result(5)
        closing.result(5)
    rest = list(sending)
    assert [isinstance(item, SendResult) for item in items + rest] == [True, False]
    assert len(service.accepted) == 1


def test_progress_may_read_on_and_close(serve, connect):
    read = []

    def progress(done, total):
        if done == 2:
            read.append(next(sending).to)
        if done == 6:
            sending.close()

    sending = connect(serve()).outbound.send_many(new_emails(20), chunk_size=2, workers=1, progress=progress)
    read += [item.to for item in sending if isinstance(item, SendResult)]
    assert sorted(set(read)) == sorted(read)
    assert sending.counts.accepted == len(read)


def test_a_signal_handler_may_read_on(serve, connect):
    """A handler that reads while the main thread waits for the same chunk takes its results, and none is lost."""
    event = threading.Event()
    service = serve(held(event))
    sending = connect(service).outbound.send_many(new_emails(4), chunk_size=2, workers=1)
    by_handler = []

    def handler(*_):
        event.set()
        by_handler.append(next(sending).to)

    before = signal.signal(signal.SIGALRM, handler)
    try:
        threading.Timer(0.2, interrupt).start()
        read = [item.to for item in sending]
    finally:
        signal.signal(signal.SIGALRM, before)
    assert len(by_handler) == 1
    assert sorted(by_handler + read) == [f"m{number}@example.com" for number in range(4)]


def in_child(function) -> str:
    """Return what a function says in a forked child, which is killed if it hangs."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.alarm(60)
        try:
            os.write(writing, function().encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    return said


@pytest.mark.costly
@pytest.mark.parametrize("call", ["next", "wait", "list"])
def test_a_forked_child_cannot_read_and_says_so(call, serve, connect):
    event = threading.Event()
    service = serve(held(event))
    sending = connect(service).outbound.send_many(new_emails(4), chunk_size=1, workers=1)
    wait_for(lambda: service.seen)

    def read():
        try:
            {"next": next, "wait": lambda it: it.wait(), "list": list}[call](sending)
        except ConfigurationError as error:
            return str(error)
        return "read"

    said = in_child(read)
    event.set()
    assert f"process {os.getpid()}" in said
    assert sending.wait() == SendingCounts(accepted=4)


@pytest.mark.costly
def test_a_forked_child_can_leave_the_block_without_a_warning(serve, connect):
    """The sending is the parent's: the child neither waits for it nor warns of it."""
    event = threading.Event()
    service = serve(held(event))
    with connect(service).outbound.send_many(new_emails(3), chunk_size=1, workers=1) as sending:
        wait_for(lambda: service.seen)

        def leave():
            sending.close()
            sending.__exit__(None, None, None)
            sending.__del__()
            return "left"

        said = in_child(leave)
        event.set()
        assert said == "left"
        assert sending.wait() == SendingCounts(accepted=3)


def test_a_hook_that_ends_a_worker_loses_no_result(serve, connect):
    def end(event):
        raise SystemExit(7)

    service = serve()
    client = connect(service, hooks=Hooks(on_response=end))
    sending = client.outbound.send_many([new_email("a"), new_email("b", message_stream="news")])
    with pytest.raises(SystemExit):
        next(sending)
    first, second = sending
    assert is_unknown(first)
    assert isinstance(second, DeliveryUnknown)
    assert second.message_stream == "news"
    assert client.with_options(hooks=Hooks()).outbound.find(second).message_id == "id-2"
    assert sending.counts == SendingCounts(unknown=2)
