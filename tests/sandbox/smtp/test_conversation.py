"""One connection of SMTP: what it takes, and what it rejects."""

from __future__ import annotations

import gc
import logging
import smtplib
import socket
import subprocess
import sys
import threading

import pytest

from emailapi.sandbox import Sandbox
from emailapi.sandbox.listener import listen
from emailapi.sandbox.smtp.certificate import Certificate
from emailapi.sandbox.smtp.conversation import Limits
from emailapi.sandbox.smtp.serving import SMTPListener

from ...forking import run_forking
from .conftest import MESSAGE, Connection


@pytest.fixture
def limited(sandbox, connect):
    """Starts a second listener with other limits, and returns what connects to it."""
    running = []

    def start(**limits):
        listening = listen("127.0.0.1", 0)
        desk = next(each for each in gc.get_objects() if type(each).__name__ == "Desk" and each.store is sandbox.store)
        running.append((SMTPListener(listening, desk, Certificate(), Limits(**limits)), listening))

        class Place:
            smtp_host, smtp_port = listening.getsockname()

        return lambda: connect(Place)

    yield start
    for listener, listening in running:
        listener.close()
        listening.close()


def test_a_line_of_any_length_is_accepted(sandbox, send):
    line = b"x" * 200_000
    send(MESSAGE + line)
    assert line.decode() in sandbox.messages()[0].text_body


def test_leading_dots_are_unescaped(sandbox, send):
    send(b"From: s@example.com\r\nSubject: x\r\n\r\n.\r\n..two\r\n.one\r\n")
    assert sandbox.messages()[0].text_body == ".\n..two\n.one\n"


def test_arbitrary_bytes_are_stored_unchanged(sandbox, send):
    body = bytes(range(128, 256))
    send(b"From: s@example.com\r\nContent-Type: text/plain; charset=latin-1\r\n\r\n" + body + b"\r\n")
    (message,) = sandbox.messages()
    assert message.text_body == body.decode("latin-1") + "\n"
    assert body in message.raw


def test_a_bare_line_feed_and_a_dot_do_not_end_a_message(sandbox, connect):
    connection = connect()
    connection.begin(sandbox.token, "dana@example.com")
    connection.ask("DATA")
    smuggled = b"From: a@example.com\r\n\r\nx\n.\nMAIL FROM:<evil@example.com>\r\n.\r\n"
    assert connection.ask(smuggled).startswith("250")
    assert connection.ask("NOOP").startswith("250")
    assert len(sandbox.messages()) == 1


def test_commands_may_be_pipelined(sandbox, connect):
    connection = connect()
    connection.begin(sandbox.token)
    connection.socket.sendall(
        b"RCPT TO:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n" + MESSAGE + b".\r\nRSET\r\nQUIT\r\n"
    )
    assert [connection.read()[:3] for _ in range(6)] == ["250", "250", "354", "250", "250", "221"]
    assert len(sandbox.messages()[0].bcc) == 2


@pytest.mark.parametrize(
    "command, code",
    [
        ("MAIL FROM:<a@example.com> SIZE=50000001", 552),
        ("MAIL FROM:<a@example.com> SIZE=5 BODY=8BITMIME", 250),
        ("MAIL FROM: <a@example.com>", 250),
        ("MAIL FROM:<>", 250),
        ("MAIL FROM:<@relay.example,@other.example:a@example.com>", 250),
        ('MAIL FROM:<"a b"@example.com>', 250),
        ("MAIL FROM:" + "(" * 1500, 553),
        ("MAIL", 501),
        ("RCPT TO:<a@example.com>", 503),
        ("DATA", 503),
        ("DATA x", 501),
        ("NOOP " + "x" * 2_100, 500),
        ("NOOP", 250),
        ("VRFY a@example.com", 252),
        ("GET / HTTP/1.1", 500),
        ("EXPN x", 502),
    ],
)
def test_the_reply_to_a_command(connect, command, code):
    connection = connect()
    connection.read()
    connection.ask("EHLO here")
    assert connection.ask(command).startswith(str(code)), command


def test_a_command_of_300_kb_is_rejected_and_the_connection_stays_open(connect):
    connection = connect()
    connection.read()
    assert connection.ask("x" * 300_000).startswith("500")
    assert connection.ask("NOOP").startswith("250")


@pytest.mark.costly
def test_a_message_over_the_limit_is_read_and_rejected(sandbox, limited):
    connection = limited(message=1_000)()
    connection.begin(sandbox.token, "dana@example.com")
    connection.ask("DATA")
    assert connection.ask(b"x" * 200_000 + b"\r\n.\r\n").startswith("552 5.3.4")
    connection.ask("MAIL FROM:<a@example.com>")
    connection.ask("RCPT TO:<dana@example.com>")
    connection.ask("DATA")
    assert connection.ask(MESSAGE + b".\r\n").startswith("250")
    assert len(sandbox.messages()) == 1


def test_recipients_over_the_limit_are_rejected_one_by_one(sandbox, connect):
    connection = connect()
    connection.begin(sandbox.token, *(f"r{number}@example.com" for number in range(200)))
    assert connection.ask("RCPT TO:<more@example.com>").startswith("452 4.5.3")


def test_connections_over_the_limit_are_rejected_until_one_ends(limited):
    open_one = limited(connections=2)
    first, second = open_one(), open_one()
    assert first.read().startswith("220")
    assert second.read().startswith("220")
    rejected = open_one()
    assert rejected.read().startswith("421 4.3.2 Too many connections")
    assert rejected.read() == ""
    first.ask("QUIT")
    assert first.read() == ""
    assert open_one().read().startswith("220")


@pytest.mark.costly
def test_an_idle_connection_is_closed(limited):
    connection = limited(idle=0.1)()
    assert connection.read().startswith("220")
    assert connection.read() == ""


def test_a_client_that_disconnects_within_a_message_stores_nothing(sandbox, connect):
    connection = connect()
    connection.begin(sandbox.token, "dana@example.com")
    connection.ask("DATA")
    connection.socket.sendall(MESSAGE)
    connection.close()
    assert sandbox.messages() == []


def test_a_sandbox_that_ends_closes_its_connections_and_its_port():
    before = {*threading.enumerate()}
    with Sandbox() as sandbox:
        connection = Connection(sandbox)
        assert connection.read().startswith("220")
        place = (sandbox.smtp_host, sandbox.smtp_port)
    assert connection.read() == ""
    connection.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(place, timeout=60)
    assert not any(thread.name == "emailapi-sandbox-smtp" for thread in {*threading.enumerate()} - before)


_FORKED = """
import os, smtplib, socket
from emailapi.sandbox import Sandbox

sandbox = Sandbox().start()
place = (sandbox.smtp_host, sandbox.smtp_port)
client = socket.create_connection(place, timeout=60)
client.recv(100)
reading, writing = os.pipe()
child = fork()
if not child:  # lives until the parent process ends
    os.close(writing)
    os.read(reading, 1)
    os._exit(0)
sandbox.close()
print(client.recv(100))
try:
    socket.create_connection(place, timeout=60)
except ConnectionRefusedError:
    print("rejected")
client.close()
os.close(writing)
print(ended(child))
"""


@pytest.mark.costly
def test_a_forked_child_keeps_neither_port_nor_connection_open():
    assert run_forking(_FORKED).split() == ["b''", "rejected", "0"]


def test_a_port_in_use_is_an_error(sandbox):
    from emailapi import ConfigurationError

    with pytest.raises(ConfigurationError, match=f"port {sandbox.smtp_port} on 127.0.0.1"):
        Sandbox(smtp_port=sandbox.smtp_port).start()


def test_an_internal_error_is_451_without_details(sandbox, connect, monkeypatch, caplog):
    from emailapi.sandbox.smtp.desk import Desk

    def fail(*_, **__):
        raise ZeroDivisionError("the secret")

    monkeypatch.setattr(Desk, "rejection_of", fail)
    connection = connect()
    connection.begin(sandbox.token)
    reply = connection.ask("RCPT TO:<a@example.com>")
    assert reply.startswith("451 4.3.0")
    assert "secret" not in reply + caplog.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.exhaustive
@pytest.mark.slow
@pytest.mark.costly
def test_nothing_is_printed_and_no_warning_is_given():
    """Aiosmtpd imports what newer Pythons warn of, and logs warnings without being asked."""
    program = (
        "import smtplib\nfrom emailapi.sandbox import Sandbox\n"
        "with Sandbox() as s, smtplib.SMTP(s.smtp_host, s.smtp_port, local_hostname='x') as c:\n"
        "    c.starttls(); c.login(s.token, s.token)\n"
        "    c.docmd('BOGUS')\n"
        "    c.sendmail('a@example.com', ['b@example.com'], 'From: a@example.com\\n\\nx')\n"
        "    assert len(s.messages()) == 1\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_sandbox_configures_no_logger_of_others():
    log = logging.getLogger("mail.log")
    assert log.level == logging.NOTSET
    assert log.propagate


@pytest.mark.costly
def test_messages_of_many_clients_at_once_are_all_stored(sandbox):
    def send(number: int) -> None:
        with smtplib.SMTP(sandbox.smtp_host, sandbox.smtp_port, local_hostname="here", timeout=60) as client:
            client.login(sandbox.token, sandbox.token)
            for place in range(5):
                client.sendmail("s@example.com", [f"r{number}-{place}@example.com"], MESSAGE)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.bcc[0].email for one in sandbox.messages()}) == 100
