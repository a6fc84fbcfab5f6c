"""Webhooks: where the service reports what happens."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, TypedDict

import attrs

from ..wire import Wire
from .listing import Listing
from .text import url_repr


class WebhookStatus(StrEnum):
    """Whether the service has seen a webhook answer."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"


@attrs.frozen(kw_only=True)
class HttpAuth:
    """
    What the service logs in to a webhook with.

    Attributes:
        username: The user.
        password: The password; no repr shows it.
    """

    username: str = ""
    password: str = attrs.field(default="", repr=False)


@attrs.frozen(kw_only=True)
class HttpHeader:
    """
    A header the service sends to a webhook.

    Attributes:
        name: Its name.
        value: Its value, which may be a secret; no repr shows it.
    """

    name: str = ""
    value: str = attrs.field(default="", repr=False)


@attrs.frozen(kw_only=True)
class Trigger:
    """
    Whether one kind of event is reported.

    Attributes:
        enabled: Whether it is; None leaves it as it is.
    """

    enabled: bool | None = None


@attrs.frozen(kw_only=True)
class OpenTrigger(Trigger):
    """
    Whether opens are reported.

    Attributes:
        post_first_open_only: Only each recipient's first.
    """

    post_first_open_only: bool | None = None


@attrs.frozen(kw_only=True)
class ContentTrigger(Trigger):
    """
    Whether bounces, or complaints, are reported.

    Attributes:
        include_content: With the whole bounce.
    """

    include_content: bool | None = None


@attrs.frozen(kw_only=True)
class Triggers:
    """
    Which kinds of events are reported; one that is left out stays as it is.

    Attributes:
        open: Opens.
        click: Clicks.
        delivery: Deliveries.
        bounce: Bounces.
        spam_complaint: Complaints.
        subscription_change: Addresses that were suppressed or activated.
    """

    open: OpenTrigger = attrs.field(default=OpenTrigger())
    click: Trigger = attrs.field(default=Trigger())
    delivery: Trigger = attrs.field(default=Trigger())
    bounce: ContentTrigger = attrs.field(default=ContentTrigger())
    spam_complaint: ContentTrigger = attrs.field(default=ContentTrigger())
    subscription_change: Trigger = attrs.field(default=Trigger())


@attrs.frozen(kw_only=True)
class Webhook:
    """
    One webhook.

    Attributes:
        id: Its id.
        url: What is called; no repr shows a login in it.
        message_stream: The stream whose events it reports.
        status: Whether the service has seen it answer; only a verified one gets events.
        http_auth: What the service logs in with, if anything.
        http_headers: What it sends besides.
        triggers: Which events it reports.
    """

    id: Annotated[int | None, Wire("ID")] = None
    url: str = attrs.field(default="", repr=url_repr)
    message_stream: str = ""
    status: WebhookStatus | str = ""
    http_auth: HttpAuth | None = None
    http_headers: tuple[HttpHeader, ...] = ()
    triggers: Triggers = attrs.field(factory=Triggers)


class WebhookFilters(TypedDict, total=False):
    """What `Webhooks.list` narrows by."""

    message_stream: str


WEBHOOKS = Listing("/webhooks", "Webhooks", Webhook, WebhookFilters, paging=None)


class WebhookSettings(TypedDict, total=False):
    """What may be set on any webhook; `verify=False` saves it without calling it."""

    http_auth: HttpAuth
    http_headers: Sequence[HttpHeader]
    triggers: Triggers
    verify: bool


class StreamWebhookSettings(WebhookSettings, total=False):
    """What may be set on a new webhook; its stream never changes."""

    message_stream: str


class NewWebhook(StreamWebhookSettings):
    """What `Webhooks.create` takes."""

    url: str


class WebhookChanges(WebhookSettings, total=False):
    """What `Webhooks.edit` takes; what is left out stays as it is."""

    url: str


@attrs.frozen(kw_only=True)
class TriggerCheck:
    """
    What a webhook answered to the call for one kind of event.

    Attributes:
        trigger_type: Which.
        success: Whether it answered 200.
        status_code: What it answered; None when it could not be called.
        message: What was wrong.
    """

    trigger_type: str = ""
    success: bool = False
    status_code: int | None = None
    message: str = ""


@attrs.frozen(kw_only=True)
class WebhookVerification:
    """
    What calling a webhook gave.

    Attributes:
        id: The webhook.
        url: What was called.
        success: Whether every call was answered as it should be.
        results: Each call.
        message: The sum of it.
    """

    id: int | None = None
    url: str = attrs.field(default="", repr=url_repr)
    success: bool = False
    results: tuple[TriggerCheck, ...] = ()
    message: str = ""
