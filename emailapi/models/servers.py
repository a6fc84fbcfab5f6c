"""Servers of an account, and the one a token belongs to."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypedDict

import attrs

from ..wire import Wire
from .fields import TrackLinks
from .listing import Listing
from .text import url_repr


class DeliveryType(StrEnum):
    """Whether a server delivers; fixed when it is made."""

    LIVE = "Live"
    SANDBOX = "Sandbox"


class ServerColor(StrEnum):
    """What colour a server has in the service's pages."""

    PURPLE = "Purple"
    BLUE = "Blue"
    TURQUOISE = "Turquoise"
    GREEN = "Green"
    RED = "Red"
    YELLOW = "Yellow"
    GREY = "Grey"
    ORANGE = "Orange"


@attrs.frozen(kw_only=True)
class Server:
    """
    One server.

    Attributes:
        id: Its id.
        name: Its name, one of its kind in the account.
        api_tokens: Its tokens; no repr shows them.
        server_link: Its page.
        color: Its colour there.
        delivery_type: Whether it delivers.
        smtp_api_activated: Whether it takes mail by SMTP.
        raw_email_enabled: Whether inbound webhooks get the raw source.
        inbound_address: Where its inbound mail goes.
        inbound_hash: The local part of that.
        inbound_domain: A domain of its own for inbound mail.
        inbound_hook_url: What inbound mail is posted to; no repr shows a login in such a URL.
        inbound_spam_threshold: From which spam score on inbound mail is blocked, 0 to 30.
        bounce_hook_url: What bounces are posted to; so are opens, deliveries and clicks. Webhooks serve better.
        open_hook_url: See there.
        delivery_hook_url: See there.
        click_hook_url: See there.
        post_first_open_only: Whether only first opens are posted.
        include_bounce_content_in_hook: Whether bounces are posted whole.
        enable_smtp_api_error_hooks: Whether faults of mails sent by SMTP are posted.
        track_opens: Whether opens are seen.
        track_links: Which links are tracked.
    """

    id: Annotated[int | None, Wire("ID")] = None
    name: str = ""
    api_tokens: tuple[str, ...] = attrs.field(default=(), repr=False)
    server_link: str = ""
    color: ServerColor | str = ""
    delivery_type: DeliveryType | str = ""
    smtp_api_activated: bool = False
    raw_email_enabled: bool = False
    inbound_address: str = ""
    inbound_hash: str = ""
    inbound_domain: str = ""
    inbound_hook_url: str = attrs.field(default="", repr=url_repr)
    inbound_spam_threshold: int = 0
    bounce_hook_url: str = attrs.field(default="", repr=url_repr)
    open_hook_url: str = attrs.field(default="", repr=url_repr)
    delivery_hook_url: str = attrs.field(default="", repr=url_repr)
    click_hook_url: str = attrs.field(default="", repr=url_repr)
    post_first_open_only: bool = False
    include_bounce_content_in_hook: bool = False
    enable_smtp_api_error_hooks: bool = False
    track_opens: bool = False
    track_links: TrackLinks | str = ""


class ServerFilters(TypedDict, total=False):
    """What `Servers.list` narrows by: a part of the name."""

    name: Annotated[str, Wire("name")]


SERVERS = Listing("/servers", "Servers", Server, ServerFilters, error_code=600)


class ServerSettings(TypedDict, total=False):
    """What may be set on any server."""

    color: ServerColor | str
    smtp_api_activated: bool
    raw_email_enabled: bool
    inbound_domain: str
    inbound_hook_url: str
    inbound_spam_threshold: int
    bounce_hook_url: str
    open_hook_url: str
    delivery_hook_url: str
    click_hook_url: str
    post_first_open_only: bool
    include_bounce_content_in_hook: bool
    enable_smtp_api_error_hooks: bool
    track_opens: bool
    track_links: TrackLinks | str


class DeliveringServerSettings(ServerSettings, total=False):
    """What may be set on a new server; whether it delivers never changes."""

    delivery_type: DeliveryType | str


class NewServer(DeliveringServerSettings):
    """What `Servers.create` takes."""

    name: str


class ServerChanges(ServerSettings, total=False):
    """What `edit` takes; what is left out stays as it is."""

    name: str
