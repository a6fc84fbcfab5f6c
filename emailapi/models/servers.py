"""Servers of an account, and their settings."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, TypedDict

import attrs

from .._records import Record
from ..wire import Wire
from .fields import TrackLinks, TrackLinksName
from .listing import Listing
from .text import url_repr


class DeliveryType(StrEnum):
    """Whether a server delivers messages; fixed when the server is created."""

    LIVE = "Live"
    SANDBOX = "Sandbox"


# The values of `DeliveryType`, for type checkers and editors.
DeliveryTypeName = Literal["Live", "Sandbox"]


class ServerColor(StrEnum):
    """The color of a server in the service's web interface."""

    PURPLE = "Purple"
    BLUE = "Blue"
    TURQUOISE = "Turquoise"
    GREEN = "Green"
    RED = "Red"
    YELLOW = "Yellow"
    GREY = "Grey"
    ORANGE = "Orange"


# The values of `ServerColor`, for type checkers and editors.
ServerColorName = Literal["Purple", "Blue", "Turquoise", "Green", "Red", "Yellow", "Grey", "Orange"]


@attrs.frozen(kw_only=True)
class Server(Record):
    """
    A server with its settings (contract section 2.8). The repr shows neither its tokens nor passwords in URLs.

    Attributes:
        id: The id of the server.
        name: The name, unique in the account.
        api_tokens: The server tokens, which are secret.
        server_link: URL of the server in the service's web interface.
        color: Color of the server in the web interface.
        delivery_type: Whether the server delivers messages; fixed when the server is created.
        smtp_api_activated: Whether the server accepts emails by SMTP.
        raw_email_enabled: Whether inbound webhooks contain the raw source.
        inbound_address: The address of the server for inbound emails.
        inbound_hash: The part of `inbound_address` before the `@`.
        inbound_domain: Domain of your own for inbound emails.
        inbound_hook_url: URL that inbound emails are posted to.
        inbound_spam_threshold: Spam score from which inbound emails are blocked, 0 to 30.
        bounce_hook_url: URL that bounces are posted to. This and the three URLs below are superseded by
            `client.webhooks`.
        open_hook_url: URL that opens are posted to.
        delivery_hook_url: URL that deliveries are posted to.
        click_hook_url: URL that clicks are posted to.
        post_first_open_only: Whether only the first open of each recipient is posted.
        include_bounce_content_in_hook: Whether the whole bounce is posted.
        enable_smtp_api_error_hooks: Whether errors of emails that were accepted by SMTP are posted as bounces.
        track_opens: Whether opens are recorded for all emails.
        track_links: The links whose clicks are recorded, unless an email says otherwise.
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
    """
    Filters of `account.servers.list` (contract section 2.15).

    Attributes:
        name: Part of the name of the server.
    """

    name: Annotated[str, Wire("name")]


SERVERS = Listing("/servers", "Servers", Server, ServerFilters, error_code=600)


class ServerSettings(TypedDict, total=False):
    """
    Settings of a server that can be changed (contract section 2.8).

    Attributes:
        color: Color of the server in the service's web interface, for example `ServerColor.BLUE` or `"Blue"`.
        smtp_api_activated: Whether the server accepts emails by SMTP.
        raw_email_enabled: Whether inbound webhooks contain the raw source.
        inbound_domain: Domain of your own for inbound emails; its MX record must point to `inbound.postmarkapp.com`.
        inbound_hook_url: URL that inbound emails are posted to.
        inbound_spam_threshold: Spam score from which inbound emails are blocked, 0 to 30.
        bounce_hook_url: URL that bounces are posted to. This and the three URLs below are superseded by
            `client.webhooks`.
        open_hook_url: URL that opens are posted to.
        delivery_hook_url: URL that deliveries are posted to.
        click_hook_url: URL that clicks are posted to.
        post_first_open_only: Whether only the first open of each recipient is posted.
        include_bounce_content_in_hook: Whether the whole bounce is posted.
        enable_smtp_api_error_hooks: Whether errors of emails that were accepted by SMTP are posted as bounces.
        track_opens: Whether opens are recorded for all emails. An email cannot turn this off.
        track_links: The links whose clicks are recorded, unless an email says otherwise.
    """

    color: ServerColor | ServerColorName
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
    track_links: TrackLinks | TrackLinksName


class DeliveringServerSettings(ServerSettings, total=False):
    """
    Settings that only a new server has, besides `ServerSettings`.

    Attributes:
        delivery_type: `DeliveryType.SANDBOX` for a server that accepts emails but never delivers them. It cannot be
            changed later; `DeliveryType.LIVE` if it is not given.
    """

    delivery_type: DeliveryType | DeliveryTypeName


class NewServer(DeliveringServerSettings):
    """
    Arguments of `account.servers.create` (contract section 2.15): a name and any setting of a server.

    Attributes:
        name: The name of the server, unique in the account. Required.
    """

    name: str


class ServerChanges(ServerSettings, total=False):
    """
    Arguments of `client.server.edit` and `account.servers.edit`: a name and any setting of a server.

    Settings that are not given stay as they are.

    Attributes:
        name: The name of the server, unique in the account.
    """

    name: str
