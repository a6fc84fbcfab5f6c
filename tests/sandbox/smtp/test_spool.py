"""Messages are stored before they are acknowledged, and read afterwards."""

from __future__ import annotations

import contextlib
import signal
import smtplib
import subprocess
import sys
import threading
import time

import pytest

from emailapi import Client
from emailapi.sandbox import Sandbox
from emailapi.sandbox.store import StorageFailed

from ...clock import wait_for
from .conftest import MESSAGE


def _count(sandbox: Sandbox, table: str) -> int:
    with sandbox.store.transaction(writing=False, processed=False) as db:
        return db.number(f"SELECT count(*) FROM {table}")


@pytest.fixture
def unread(sandbox, monkeypatch):
    """Let only readers read messages: the thread that does so when nothing happens is kept from it."""
    from emailapi.sandbox.spool import Spool

    monkeypatch.setattr(Spool, "process_some", lambda _self: False)


READERS = {
    "messages": lambda sandbox, client, _id: sandbox.messages()[0].message_id,
    "wait_for": lambda sandbox, client, _id: sandbox.wait_for("to:dana@example.com", timeout=60)[0].message_id,
    "list": lambda sandbox, client, _id: client.messages.list()[0].message_id,
    "get": lambda sandbox, client, message_id: client.messages.get(message_id).message_id,
    "find": lambda sandbox, client, _id: client.outbound.find("k7").message_id,
    "events": lambda sandbox, client, message_id: sandbox.events.complain(message_id) and message_id,
    "stats": lambda sandbox, client, message_id: message_id if client.stats.overview().sent else "",
}


@pytest.mark.parametrize("reader", READERS)
def test_every_acknowledged_message_is_visible_at_once(sandbox, client, send, with_headers, unread, reader):
    message_id = send(with_headers("X-PM-Metadata-emailapi-key: k7"))
    assert (_count(sandbox, "arrivals"), _count(sandbox, "messages")) == (1, 0)
    assert READERS[reader](sandbox, client, message_id) == message_id
    assert (_count(sandbox, "arrivals"), _count(sandbox, "messages")) == (0, 1)


def test_a_waiting_test_is_woken_by_a_message(sandbox, smtp, unread):
    sender = threading.Thread(target=smtp.sendmail, args=("s@example.com", ["dana@example.com"], MESSAGE))
    with sandbox.expect(to="dana@example.com", timeout=60) as expected:
        sender.start()
    sender.join()
    assert expected.message.subject == "Hello"


def test_a_mark_includes_messages_that_are_not_processed_yet(sandbox, send, unread):
    send()
    mark = sandbox.mark()
    send(MESSAGE, "eve@example.com")
    assert [one.bcc[0].email for one in sandbox.wait_for("", since=mark)] == ["eve@example.com"]


def test_messages_are_processed_when_idle(sandbox, send):
    send()
    wait_for(lambda: _count(sandbox, "arrivals") == 0)
    assert _count(sandbox, "messages") == 1


def test_messages_and_emails_of_the_api_keep_their_order(sandbox, client, send, unread):
    client.suppressions.create("outbound", ["dana@example.com"])
    send()
    client.suppressions.delete("outbound", ["dana@example.com"])
    send()
    assert [one.events[0].type for one in sandbox.messages()] == ["Delivered", "Bounced"]


def test_a_reset_discards_unprocessed_messages(sandbox, send, unread):
    send()
    sandbox.reset()
    assert (sandbox.messages(), _count(sandbox, "arrivals"), _count(sandbox, "sources")) == ([], 0, 0)


def test_a_backlog_over_the_limit_is_processed_before_more_is_accepted(sandbox, smtp, unread, monkeypatch):
    from emailapi.sandbox import spool

    monkeypatch.setattr(spool, "_BACKLOG", 3)
    for _ in range(10):
        smtp.sendmail("s@example.com", ["dana@example.com"], MESSAGE)
        assert _count(sandbox, "arrivals") <= 3
    assert len(sandbox.messages()) == 10


def test_an_unreadable_message_does_not_block_others(sandbox, send, monkeypatch, caplog):
    from emailapi.sandbox import processing

    read = processing.read_as_far_as_possible

    def fail(content):
        if b"poison" in content:
            raise ZeroDivisionError
        return read(content)

    monkeypatch.setattr(processing, "read_as_far_as_possible", fail)
    send(MESSAGE + b"poison")
    send()
    assert len(sandbox.messages()) == 1
    assert _count(sandbox, "arrivals") == 1
    assert "is set aside" in caplog.text
    assert len(sandbox.messages()) == 1


def test_a_full_disk_is_452_and_reads_still_work(sandbox, client, smtp, send, monkeypatch):
    from emailapi.sandbox.tables import arrivals

    send()
    assert client.messages.list().total_count == 1

    def fail(*_):
        raise StorageFailed("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(arrivals, "add", fail)
        with pytest.raises(smtplib.SMTPDataError) as caught:
            smtp.sendmail("s@example.com", ["dana@example.com"], MESSAGE)
        assert caught.value.smtp_code == 452
    with monkeypatch.context() as patched:
        patched.setattr(arrivals, "remove", fail)
        send()
        assert client.messages.list().total_count == 1
    assert client.messages.list().total_count == 2


@pytest.mark.exhaustive
@pytest.mark.slow
@pytest.mark.costly
def test_every_acknowledged_message_survives_a_kill(tmp_path):
    """The sandbox is killed while four clients send by SMTP and one by batches of the API."""
    data = tmp_path / "mail.db"
    program = (
        "import sys\nfrom emailapi.sandbox import Sandbox\n"
        f"with Sandbox({str(data)!r}) as s:\n"
        "    print(s.url, s.smtp_port, s.token, flush=True)\n    sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", program]
    acknowledged: list[str] = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        url, port, token = process.stdout.readline().split()
        threads = [threading.Thread(target=_flood, args=(int(port), token, n, acknowledged)) for n in range(4)]
        threads.append(threading.Thread(target=_batches, args=(url, token, acknowledged)))
        for thread in threads:
            thread.start()
        while len(acknowledged) < 300 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        for thread in threads:
            thread.join()
    with Sandbox(data) as sandbox:
        kept = {one.tag for one in sandbox.messages()}
        assert len(acknowledged) >= 300
        assert set(acknowledged) <= kept
        # What was being sent may be there or not; nothing is there twice.
        assert len(kept) == len(sandbox.messages())
        assert all(one.text_body == "Good morning\n" for one in sandbox.messages(limit=20))


def _flood(port: int, token: str, number: int, acknowledged: list[str]) -> None:
    with (
        contextlib.suppress(OSError, smtplib.SMTPException),
        contextlib.closing(smtplib.SMTP("127.0.0.1", port, local_hostname="here", timeout=60)) as client,
    ):
        client.login(token, token)
        for place in range(100_000):
            tag = f"smtp-{number}-{place}"
            client.sendmail("s@example.com", ["dana@example.com"], f"X-PM-Tag: {tag}\r\n".encode() + MESSAGE)
            acknowledged.append(tag)


def _batches(url: str, token: str, acknowledged: list[str]) -> None:
    from emailapi import EmailAPIError, Retry

    with (
        Client(token, base_url=url, retry=Retry(attempts=1), reconcile=False) as client,
        contextlib.suppress(EmailAPIError),
    ):
        for place in range(100_000):
            tags = [f"api-{place}-{number}" for number in range(20)]
            emails = [
                {"sender": "s@example.com", "to": "d@example.com", "tag": tag, "text_body": "Good morning\n"}
                for tag in tags
            ]
            client.outbound.send_batch(emails).raise_for_errors()
            acknowledged += tags
