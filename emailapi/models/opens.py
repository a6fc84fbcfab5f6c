"""Opens and clicks, and what the service knows about the person who opened."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, TypedDict

import attrs

from .._records import Record
from ..wire import Wire
from .listing import Listing


class Platform(StrEnum):
    """The kind of program that an email was read in."""

    WEB_MAIL = "WebMail"
    DESKTOP = "Desktop"
    MOBILE = "Mobile"
    UNKNOWN = "Unknown"


# The values of `Platform`, for type checkers and editors.
PlatformName = Literal["WebMail", "Desktop", "Mobile", "Unknown"]


class ClickLocation(StrEnum):
    """The body in which a link was clicked."""

    HTML = "HTML"
    TEXT = "Text"


@attrs.frozen(kw_only=True)
class Program(Record):
    """
    An email program, browser or operating system.

    Attributes:
        name: The name, with the version if it is known.
        company: The manufacturer.
        family: The name without the version.
    """

    name: str = ""
    company: str = ""
    family: str = ""


@attrs.frozen(kw_only=True)
class Geo(Record):
    """
    The location of a reader, estimated from the IP address. Unknown values are `""`.

    Attributes:
        country_iso_code: ISO code of the country, such as `US`.
        country: Name of the country.
        region_iso_code: ISO code of the region, such as `TX`.
        region: Name of the region.
        city: Name of the city.
        zip: Postal code.
        coords: Latitude and longitude in degrees, separated by a comma: `29.55,-95.09`.
        ip: The IP address.
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
class Interaction(Record):
    """
    The fields that opens and clicks have in common (contract section 2.11).

    Attributes:
        message_id: The id of the message.
        message_stream: The id of the stream that the message was sent through.
        recipient: The address of the recipient.
        received_at: When the message was opened or the link was clicked, in UTC; None if the date cannot be read.
        tag: The tag of the email.
        user_agent: The User-Agent header of the reader's program.
        client: The email program or browser.
        os: The operating system.
        platform: The kind of program.
        geo: The location of the reader.
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
    An open of a message. The service records images that are loaded from the HTML body.

    Attributes:
        first_open: Whether this is the first time that the recipient opened the message.
        read_seconds: How long the message was open, in seconds; None if it is not known.
    """

    first_open: bool = False
    read_seconds: int | None = None


@attrs.frozen(kw_only=True)
class Click(Interaction):
    """
    A click on a link of a message. The service records the first click of a recipient on each link.

    Attributes:
        click_location: The body that contains the link, HTML or plain text.
        original_link: The URL of the link, as in the email.
    """

    click_location: ClickLocation | str = ""
    original_link: str = ""


class OpenFilters(TypedDict, total=False):
    """
    Filters of `client.messages.opens` and `client.messages.clicks` (contract section 2.11).

    A record must match all of them. The service does not filter opens and clicks by date.

    Attributes:
        recipient: The address of the recipient.
        tag: The exact tag of the email.
        client_name: Name of the email program or browser, as in `Program.name`.
        client_company: Manufacturer of the email program or browser, such as `Google`.
        client_family: Name of the email program or browser without the version, such as `Gmail`.
        os_name: Name of the operating system with the version, as in `Program.name`.
        os_family: Name of the operating system without the version.
        os_company: Manufacturer of the operating system.
        platform: The kind of program, for example `Platform.MOBILE` or `"Mobile"`.
        country: Country of the reader, as in `Geo.country`.
        region: Region of the reader, as in `Geo.region`.
        city: City of the reader, as in `Geo.city`.
        message_stream: The id of the message stream.
    """

    recipient: Annotated[str, Wire("recipient")]
    tag: Annotated[str, Wire("tag")]
    client_name: Annotated[str, Wire("client_name")]
    client_company: Annotated[str, Wire("client_company")]
    client_family: Annotated[str, Wire("client_family")]
    os_name: Annotated[str, Wire("os_name")]
    os_family: Annotated[str, Wire("os_family")]
    os_company: Annotated[str, Wire("os_company")]
    platform: Annotated[Platform | PlatformName, Wire("platform")]
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
