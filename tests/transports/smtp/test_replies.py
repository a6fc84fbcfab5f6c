"""Replies, however their bytes come."""

from __future__ import annotations

import pytest

from emailapi import ConnectionFailed, DeliveryUnknown, Retry

from .emails import new_email
from .scripted import Talk, polite


@pytest.mark.parametrize("step", [1, 3, 50])
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_reply_can_arrive_in_any_pieces(end, step, script, connect):
    reply = b"250-2.0.0 one" + end + b"250-2.0.0" + end + b"250 2.0.0 queued as 4AB" + end

    def send_reply(talk: Talk) -> None:
        for at in range(0, len(reply), step):
            talk.connection.sendall(reply[at : at + step])

    server = script(polite(ends=[send_reply, b"250 queued as 5CD"]))
    transport = connect(server)
    first, second = transport.send(new_email()), transport.send(new_email())
    assert (first.message_id, first.message, second.message_id) == ("4AB", "one queued as 4AB", "5CD")
    assert first.recipients[0].accepted
    assert server.carriers == [1, 1]


def test_a_final_reply_without_a_line_end_is_read(script, connect):
    server = script(polite(ends=[lambda talk: (talk.connection.sendall(b"250 queued as 4AB"), talk.cut())]))
    assert connect(server).send(new_email()).message_id == "4AB"


@pytest.mark.parametrize("end", [b"", b"\r\n"], ids=["open", "ended"])
def test_a_line_that_is_too_long_is_not_a_reply(end, script, connect):
    server = script(polite(greeting=lambda talk: (talk.connection.sendall(b"220 " + b"x" * 9000 + end), talk.wait())))
    with pytest.raises(ConnectionFailed, match="a line of the reply is too long"):
        connect(server, retry=Retry(attempts=1)).send(new_email())


@pytest.mark.parametrize("reply", [b"2x0 ok", b"25", b"", b"0250 ok", b"-50 ok", b"199 ok", b"600 ok"])
def test_a_line_without_a_code_from_200_to_599_is_not_a_reply(reply, script, connect):
    server = script(polite(mail=reply))
    with pytest.raises(ConnectionFailed, match="the reply is not SMTP"):
        connect(server, retry=Retry(attempts=1)).send(new_email())


def test_after_a_421_the_next_email_is_sent_over_another_connection(script, connect):
    server = script(polite(ends=[b"250 ok", b"421 4.3.2 going down"]), polite())
    transport = connect(server)
    batch = transport.send_batch([new_email(), new_email(), new_email()])
    assert [item.outcome.value for item in batch] == ["accepted", "not_sent", "accepted"]
    assert server.carriers == [1, 1, 2]
    assert "QUIT" not in server.verbs()


def test_control_characters_of_a_reply_are_in_no_result_error_or_log(script, connect, caplog):
    caplog.set_level("INFO", "emailapi")
    odd = b"one \x00\x1b[31m\rtwo \xe2\x80\xa8 three\tqueued as 4AB\x1b"
    accepting, rejecting = script(polite(ends=[b"250 " + odd])), script(polite(ehlo=b"550 " + odd, helo=b"550 " + odd))
    result = connect(accepting).send(new_email())
    assert (result.message, result.message_id) == ("one   [31m two   three queued as 4AB ", "4AB")
    with pytest.raises(ConnectionFailed, match="550 one") as caught:
        connect(rejecting).send(new_email())
    assert str(caught.value).isprintable()
    assert caplog.messages
    assert all(map(str.isprintable, caplog.messages))


CONTRADICTIONS = [b"550-5.7.1 no\r\n250 ok", b"250-ok\r\n550 5.7.1 no", b"250-ok\r\n451-later\r\n250 ok"]


@pytest.mark.parametrize("reply", CONTRADICTIONS)
def test_a_reply_with_contradictory_codes_leaves_the_outcome_unknown(reply, script, connect):
    """Each line must have the same code (RFC 5321 section 4.2.1): the last line could hide a rejection."""
    server = script(polite(ends=[reply]), polite())
    transport = connect(server)
    with pytest.raises(DeliveryUnknown, match="contradict each other"):
        transport.send(new_email())
    assert len(server.messages) == 1
    assert transport.send(new_email()).message_id == "4XYZ"


@pytest.mark.parametrize("reply", CONTRADICTIONS)
def test_a_reply_with_contradictory_codes_before_an_email_is_an_error(reply, script, connect):
    server = script(polite(rcpt=reply))
    with pytest.raises(ConnectionFailed, match="contradict each other"):
        connect(server, retry=Retry(attempts=1)).send(new_email())
    assert not server.messages


def test_the_code_of_a_reply_is_that_of_its_lines(script, connect):
    server = script(polite(ends=[b"251-forwarded\r\n250 queued as 4AB"]))
    assert connect(server).send(new_email()).recipients[0].code == 250
