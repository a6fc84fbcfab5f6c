"""Opens and clicks, with what is known of who opened."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypedDict

import attrs

from ..wire import Wire
from .listing import Listing


class Platform(StrEnum):
    """What kind of program a mail was read in."""

    WEB_MAIL = "WebMail"
    DESKTOP = "Desktop"
    MOBILE = "Mobile"
    UNKNOWN = "Unknown"


class ClickLocation(StrEnum):
    """In which version of the mail a link was clicked."""

    HTML = "HTML"
    TEXT = "Text"


@attrs.frozen(kw_only=True)
class Program:
    """
    A mail program, browser or operating system.

    Attributes:
        name: Its name, with its version if known.
        company: Who makes it.
        family: Its name without version.
    """

    name: str = ""
    company: str = ""
    family: str = ""


@attrs.frozen(kw_only=True)
class Geo:
    """
    Where a mail was opened, as far as the address of the network tells.

    Attributes:
        country_iso_code: As in `US`.
        country: The country's name.
        region_iso_code: As in `TX`.
        region: The region's name.
        city: The city.
        zip: The postal code.
        coords: Latitude and longitude, with a comma.
        ip: The address.
    """

    country_iso_code: Annotated[str, Wire("CountryISOCode")] = ""
    country: str = ""
    region_iso_code: Annotated[str, Wire("RegionISOCode")] = ""
    region: str = ""
    city: str = ""
    zip: str = ""
    coords: str = ""
    ip: Annotated[str, Wire("IP")] = ""


@attrs.frozen(kw_only=True)
class Interaction:
    """
    What opens and clicks have in common.

    Attributes:
        message_id: The mail.
        message_stream: Its stream.
        recipient: Who it was for.
        received_at: When, with its zone.
        tag: The mail's tag.
        user_agent: What the program called itself.
        client: The program.
        os: The operating system.
        platform: The kind of program.
        geo: Where.
    """

    message_id: Annotated[str, Wire("MessageID")] = ""
    message_stream: str = ""
    recipient: str = ""
    received_at: datetime | None = None
    tag: str = ""
    user_agent: str = ""
    client: Program = attrs.field(factory=Program)
    os: Annotated[Program, Wire("OS")] = attrs.field(factory=Program)
    platform: Platform | str = ""
    geo: Geo = attrs.field(factory=Geo)


@attrs.frozen(kw_only=True)
class Open(Interaction):
    """
    One open of a mail.

    Attributes:
        first_open: Whether this recipient opened it for the first time.
        read_seconds: How long it was open, when known.
    """

    first_open: bool = False
    read_seconds: int | None = None


@attrs.frozen(kw_only=True)
class Click(Interaction):
    """
    One click on a link of a mail.

    Attributes:
        click_location: In which version of the mail.
        original_link: Where the link leads.
    """

    click_location: ClickLocation | str = ""
    original_link: str = ""


class OpenFilters(TypedDict, total=False):
    """What `Messages.opens` and `Messages.clicks` narrow by; the service knows no dates here."""

    recipient: Annotated[str, Wire("recipient")]
    tag: Annotated[str, Wire("tag")]
    client_name: Annotated[str, Wire("client_name")]
    client_company: Annotated[str, Wire("client_company")]
    client_family: Annotated[str, Wire("client_family")]
    os_name: Annotated[str, Wire("os_name")]
    os_family: Annotated[str, Wire("os_family")]
    os_company: Annotated[str, Wire("os_company")]
    platform: Annotated[Platform | str, Wire("platform")]
    country: Annotated[str, Wire("country")]
    region: Annotated[str, Wire("region")]
    city: Annotated[str, Wire("city")]
    message_stream: Annotated[str, Wire("messagestream")]


OPENS = Listing(
    "/messages/outbound/opens", "Opens", Open, OpenFilters, identity=("message_id", "recipient", "received_at")
)
CLICKS = Listing(
    "/messages/outbound/clicks",
    "Clicks",
    Click,
    OpenFilters,
    identity=("message_id", "recipient", "received_at", "original_link"),
)
