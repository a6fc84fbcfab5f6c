"""The replies of the server: for each recipient, for the email, and its extensions."""

from __future__ import annotations

import pickle
import re
from traceback import walk_tb

import pytest

from emailapi import DeliveryUnknown, EmailAPIError, InvalidEmail, SMTPError, TransportError
from emailapi.transports.smtp.connection import Reply
from emailapi.transports.smtp.transaction import queue_id

from .emails import new_email
from .scripted import Talk, polite

PIPELINING = [(), ("PIPELINING",)]


@pytest.mark.parametrize("extensions", PIPELINING, ids=["one by one", "pipelining"])
def test_partial_rejections_are_in_the_result(extensions, script, connect):
    """An email that one recipient gets is accepted, with each one's code, enhanced code and text."""
    rcpt = [b"250 2.1.5 Ok", b"550 5.1.1 who?", b"450-4.2.1 full\r\n450 4.2.1 later", b"251 will forward"]
    server = script(polite(*extensions, rcpt=rcpt))
    result = connect(server).send(new_email(to="a@x.example, b@x.example, c@x.example, d@x.example"))
    assert result.message_id == "4XYZ"
    told = [(fate.email[0], fate.accepted, fate.code, fate.enhanced_code, fate.message) for fate in result.recipients]
    assert told == [
        ("a", True, 250, "2.1.5", "Ok"),
        ("b", False, 550, "5.1.1", "who?"),
        ("c", False, 450, "4.2.1", "full later"),
        ("d", True, 251, None, "will forward"),
    ]
    assert [fate.temporary for fate in result.recipients] == [False, False, True, False]


@pytest.mark.parametrize("extensions", PIPELINING, ids=["one by one", "pipelining"])
@pytest.mark.parametrize(
    "rcpt, code, retryable",
    [([b"550 5.1.1 who?", b"551 no"], 550, False), ([b"550 who?", b"450 4.2.0 later"], 450, True)],
)
def test_an_email_without_an_accepted_recipient_is_an_error(rcpt, code, retryable, extensions, script, connect):
    """All recipients rejected: an error with each one's fate, retryable if one may be taken later; no email leaves."""
    server = script(polite(*extensions, rcpt=rcpt))
    transport = connect(server)
    with pytest.raises(SMTPError) as caught:
        transport.send(new_email(to="a@x.example, b@x.example"))
    assert (caught.value.code, caught.value.retryable, caught.value.attempts) == (code, retryable, 1)
    assert [fate.accepted for fate in caught.value.recipients] == [False, False]
    assert pickle.loads(pickle.dumps(caught.value)) == caught.value
    assert server.messages == []
    assert "DATA" not in server.verbs()


@pytest.mark.parametrize(
    "told, code",
    [
        ({"mail": [b"553 5.1.8 not from you", b"250 ok"]}, 553),
        ({"rcpt": [b"550 5.1.1 who?", b"250 ok"]}, 550),
        ({"data": [b"451 4.3.0 not now", b"354 go"]}, 451),
        ({"ends": [b"554 5.6.0 spam", b"250 ok"]}, 554),
    ],
    ids=["mail", "rcpt", "data", "end"],
)
def test_a_rejection_resets_the_transaction(told, code, script, connect):
    server = script(polite(**told))
    transport = connect(server)
    with pytest.raises(SMTPError) as caught:
        transport.send(new_email())
    assert caught.value.code == code
    transport.send(new_email())
    assert server.connections == 1
    assert server.verbs()[-4:] == ["RSET", "MAIL", "RCPT", "DATA"]


def test_a_rejection_at_the_end_of_data_applies_to_all_recipients(script, connect):
    server = script(polite(rcpt=[b"250 ok", b"550 who?"], ends=[b"554 5.7.1 spam"]))
    with pytest.raises(SMTPError, match="spam") as caught:
        connect(server).send(new_email(to="a@x.example, b@x.example"))
    assert [(fate.code, fate.accepted) for fate in caught.value.recipients] == [(554, False), (550, False)]
    assert len(server.messages) == 1


@pytest.mark.parametrize("extensions", PIPELINING, ids=["one by one", "pipelining"])
@pytest.mark.parametrize("rejection", [b"452 4.5.3 too many", b"452 Too many recipients", b"552 5.5.3 too many"])
def test_an_email_with_too_many_recipients_is_split(rejection, extensions, script, connect):
    server = script(polite(*extensions, rcpt=[b"250 ok", b"250 ok", rejection, rejection, b"250 ok", b"250 ok"]))
    result = connect(server).send(new_email(to=[f"{name}@x.example" for name in "abcd"]))
    assert [fate.accepted for fate in result.recipients] == [True] * 4
    assert len(server.messages) == 2
    asked = [line[9] for line in server.seen if line.startswith("RCPT")]
    assert "".join(asked) == "abcdcd"


def test_a_452_for_a_full_mailbox_does_not_split_the_email(script, connect):
    """A 452 for a recipient's own reasons is that recipient's fate."""
    server = script(polite(rcpt=[b"250 ok", b"452 4.2.2 mailbox full"]))
    result = connect(server).send(new_email(to="a@x.example, b@x.example"))
    assert [fate.temporary for fate in result.recipients] == [False, True]
    assert len(server.messages) == 1


def test_recipients_accepted_in_the_first_part_stay_accepted_if_the_second_is_rejected(script, connect):
    rcpt = [b"250 ok", b"452 4.5.3 too many", b"250 ok"]
    server = script(polite(rcpt=rcpt, ends=[b"250 queued as A1", b"451 4.3.0 disk full"]))
    result = connect(server).send(new_email(to="a@x.example, b@x.example"))
    assert result.message_id == "A1"
    assert [(fate.accepted, fate.code) for fate in result.recipients] == [(True, 250), (False, 451)]


def test_after_a_lost_connection_the_second_part_is_sent_over_another(script, connect):
    first = polite(rcpt=[b"250 ok", b"452 4.5.3 too many"], mail=[b"250 ok", Talk.cut])
    server = script(first, polite())
    result = connect(server).send(new_email(to="a@x.example, b@x.example"))
    assert [fate.accepted for fate in result.recipients] == [True, True]
    assert server.seen[-2:] == ["RCPT TO:<b@x.example>", "DATA"]


def test_without_another_connection_the_result_names_the_missing_recipients(script, connect):
    first = polite(rcpt=[b"250 ok", b"452 4.5.3 too many"], mail=[b"250 ok", Talk.cut])
    server = script(first, polite(greeting=Talk.cut))
    result = connect(server).send(new_email(to="a@x.example, b@x.example"))
    assert [fate.accepted for fate in result.recipients] == [True, False]
    assert "closed" in result.recipients[1].message


def test_an_unknown_part_makes_the_whole_email_unknown(script, connect):
    server = script(polite(rcpt=[b"250 ok", b"452 4.5.3 too many", b"250 ok"], ends=[b"250 ok", Talk.cut]))
    with pytest.raises(DeliveryUnknown):
        connect(server).send(new_email(to="a@x.example, b@x.example"))
    assert len(server.messages) == 2


def test_an_unknown_outcome_has_the_known_results_of_recipients(script, connect):
    rcpt = [b"250 ok", b"550 5.1.1 who?", b"452 4.5.3 too many", b"250 ok"]
    server = script(polite(rcpt=rcpt, ends=[b"250 ok", Talk.cut]))
    with pytest.raises(DeliveryUnknown) as caught:
        connect(server).send(new_email(to="a@x.example, b@x.example, c@x.example"))
    assert [(fate.email, fate.accepted) for fate in caught.value.recipients] == [
        ("a@x.example", True),
        ("b@x.example", False),
    ]


@pytest.mark.parametrize(
    "text, expected",
    [
        (b"2.0.0 Ok: queued as 4Xk2Bn1Zz", "4Xk2Bn1Zz"),
        (b"2.0.0 <you@x.example> kJ4xYz+KG2cBAAAA Saved", "kJ4xYz+KG2cBAAAA"),
        (b"OK id=1sT9xQ-000000002fK-3Qzx", "1sT9xQ-000000002fK-3Qzx"),
        (b"2.0.0 47Q1b2c3012345 Message accepted for delivery", "47Q1b2c3012345"),
        (b"2.6.0 <a@b.example> [InternalId=12884901890, Hostname=X.example] 1 bytes in 0.1 Queued mail", "12884901890"),
        (b"ok 1700000000 qp 31337", "31337"),
        (b"2.0.0 OK  1700000000 d2e1a72fcca58-6b2a.12 - gsmtp", "d2e1a72fcca58-6b2a.12"),
        (b"Ok 0100018bcfe5a3c1-1b2c3d4e-000000", "0100018bcfe5a3c1-1b2c3d4e-000000"),
        (b"Message Queued (6E6A7B4C-1)", "6E6A7B4C-1"),
        (b"OK", ""),
        (b"2.0.0 Great success", ""),
        (b"", ""),
    ],
)
def test_queue_ids_are_found(text, expected):
    """The queue id is read from the sentences of the servers there are; without one it is empty."""
    assert queue_id(Reply.read(250, text)) == expected


def test_no_recipient_is_logged(script, connect, caplog):
    caplog.set_level("INFO")
    server = script(polite(rcpt=[b"550 5.1.1 <you@example.org>: unknown", b"250 ok"]))
    transport = connect(server)
    with pytest.raises(SMTPError):
        transport.send(new_email())
    transport.send(new_email())
    assert "SMTPError 550 5.1.1" in caplog.text
    assert "accepted 4XYZ" in caplog.text
    assert "example.org" not in caplog.text


@pytest.mark.parametrize(
    "steps", [{"data": b"250 <you@example.org> go"}, {"ends": [b"354 <you@example.org>?"]}], ids=repr
)
def test_an_unexpected_reply_is_not_logged(steps, script, connect, caplog):
    """Of a response that makes no sense where it comes the log has the code, and not the words."""
    with pytest.raises(TransportError):
        connect(script(polite(**steps))).send(new_email())
    assert re.search("with (250|354)", caplog.text)
    assert "example.org" not in caplog.text


def test_replies_are_parsed_into_code_enhanced_code_and_text():
    assert Reply.read(550, b"5.1.1 no\n5.1.1 such \xff user") == Reply(550, "no such \ufffd user", "5.1.1")
    assert Reply.read(250, b"2.0.0\nfine") == Reply(250, "fine", "2.0.0")
    assert Reply.read(250, b"10.0.0.1 is fine") == Reply(250, "10.0.0.1 is fine")


@pytest.mark.parametrize(
    "steps",
    [
        {"mail": b"550 no"},
        {"rcpt": b"550 no"},
        {"data": b"550 no"},
        {"ends": [b"550 no"]},
        {"ends": [Talk.cut]},
    ],
    ids=["mail", "rcpt", "data", "end", "lost"],
)
def test_a_traceback_of_an_email_that_was_not_accepted_does_not_hold_the_email(steps, script, connect):
    with pytest.raises(EmailAPIError) as caught:
        connect(script(polite(**steps))).send(new_email(text_body="a private text"))
    assert "private" not in locals_of_ours(caught.value)


def test_a_traceback_of_an_email_that_cannot_be_written_does_not_hold_the_email(script, connect):
    with pytest.raises(InvalidEmail) as caught:
        connect(script(polite())).send(new_email(text_body="a private text", headers={"Resent-Bcc": "you@example.org"}))
    assert "private" not in locals_of_ours(caught.value)


def locals_of_ours(error: BaseException) -> str:
    """Return the local variables of the frames of the package that an error passed through, as tools print them."""
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    return "".join(repr(frame.f_locals) for frame in frames if "/tests/" not in frame.f_code.co_filename)
