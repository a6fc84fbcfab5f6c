"""Webhooks: URLs that the service posts events to."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, TypedDict

import attrs

from .._records import Record
from ..wire import Wire
from .listing import Listing
from .text import url_repr


class WebhookStatus(StrEnum):
    """Whether the service has verified that a webhook responds."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"


@attrs.frozen(kw_only=True)
class HttpAuth(Record):
    """
    User name and password for HTTP basic authentication at a webhook.

    Attributes:
        username: The user name.
        password: The password; the repr does not show it.
    """

    username: str = ""
    password: str = attrs.field(default="", repr=False)


@attrs.frozen(kw_only=True)
class HttpHeader(Record):
    """
    A header that the service sends with every request to a webhook.

    Attributes:
        name: The name of the header.
        value: The value, which may be a shared secret; the repr does not show it.
    """

    name: str = ""
    value: str = attrs.field(default="", repr=False)


@attrs.frozen(kw_only=True)
class Trigger(Record):
    """
    Whether one type of event is posted to a webhook.

    Attributes:
        enabled: True or False; None keeps the current setting.
    """

    enabled: bool | None = None


@attrs.frozen(kw_only=True)
class OpenTrigger(Trigger):
    """
    Whether opens are posted to a webhook.

    Attributes:
        post_first_open_only: Whether only the first open of each recipient is posted; None keeps the current setting.
    """

    post_first_open_only: bool | None = None


@attrs.frozen(kw_only=True)
class ContentTrigger(Trigger):
    """
    Whether bounces or spam complaints are posted to a webhook.

    Attributes:
        include_content: Whether the whole bounce or complaint is posted; None keeps the current setting.
    """

    include_content: bool | None = None


@attrs.frozen(kw_only=True)
class Triggers(Record):
    """
    The types of events that are posted to a webhook; a trigger that is not given keeps its setting.

    Attributes:
        open: Opens.
        click: Clicks.
        delivery: Deliveries.
        bounce: Bounces.
        spam_complaint: Complaints about spam.
        subscription_change: Addresses that were suppressed or activated again.
    """

    open: OpenTrigger = attrs.field(default=OpenTrigger())
    click: Trigger = attrs.field(default=Trigger())
    delivery: Trigger = attrs.field(default=Trigger())
    bounce: ContentTrigger = attrs.field(default=ContentTrigger())
    spam_complaint: ContentTrigger = attrs.field(default=ContentTrigger())
    subscription_change: Trigger = attrs.field(default=Trigger())


@attrs.frozen(kw_only=True)
class Webhook(Record):
    """
    A webhook (contract section 2.10). The repr does not show the user name and password of a URL.

    Attributes:
        id: The id of the webhook.
        url: The URL that events are posted to.
        message_stream: The id of the stream whose events are posted.
        status: Whether the service has verified that the webhook responds. Only a verified webhook gets events.
        http_auth: User name and password that the service sends; None if it sends none.
        http_headers: Additional headers that the service sends.
        triggers: The types of events that are posted.
    """

    id: Annotated[int | None, Wire("ID")] = None
    url: str = attrs.field(default="", repr=url_repr)
    message_stream: str = ""
    status: WebhookStatus | str = ""
    http_auth: HttpAuth | None = None
    http_headers: tuple[HttpHeader, ...] = ()
    triggers: Triggers = attrs.field(factory=Triggers)


class WebhookFilters(TypedDict, total=False):
    """
    Filters of `client.webhooks.list` (contract section 2.10).

    Attributes:
        message_stream: The id of a message stream; the webhooks of all streams are listed if it is not given.
    """

    message_stream: str


WEBHOOKS = Listing("/webhooks", "Webhooks", Webhook, WebhookFilters, paging=None)


class WebhookSettings(TypedDict, total=False):
    """
    Optional arguments of a webhook (contract section 2.10).

    Attributes:
        http_auth: User name and password that the service sends with every request. Nothing is signed: use this or a
            secret header to recognize the service.
        http_headers: Additional headers that the service sends with every request.
        triggers: The types of events that are posted. Triggers that are not given stay as they are.
        verify: Whether the service posts a sample of each enabled event first, and saves the webhook only if all
            responses have status 200. True if it is not given; with False the webhook is saved unverified, and gets no
            events until it is verified.
    """

    http_auth: HttpAuth
    http_headers: Sequence[HttpHeader]
    triggers: Triggers
    verify: bool


class StreamWebhookSettings(WebhookSettings, total=False):
    """
    Optional arguments that only a new webhook has, besides `WebhookSettings`.

    Attributes:
        message_stream: The id of the stream whose events are posted, not an inbound stream; `outbound` if it is not
            given. It cannot be changed later.
    """

    message_stream: str


class NewWebhook(StreamWebhookSettings):
    """
    Arguments of `client.webhooks.create` (contract section 2.10); also the settings and the stream of a webhook.

    Attributes:
        url: The URL that events are posted to. Required.
    """

    url: str


class WebhookChanges(WebhookSettings, total=False):
    """
    Arguments of `client.webhooks.edit` (contract section 2.10); also those of `WebhookSettings`.

    Settings that are not given stay as they are.

    Attributes:
        url: The URL that events are posted to.
    """

    url: str


@attrs.frozen(kw_only=True)
class TriggerCheck(Record):
    """
    The response of a webhook to the sample of one type of event.

    Attributes:
        trigger_type: The type of event.
        success: Whether the response had status 200.
        status_code: HTTP status of the response; None if there was none.
        message: Description of the failure.
    """

    trigger_type: str = ""
    success: bool = False
    status_code: int | None = None
    message: str = ""


@attrs.frozen(kw_only=True)
class WebhookVerification(Record):
    """
    The result of verifying a webhook (contract section 2.10).

    Attributes:
        id: The id of the webhook.
        url: The URL that the samples were posted to.
        success: Whether all responses had status 200.
        results: The response to each sample.
        message: Summary of the results.
    """

    id: int | None = None
    url: str = attrs.field(default="", repr=url_repr)
    success: bool = False
    results: tuple[TriggerCheck, ...] = ()
    message: str = ""
