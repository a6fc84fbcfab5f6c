"""Requests as the API version 2 of SES has them, for a `boto3.client("sesv2")`."""

from __future__ import annotations

from typing import Any

from .payload import SESRequest

# A message has at most 40 MB by this version, 10 MB by the first.
MESSAGE_LIMIT_V2 = 40_000_000


def to_v2(request: SESRequest) -> SESRequest:
    """
    Convert a request to `SendEmail` of version 2.

    A raw message says its own sender: the address that bounces are sent to is a parameter of its own in version 2.
    """
    given = request.parameters
    if request.operation == "send_raw_email":
        source = {"FeedbackForwardingEmailAddress": given.get("Source")}
        destination: Any = {"ToAddresses": given["Destinations"]}
        content: dict[str, Any] = {"Raw": given["RawMessage"]}
    else:
        source = {"FromEmailAddress": given["Source"], "FeedbackForwardingEmailAddress": given.get("ReturnPath")}
        destination, content = given["Destination"], {"Simple": given["Message"]}
    parameters = {
        **source,
        "FromEmailAddressIdentityArn": given.get("SourceArn"),
        "FeedbackForwardingEmailAddressIdentityArn": given.get("ReturnPathArn"),
        "Destination": destination,
        "ReplyToAddresses": given.get("ReplyToAddresses"),
        "Content": content,
        "EmailTags": given.get("Tags"),
        "ConfigurationSetName": given.get("ConfigurationSetName"),
    }
    return SESRequest("send_email", {name: value for name, value in parameters.items() if value})
