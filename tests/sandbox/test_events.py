"""The events of an email, by its addresses."""

from __future__ import annotations

import pytest

from emailapi.sandbox.events import BOUNCE_TYPES, bounce_type

DOMAIN = "bounce-testing.postmarkapp.com"


def test_an_email_is_delivered_to_each_recipient(api):
    details = api.details(api.accepted(To="a@example.com", Cc="B@example.com", Bcc="a@example.com"))
    assert details["Status"] == "Sent"
    assert [(event["Recipient"], event["Type"]) for event in details["MessageEvents"]] == [
        ("a@example.com", "Delivered"),
        ("b@example.com", "Delivered"),
    ]
    for event in details["MessageEvents"]:
        assert set(event) == {"Recipient", "Type", "ReceivedAt", "Details"}
        assert set(event["Details"]) == {"DeliveryMessage", "DestinationServer", "DestinationIP"}


def test_an_email_to_the_black_hole_has_no_events(api):
    details = api.details(api.accepted(To="Test@Blackhole.postmarkapp.com"))
    assert (details["Status"], details["MessageEvents"]) == ("Sent", [])


def test_a_bounce_is_an_event_with_summary_and_id(api):
    (event,) = api.details(api.accepted(To=f"SoftBounce@{DOMAIN}"))["MessageEvents"]
    assert (event["Type"], event["Recipient"]) == ("Bounced", f"softbounce@{DOMAIN}")
    assert set(event["Details"]) == {"Summary", "BounceID"}
    assert int(event["Details"]["BounceID"]) > 2**32
    assert api.send(To=f"SoftBounce@{DOMAIN}").status_code == 200


def test_each_bounce_has_its_own_id(api):
    items = api.post("/email/batch", [api.email(To=f"softbounce@{DOMAIN}")] * 3).json()
    events = [event for item in items for event in api.details(item["MessageID"])["MessageEvents"]]
    assert len({event["Details"]["BounceID"] for event in events}) == 3


def test_a_delay_is_an_event_and_does_not_suppress(api):
    (event,) = api.details(api.accepted(To=f"transient@{DOMAIN}"))["MessageEvents"]
    assert event["Type"] == "Transient"
    assert set(event["Details"]) == {"DeliveryMessage", "DestinationServer", "DestinationIP"}
    assert api.send(To=f"transient@{DOMAIN}").status_code == 200


def test_the_bounce_type_header_takes_precedence_at_the_test_domain(api):
    headers = [{"Name": "x-pm-bounce-type", "Value": "HardBounce"}]
    api.accepted(To=f"softbounce@{DOMAIN}, a@example.com", Headers=headers)
    assert api.send(To=f"softbounce@{DOMAIN}").status_code == 422
    assert api.send(To="a@example.com").status_code == 200


@pytest.mark.parametrize(
    "local, forced, kind",
    [
        ("hardbounce", None, "HardBounce"),
        ("soft_bounce", None, "SoftBounce"),
        ("dns-error", None, "DnsError"),
        ("smtpapierror", None, "SMTPApiError"),
        ("dmarc_policy", None, "DMARCPolicy"),
        ("whatever", None, "HardBounce"),
        ("spamcomplaint", None, "HardBounce"),
        ("hardbounce", "Blocked", "Blocked"),
        ("softbounce", "SpamComplaint", "HardBounce"),
        ("softbounce", "nonsense", "HardBounce"),
        ("softbounce", " ", "SoftBounce"),
    ],
)
def test_bounce_types_match_in_any_spelling(local, forced, kind):
    """A type is known in any case of letters and with separators; what is unknown, or not for the asking, is hard."""
    found = bounce_type(f"{local}@{DOMAIN}", forced)
    assert found is not None
    assert found.type == kind


@pytest.mark.costly
def test_each_bounce_type_has_its_own_event_and_effect(api):
    """Every type of the table bounces by its own name, and only those that deactivate stop the next email."""
    for row in BOUNCE_TYPES.values():
        if row.type == "SpamComplaint":
            continue
        address = f"{row.type}@{DOMAIN}"
        assert api.send(To=address).status_code == 200
        assert api.send(To=address).status_code == (422 if row.reason else 200), row
