"""Messages: lenient reading, and the delivery state of each."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta

import pytest

from emailapi.errors import InvalidResponse
from emailapi.models.email import TrackLinks
from emailapi.models.message_status import MessageState, derive_status
from emailapi.models.messages import (
    MESSAGES,
    EventType,
    Message,
    MessageDetails,
    MessageEvent,
    OutboundStatus,
    Recipient,
)
from emailapi.wire import read, read_rows

NOON = datetime(2024, 7, 15, 12, 0, tzinfo=UTC)


def event(recipient, kind, minute=0):
    """Return an event at so many minutes after noon; None is a time that could not be read."""
    at = None if minute is None else NOON + timedelta(minutes=minute)
    return MessageEvent(recipient=recipient, type=kind, received_at=at)


def message(*events, recipients=("a@x", "b@x"), status=OutboundStatus.SENT, **more):
    return MessageDetails(message_id="m", recipients=recipients, status=status, message_events=events, **more)


def states(found):
    return [(one.recipient, one.state.value) for one in found.recipients]


A, B = "a@x", "b@x"
DELIVERED, BOUNCED, OPENED, TRANSIENT = "Delivered", "Bounced", "Opened", "Transient"


@pytest.mark.parametrize(
    "found, state, each",
    [
        (message(status="Queued"), "queued", ["queued", "queued"]),
        (message(status=OutboundStatus.QUEUED), "queued", ["queued", "queued"]),
        (message(), "sent", ["sent", "sent"]),
        (message(status="Processed"), "sent", ["sent", "sent"]),
        (message(status="SomethingNew"), "sent", ["sent", "sent"]),
        (message(status=""), "sent", ["sent", "sent"]),
        (message(event(A, DELIVERED)), "sent", ["delivered", "sent"]),
        (message(event(A, DELIVERED), status="Queued"), "queued", ["delivered", "queued"]),
        (message(event(A, DELIVERED), event(B, DELIVERED)), "delivered", ["delivered", "delivered"]),
        (message(event(A, BOUNCED)), "bounced", ["bounced", "sent"]),
        (message(event(A, DELIVERED), event(B, BOUNCED)), "bounced", ["delivered", "bounced"]),
        (message(event(A, TRANSIENT), event(B, OPENED)), "sent", ["sent", "sent"]),
        # The last word counts, by time and not by place; without times, by place.
        (message(event(A, DELIVERED, 1), event(A, BOUNCED, 2)), "bounced", ["bounced", "sent"]),
        (message(event(A, BOUNCED, 2), event(A, DELIVERED, 1)), "bounced", ["bounced", "sent"]),
        (message(event(A, BOUNCED, 1), event(A, DELIVERED, 2)), "sent", ["delivered", "sent"]),
        (message(event(A, BOUNCED), event(A, DELIVERED)), "sent", ["delivered", "sent"]),
        (message(event(A, BOUNCED, None), event(A, DELIVERED, None)), "sent", ["delivered", "sent"]),
        (message(event(A, DELIVERED, 1), event(A, TRANSIENT, 2), event(A, OPENED, 3)), "sent", ["delivered", "sent"]),
        # Events of unknown types are ignored.
        (message(event(A, "Teleported", 9)), "sent", ["sent", "sent"]),
        (message(event("A@X", DELIVERED), event("B@x", DELIVERED)), "delivered", ["delivered", "delivered"]),
    ],
)
def test_the_state_of_a_message_is_that_of_its_least_advanced_recipient(found, state, each):
    status = derive_status(found)
    assert status.message_id == "m"
    assert status.state is MessageState(state)
    assert states(status) == list(zip((A, B), each, strict=True))


def test_the_last_event_of_each_recipient_is_known():
    first, last, opened = event(A, DELIVERED, 1), event(B, BOUNCED, 2), event(A, OPENED, 3)
    status = derive_status(message(opened, last, first))
    assert status.last_event == opened
    assert [one.last_event for one in status.recipients] == [first, last]
    assert derive_status(message()).last_event is None


def test_a_recipient_known_only_from_events_is_included():
    status = derive_status(message(event("C@x", BOUNCED), recipients=(A,)))
    assert states(status) == [(A, "sent"), ("c@x", "bounced")]


def test_an_address_listed_twice_is_one_recipient():
    assert [state for _, state in states(derive_status(message(recipients=("A@x", "a@x"))))] == ["sent"]


def test_a_row_without_recipients_is_read():
    old = message(recipients=(), to=(Recipient(email=A),), bcc=(Recipient(email=B),))
    assert states(derive_status(old)) == [(A, "sent"), (B, "sent")]
    assert derive_status(message(recipients=())).state is MessageState.SENT
    assert derive_status(message(recipients=(), status="Queued")).state is MessageState.QUEUED


@pytest.mark.parametrize(
    "value, attribute, expected",
    [
        ({"Attachments": None}, "attachments", ()),
        ({"Attachments": ""}, "attachments", ()),
        ({"Attachments": []}, "attachments", ()),
        (
            {"Attachments": ["a.txt", {"Name": "b.txt"}, {"Name": None}, {}, None]},
            "attachments",
            ("a.txt", "b.txt", "", "", ""),
        ),
        ({"Status": "sent"}, "status", OutboundStatus.SENT),
        ({"Status": "Teleported"}, "status", "Teleported"),
        ({"TrackLinks": "none"}, "track_links", TrackLinks.NONE),
        ({"TrackLinks": None}, "track_links", ""),
        ({"Metadata": None}, "metadata", {}),
        ({"Metadata": {"a": None, "b": 7}}, "metadata", {"a": "", "b": "7"}),
        ({"To": None}, "to", ()),
        ({"ReceivedAt": "soon"}, "received_at", None),
        ({"TrackOpens": "true"}, "track_opens", True),
        ({"Tag": None}, "tag", ""),
    ],
)
def test_rows_are_read_leniently(value, attribute, expected):
    assert getattr(read(value, Message), attribute) == expected


@pytest.mark.parametrize(
    "value, sentence",
    [
        ({"Attachments": "a.txt"}, "Message.attachments: expected a list, got str"),
        ({"Attachments": {"Name": "a"}}, "Message.attachments: expected a list, got dict"),
        ({"Attachments": 5}, "Message.attachments: expected a list, got int"),
        ({"To": "a@x"}, "Message.to: expected a list, got str"),
        ({"To": [{"Email": ["a@x"]}]}, "Message.to[0].email: expected text, got list"),
        ({"Metadata": [["a", "b"]]}, "Message.metadata: expected an object, got list"),
        ({"Subject": {}}, "Message.subject: expected text, got dict"),
    ],
)
def test_unreadable_rows_are_named(value, sentence):
    with pytest.raises(InvalidResponse) as caught:
        read(value, Message)
    assert caught.value.message == sentence
    assert read_rows([{}, value], Message) == ([Message()], [f"row 1: {sentence}"])


def test_reprs_show_no_content():
    """Neither the bodies nor the raw source of a message are in its repr."""
    text = repr(MessageDetails(subject="A subject", text_body="hush", html_body="hush", body="hush"))
    assert "A subject" in text
    assert "hush" not in text


def test_messages_compare_copy_and_pickle():
    found = message(event(A, EventType.DELIVERED), metadata={"a": "b"}, to=(Recipient(email=A, name="A"),))
    assert pickle.loads(pickle.dumps(found)) == found
    assert pickle.loads(pickle.dumps(derive_status(found))) == derive_status(found)


def test_the_page_of_messages_follows_the_contract():
    """The listing's path, its key and the code that a wrong query is rejected by are the contract's."""
    assert (MESSAGES.path, MESSAGES.key, MESSAGES.error_code) == ("/messages/outbound", "Messages", 700)
    assert MESSAGES.record is Message


def test_a_delayed_recipient_has_the_text_of_the_service():
    delay = MessageEvent(
        recipient="A@x", type=EventType.TRANSIENT, received_at=NOON, details={"DeliveryMessage": "4.2.2 mailbox full"}
    )
    bounce = MessageEvent(
        recipient="b@x", type=EventType.BOUNCED, received_at=NOON, details={"Summary": "5.1.1 unknown"}
    )
    status = derive_status(message(delay, bounce))
    assert [(one.recipient, one.delayed, one.reason) for one in status.recipients] == [
        ("a@x", True, "4.2.2 mailbox full"),
        ("b@x", False, "5.1.1 unknown"),
    ]
    assert [one.recipient for one in status.delayed] == ["a@x"]
    assert states(status) == [("a@x", "sent"), ("b@x", "bounced")]


def test_a_delivery_replaces_the_delay():
    status = derive_status(message(event("a@x", EventType.TRANSIENT), event("a@x", EventType.DELIVERED, 5)))
    assert (status.delayed, status.recipients[0].reason) == ((), "")


def test_first_opens_and_clicks_are_known_for_each_recipient_and_for_all():
    opened, clicked = EventType.OPENED, EventType.LINK_CLICKED
    status = derive_status(
        message(
            event("b@x", opened, 9),
            event("b@x", opened, 4),
            event("a@x", opened, 7),
            event("b@x", clicked, 8),
            event("a@x", opened, None),
            event("c@x", opened, 1),
        )
    )
    assert status.opened_at == NOON + timedelta(minutes=4)
    assert status.clicked_at == NOON + timedelta(minutes=8)
    assert [one.opened_at for one in status.recipients] == [NOON + timedelta(minutes=7), NOON + timedelta(minutes=4)]
    assert [one.clicked_at for one in status.recipients] == [None, NOON + timedelta(minutes=8)]
    assert derive_status(message()).opened_at is derive_status(message()).clicked_at is None


@pytest.mark.parametrize(
    "recipient, text",
    [
        (Recipient(email="j@x.com"), "j@x.com"),
        (Recipient(email="j@x.com", name="Jane"), "Jane <j@x.com>"),
        (Recipient(email="j@x.com", name="Doe, Jane"), '"Doe, Jane" <j@x.com>'),
        (Recipient(email="not an address", name="Jane"), "not an address"),
        (Recipient(), ""),
    ],
)
def test_a_recipient_as_a_string_is_the_header_value(recipient, text):
    assert str(recipient) == f"{recipient}" == text
