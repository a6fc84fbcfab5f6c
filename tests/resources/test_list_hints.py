"""Each list names the argument or filter that users of other libraries probably meant."""

from __future__ import annotations

import pytest

from emailapi import AccountClient, Client, InvalidArgument


@pytest.fixture
def client():
    """Give a client that connects to nothing: all errors of this file come before a request."""
    with Client("token", base_url="http://127.0.0.1:9") as client:
        yield client


LISTS = [
    *("messages.list", "messages.opens", "messages.clicks", "bounces.list", "inbound.list", "inbound_rules.list"),
    *("templates.list", "streams.list", "suppressions.list", "webhooks.list", "outbound.list_bulk"),
]
WHOLE = ("streams.list", "suppressions.list", "webhooks.list")


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("guess", ["limit", "page_size", "per_page", "page"])
def test_every_list_explains_the_number_of_records(client, name, guess):
    namespace, call = name.split(".")
    with pytest.raises((InvalidArgument, TypeError)) as caught:
        getattr(getattr(client, namespace), call)(**{guess: 5})
    message = str(caught.value)
    if name in WHOLE:
        assert "returns this list whole" in message
    elif guess != "page":
        assert "did you mean 'count'?" in message
    else:
        assert ("did you mean 'offset'?" if name != "outbound.list_bulk" else "known: count") in message


@pytest.mark.parametrize("name", ["servers", "domains", "signatures"])
def test_every_list_of_an_account_explains_the_number_of_records(name):
    with AccountClient("token", base_url="http://127.0.0.1:9") as account:
        for guess, meant in (("limit", "count"), ("page", "offset")):
            with pytest.raises((InvalidArgument, TypeError), match=f"did you mean '{meant}'"):
                getattr(account, name).list(**{guess: 5})


@pytest.mark.parametrize(
    "name, guess, hint",
    [
        ("messages", "since", "'from_date'"),
        ("messages", "until", "'to_date'"),
        ("messages", "state", "messages.status(message).state"),
        ("messages", "to", "'recipient'"),
        ("messages", "email", "'recipient'"),
        ("messages", "FromEmail", "'sender'"),
        ("bounces", "since", "'from_date'"),
        ("bounces", "state", "type= filters by the type"),
        ("bounces", "to", "'email'"),
        ("bounces", "recipient", "'email'"),
        ("inbound", "to", "'recipient'"),
        ("inbound", "since", "'from_date'"),
        ("templates", "type", "'template_type'"),
        ("suppressions", "email", "'email_address'"),
        ("suppressions", "reason", "'suppression_reason'"),
        ("streams", "archived", "'include_archived_streams'"),
        ("webhooks", "stream", "'message_stream'"),
    ],
)
def test_a_filter_by_another_name_is_a_hint(client, name, guess, hint):
    with pytest.raises(InvalidArgument) as caught:
        getattr(client, name).list(**{guess: "x"})
    assert (caught.value.argument, hint in caught.value.message) == (guess, True)


def test_a_delivery_state_as_a_filter_names_the_call_that_has_it(client):
    with pytest.raises(InvalidArgument, match=r"got 'delivered'; the delivery state is messages\.status"):
        client.messages.list(status="delivered")
