"""Headers of one email replace the configuration set, the tags and the ARNs of the transport."""

from __future__ import annotations

import pytest

from emailapi import InvalidEmail

from .conftest import new_email
from .fake import raw_message
from .test_wire import ARN, FULL, OTHER_ARN

OWN = {
    "X-SES-CONFIGURATION-SET": "orders",
    "x-ses-message-tags": "app=checkout, order=7",
    "X-SES-SOURCE-ARN": f"{ARN}2",
    "X-SES-RETURN-PATH-ARN": f"{OTHER_ARN}2",
}


def test_ses_headers_of_an_email_become_parameters(serve, connect):
    """SES's headers become parameters: such an email is simple, and its recipients do not see the headers."""
    service = serve()
    transport = connect(service.url, **FULL)
    transport.send(new_email(headers=OWN))
    transport.send(new_email())
    own, usual = service.accepted
    assert own["Action"] == usual["Action"] == "SendEmail"
    assert (own["ConfigurationSetName"], own["SourceArn"], own["ReturnPathArn"]) == (
        "orders",
        f"{ARN}2",
        f"{OTHER_ARN}2",
    )
    assert [own[f"Tags.member.{n}.{part}"] for n in (1, 2) for part in ("Name", "Value")] == [
        "app",
        "checkout",
        "order",
        "7",
    ]
    assert (usual["ConfigurationSetName"], usual["SourceArn"], usual["Tags.member.1.Value"]) == ("news", ARN, "shop")


def test_other_headers_stay_in_the_message(serve, connect):
    service = serve()
    connect(service.url).send(new_email(headers={**OWN, "X-Campaign": "7"}))
    (given,) = service.accepted
    assert (given["Action"], given["FromArn"]) == ("SendRawEmail", f"{ARN}2")
    message = raw_message(given)
    assert message["X-Campaign"] == "7"
    assert not [name for name in message if name.lower().startswith("x-ses-")]


def test_the_tag_and_the_metadata_of_an_email_take_precedence(serve, connect):
    service = serve()
    connect(service.url).send(new_email(headers={"X-SES-MESSAGE-TAGS": "app=a"}, tag="t", metadata={"app": "b"}))
    (given,) = service.accepted
    tags = {given[f"Tags.member.{n}.Name"]: given[f"Tags.member.{n}.Value"] for n in (1, 2)}
    assert tags == {"app": "b", "tag": "t"}


def test_send_message_reads_ses_headers_of_an_email_too(serve, connect):
    service = serve()
    connect(service.url).send_message(new_email(headers=OWN))
    assert service.accepted[0]["ConfigurationSetName"] == "orders"


@pytest.mark.parametrize(
    "headers, why",
    [
        ([("X-SES-CONFIGURATION-SET", "x!")], "header X-SES-CONFIGURATION-SET must be 1-64 characters from"),
        ([("X-SES-CONFIGURATION-SET", "a"), ("x-ses-configuration-set", "b")], "contradicts another header"),
        ([("X-SES-MESSAGE-TAGS", "a b=c")], "header X-SES-MESSAGE-TAGS: tags: 'a b' is not valid"),
        ([("X-SES-MESSAGE-TAGS", "a")], "header X-SES-MESSAGE-TAGS: tags: '' is not valid"),
        ([("X-SES-SOURCE-ARN", " ")], "header X-SES-SOURCE-ARN is empty"),
    ],
    ids=range(5),
)
def test_an_invalid_ses_header_is_rejected_before_a_request(headers, why, connect):
    with pytest.raises(InvalidEmail) as caught:
        connect("http://localhost:1").check(new_email(headers=headers))
    assert (caught.value.field, why in caught.value.message) == ("headers", True)
