"""`sandbox.events`: what happens to emails after they were accepted."""

from __future__ import annotations

import pytest

from emailapi import BounceType, Email, InactiveRecipient, InvalidArgument

HTML = '<p><a href="https://shop.example/reset?id=1&amp;x=2">Reset</a> <a href="https://shop.example/help">Help</a></p>'
SOFT = "softbounce@bounce-testing.postmarkapp.com"


@pytest.fixture
def tracked(client):
    """An email to two recipients whose opens and clicks are tracked."""
    return client.outbound.send(
        Email(
            to=["Ada@example.com", "eve@example.com"],
            subject="Reset",
            html_body=HTML,
            text_body="https://shop.example/text",
            tag="reset",
            track_opens=True,
            track_links="HtmlAndText",
        )
    )


@pytest.fixture
def suppressions(api):
    """Give the suppressions of the stream `outbound`, as the API lists them."""
    return lambda: api.get("/message-streams/outbound/suppressions/dump").json()["Suppressions"]


@pytest.fixture
def types(client):
    """Give the types of the events of a message, each with its recipient."""
    return lambda result: [
        (each.recipient, each.type) for each in client.messages.get(result.message_id).message_events
    ]


@pytest.mark.parametrize("kind", [kind for kind in BounceType if kind != "SpamComplaint"])
def test_an_email_bounces_by_each_type(client, sandbox, suppressions, kind):
    sent = client.outbound.send(Email(to="ada@example.com", text_body="Hi", tag="t"))
    (event,) = sandbox.events.bounce(sent, kind)
    (bounce,) = client.bounces.list(message_id=sent.message_id)
    assert (bounce.type, bounce.email, bounce.tag) == (kind, "ada@example.com", "t")
    assert event.type == ("Transient" if kind == "Transient" else "Bounced")
    if event.type == "Bounced":
        assert event.details["BounceID"] == str(bounce.id)
    assert bool(suppressions()) == bounce.inactive == (kind in ("HardBounce", "ManuallyDeactivated"))


def test_a_hard_bounce_suppresses_the_address_in_its_stream(client, sandbox):
    sent = client.outbound.send(Email(to="ada@example.com", text_body="Hi"))
    sandbox.events.bounce(sent.message_id)
    assert client.messages.status(sent).state == "bounced"
    with pytest.raises(InactiveRecipient):
        client.outbound.send(Email(to="ada@example.com", text_body="Hi"))
    client.outbound.send(Email(to="ada@example.com", text_body="Hi", message_stream="broadcast"))


def test_one_recipient_bounces(client, sandbox, tracked):
    (event,) = sandbox.events.bounce(tracked, "SoftBounce", "EVE@example.com")
    assert event.recipient == "eve@example.com"
    states = {each.recipient: each.state for each in client.messages.status(tracked).recipients}
    assert states == {"Ada@example.com": "delivered", "eve@example.com": "bounced"}


def test_all_recipients_open_and_click(client, sandbox, tracked, types):
    opened = sandbox.events.open(tracked, "Outlook", read_seconds=3)
    clicked = sandbox.events.click(tracked)
    assert [(each.recipient, each.type) for each in (*opened, *clicked)] == types(tracked)[2:]
    assert [event.recipient for event in opened] == ["ada@example.com", "eve@example.com"]
    assert clicked[0].details["Link"] == "https://shop.example/reset?id=1&x=2"
    opens = client.messages.opens(recipient="eve@example.com")
    assert [(each.client.name, each.os.family, each.platform, each.read_seconds) for each in opens] == [
        ("Outlook", "Windows", "Desktop", 3)
    ]


def test_the_first_open_of_each_recipient_is_listed_and_each_open_counts(client, sandbox, tracked):
    for _ in range(3):
        sandbox.events.open(tracked, recipient="ada@example.com")
    sandbox.events.open(tracked, recipient="eve@example.com")
    assert client.messages.message_opens(tracked.message_id).total_count == 2
    stats = client.stats.opens()
    assert (stats.opens, stats.unique) == (4, 2)


def test_the_first_click_of_each_recipient_on_each_link_is_listed(client, sandbox, tracked):
    for link in (None, "https://shop.example/reset?id=1&x=2", "https://shop.example/help", "https://shop.example/text"):
        sandbox.events.click(tracked, link, recipient="ada@example.com", client="Firefox")
    found = client.messages.clicks(client_name="firefox")
    assert sorted(click.original_link[21:] for click in found) == ["help", "reset?id=1&x=2", "text"]
    assert sorted(click.click_location for click in found) == ["HTML", "HTML", "Text"]
    stats = client.stats.clicks()
    assert (stats.clicks, stats.unique) == (4, 3)
    assert client.stats.click_locations().html == 2


def test_all_statistics_count_what_happened(client, sandbox, tracked):
    sandbox.events.open(tracked, "iOS Mail", read_seconds=25)
    sandbox.events.click(tracked, client="Safari", recipient="ada@example.com")
    sandbox.events.bounce(tracked, "SoftBounce", "eve@example.com")
    sandbox.events.complain(tracked, recipient="ada@example.com")
    overview = client.stats.overview(tag="reset")
    assert (overview.sent, overview.bounced, overview.spam_complaints) == (2, 1, 1)
    assert (overview.opens, overview.unique_opens, overview.total_clicks, overview.unique_links_clicked) == (2, 2, 1, 1)
    assert overview.with_client_recorded == overview.with_platform_recorded == overview.with_read_time_recorded == 2
    assert overview.tracked == overview.with_open_tracking == overview.with_link_tracking == 2
    assert overview.total_tracked_links_sent == 6
    assert client.stats.sends().sent == 2
    assert client.stats.bounces().soft_bounce == 1
    assert client.stats.spam().spam_complaint == 1
    assert client.stats.tracked().tracked == 2
    assert client.stats.open_platforms().mobile == 2
    assert client.stats.email_clients().counts == {"iOS Mail": 2}
    assert client.stats.read_times().counts == {"20s+": 2}
    assert client.stats.browser_families().counts == {"Safari": 1}
    assert client.stats.click_platforms().mobile == 1
    assert client.stats.click_locations().html == 1


def test_a_complaint_suppresses_permanently(client, sandbox, suppressions, tracked):
    (event,) = sandbox.events.complain(tracked, recipient="ada@example.com")
    assert (event.type, event.details["Origin"]) == ("SubscriptionChanged", "Recipient")
    (bounce,) = client.bounces.list(type="SpamComplaint")
    assert (bounce.inactive, bounce.can_activate) == (True, False)
    (suppression,) = suppressions()
    assert (suppression["EmailAddress"], suppression["SuppressionReason"]) == ("ada@example.com", "SpamComplaint")
    assert client.messages.status(tracked).state == "delivered"


def test_a_recipient_unsubscribes(sandbox, suppressions, tracked):
    events = sandbox.events.unsubscribe(tracked)
    assert [event.details["SuppressSending"] for event in events] == ["True", "True"]
    assert {(row["SuppressionReason"], row["Origin"]) for row in suppressions()} == {("ManualSuppression", "Recipient")}


def test_a_delayed_email_is_delivered_later(client, sandbox, types):
    address = "transient@bounce-testing.postmarkapp.com"
    sent = client.outbound.send(Email(to=address, text_body="Hi"))
    sandbox.events.delay(sent)
    sandbox.events.deliver(sent)
    assert types(sent) == [(address, "Transient"), (address, "Transient"), (address, "Delivered")]
    assert client.messages.status(sent).state == "delivered"


def test_events_happen_at_the_time_of_the_clock(client, sandbox, tracked):
    at = sandbox.clock.freeze()
    later = sandbox.clock.advance(days=2)
    (event, _) = sandbox.events.open(tracked)
    assert event.received_at == later == client.messages.opens().items[0].received_at
    assert [day.date.isoformat() for day in client.stats.opens().days] != []
    assert later > at


@pytest.mark.parametrize(
    "fields, call, reason",
    [
        ({"html_body": "<p>Hi"}, lambda events, sent: events.open(sent), "track_opens=True"),
        ({"track_opens": True}, lambda events, sent: events.open(sent), "no HTML body"),
        ({"text_body": "https://a.example"}, lambda events, sent: events.click(sent), "track_links"),
        ({"track_links": "HtmlOnly"}, lambda events, sent: events.click(sent), "no link"),
        ({"track_links": "TextOnly", "text_body": "https://a.example"}, lambda e, sent: e.click(sent, "b"), "link 'b'"),
        ({}, lambda events, sent: events.deliver(sent), "was delivered"),
        ({}, lambda events, sent: events.delay(sent), "was delivered"),
        ({"to": SOFT}, lambda events, sent: events.deliver(sent), "bounced"),
        ({"to": SOFT}, lambda events, sent: events.complain(sent), "bounced"),
        ({"to": SOFT, "html_body": "x", "track_opens": True}, lambda events, sent: events.open(sent), "bounced"),
        ({"to": "test@blackhole.postmarkapp.com"}, lambda events, sent: events.unsubscribe(sent), "deliver"),
        ({}, lambda events, sent: events.bounce(sent, "Softbounce"), "did you mean 'SoftBounce'"),
        ({}, lambda events, sent: events.bounce(sent, "SpamComplaint"), "complain"),
        ({}, lambda events, sent: events.bounce(sent, recipient="bob@example.com"), "ada@example.com"),
        ({"html_body": "x", "track_opens": True}, lambda events, sent: events.open(sent, "Mutt"), "Thunderbird"),
        ({}, lambda events, sent: events.bounce("nothing"), "no message 'nothing'"),
        ({}, lambda events, sent: events.bounce(None), "got NoneType"),
    ],
)  # fmt: skip
def test_an_impossible_event_is_an_error_with_the_reason(client, sandbox, fields, call, reason, types):
    sent = client.outbound.send(Email(**{"to": "ada@example.com", "text_body": "Hi", **fields}))
    before = types(sent)
    with pytest.raises(InvalidArgument, match=reason):
        call(sandbox.events, sent)
    assert types(sent) == before


def test_no_event_is_possible_for_an_email_that_was_not_sent(client, sandbox):
    sandbox.events.unsubscribe(client.outbound.send(Email(to="eve@example.com", text_body="Hi")))
    sent = client.outbound.send(Email(to=["ada@example.com", "eve@example.com"], text_body="Hi"))
    assert [event.recipient for event in sandbox.events.bounce(sent, "SoftBounce")] == ["ada@example.com"]
    with pytest.raises(InvalidArgument, match="eve@example.com was suppressed"):
        sandbox.events.bounce(sent, "SoftBounce", "eve@example.com")


def test_messages_of_all_servers_are_found(sandbox, account, open_api):
    server = account.post("/servers", {"Name": "Second"}).json()
    sent = open_api(sandbox, server["ApiTokens"][0]).accepted()
    assert sandbox.events.bounce(sent, "SoftBounce")


def test_a_message_erased_in_the_meantime_is_named(client, sandbox, monkeypatch):
    """A reset may come between the look at a message and its event."""
    from emailapi.sandbox import simulation

    sent = client.outbound.send(Email(sender="a@example.com", to="b@example.com", text_body="Hi"))
    look = simulation.progress_of

    def late(db, row):
        found = look(db, row)
        assert sandbox.store._lock.locked()  # a reset waits until the event is stored
        return found

    monkeypatch.setattr(simulation, "progress_of", late)
    assert sandbox.events.bounce(sent)
    sandbox.reset()
    with pytest.raises(InvalidArgument, match="there is no message"):
        sandbox.events.bounce(sent)
