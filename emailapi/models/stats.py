"""Statistics: how many emails were sent, opened, clicked and bounced."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date as day
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import attrs

from .._records import Record
from ..wire import NOT_ON_WIRE, Wire, eastern_day

if TYPE_CHECKING:
    from typing import Self


class StatsFilters(TypedDict, total=False):
    """
    Filters of all methods of `client.stats` (contract section 2.14).

    Attributes:
        tag: The exact tag of the emails.
        from_date: First day to count, inclusive: a `date`, which is a US Eastern day, or an aware `datetime`, of which
            the Eastern day counts. At most one year ago.
        to_date: Last day to count, inclusive, in the same forms as `from_date`.
        message_stream: The id of the message stream; all streams count if it is not given.
    """

    tag: Annotated[str, Wire("tag")]
    from_date: Annotated[day, Wire("fromdate", write=eastern_day)]
    to_date: Annotated[day, Wire("todate", write=eastern_day)]
    message_stream: Annotated[str, Wire("messagestream")]


@attrs.frozen(kw_only=True)
class StatsOverview(Record):
    """
    All counts of a period (contract section 2.14). An email with three recipients counts as three.

    Attributes:
        sent: Emails sent.
        bounced: Emails that bounced.
        smtp_api_errors: Emails that were accepted by SMTP and rejected afterwards.
        bounce_rate: Bounced emails in per cent of those sent.
        spam_complaints: Complaints about spam.
        spam_complaints_rate: Complaints about spam in per cent of the emails sent.
        opens: Opens, every one counted.
        unique_opens: Emails that were opened at least once.
        tracked: Emails with open or link tracking.
        with_link_tracking: Emails with link tracking.
        with_open_tracking: Emails with open tracking.
        total_tracked_links_sent: Tracked links in these emails.
        unique_links_clicked: Links that were clicked at least once.
        total_clicks: Clicks, every one counted.
        with_client_recorded: Opens whose email program is known.
        with_platform_recorded: Opens whose platform is known.
        with_read_time_recorded: Opens whose reading time is known.
    """

    sent: int = 0
    bounced: int = 0
    smtp_api_errors: Annotated[int, Wire("SMTPApiErrors")] = 0
    bounce_rate: float = 0.0
    spam_complaints: int = 0
    spam_complaints_rate: float = 0.0
    opens: int = 0
    unique_opens: int = 0
    tracked: int = 0
    with_link_tracking: int = 0
    with_open_tracking: int = 0
    total_tracked_links_sent: int = 0
    unique_links_clicked: int = 0
    total_clicks: int = 0
    with_client_recorded: int = 0
    with_platform_recorded: int = 0
    with_read_time_recorded: int = 0


@attrs.frozen(kw_only=True)
class Daily(Record):
    """
    The fields of all counts by day. An email with three recipients counts as three.

    Attributes:
        date: The US Eastern day; None for the sum over the whole period.
    """

    date: day | None = None
    # A property has the precise type: mypy does not resolve Self in a field of an attrs class.
    _days: tuple[Any, ...] = ()

    def __repr__(self) -> str:
        """Return the counts and the period: the repr of each day would fill the screen."""
        names = [field.name for field in attrs.fields(type(self)) if field.name not in ("date", "_days")]
        parts = [f"{name}={getattr(self, name)!r}" for name in names]
        if self.date is not None:
            parts.append(f"date={self.date}")
        elif self._days:
            first, last = self._days[0].date, self._days[-1].date
            parts.append(f"days={len(self._days)} from {first} to {last}")
        return f"{type(self).__name__}({', '.join(parts)})"

    @property
    def days(self) -> tuple[Self, ...]:
        """The same counts for each day; days without any are left out."""
        return self._days

    def with_days(self, days: Iterable[Self]) -> Self:
        """Return a copy of these counts with the counts of each day."""
        return attrs.evolve(self, days=tuple(days))


@attrs.frozen(kw_only=True, repr=False)
class SendStats(Daily):
    """
    Emails sent.

    Attributes:
        sent: Number of emails.
    """

    sent: int = 0


@attrs.frozen(kw_only=True, repr=False)
class BounceStats(Daily):
    """
    Emails that bounced, by type.

    Attributes:
        hard_bounce: Emails that could not be delivered permanently.
        soft_bounce: Emails that could not be delivered temporarily.
        smtp_api_error: Emails that were accepted by SMTP and rejected afterwards.
        transient: Emails whose delivery was delayed.
    """

    hard_bounce: int = 0
    soft_bounce: int = 0
    smtp_api_error: Annotated[int, Wire("SMTPApiError")] = 0
    transient: int = 0


@attrs.frozen(kw_only=True, repr=False)
class SpamStats(Daily):
    """
    Complaints about spam.

    Attributes:
        spam_complaint: Number of complaints.
    """

    spam_complaint: int = 0


@attrs.frozen(kw_only=True, repr=False)
class TrackedStats(Daily):
    """
    Emails with open or link tracking.

    Attributes:
        tracked: Number of emails.
    """

    tracked: int = 0


@attrs.frozen(kw_only=True, repr=False)
class UniqueStats(Daily):
    """
    The fields that counts of opens and clicks have in common.

    Attributes:
        unique: Number of emails that were opened, or links that were clicked, at least once.
    """

    unique: int = 0


@attrs.frozen(kw_only=True, repr=False)
class OpenStats(UniqueStats):
    """
    Opens.

    Attributes:
        opens: Number of opens, every one counted.
    """

    opens: int = 0


@attrs.frozen(kw_only=True, repr=False)
class ClickStats(UniqueStats):
    """
    Clicks.

    Attributes:
        clicks: Number of clicks, every one counted.
    """

    clicks: int = 0


@attrs.frozen(kw_only=True, repr=False)
class ClickPlatformStats(Daily):
    """
    Clicks by kind of device.

    Attributes:
        desktop: Clicks on a computer.
        mobile: Clicks on a phone or tablet.
        unknown: Clicks on an unknown device.
    """

    desktop: int = 0
    mobile: int = 0
    unknown: int = 0


@attrs.frozen(kw_only=True, repr=False)
class OpenPlatformStats(ClickPlatformStats):
    """
    Opens by kind of program.

    Attributes:
        desktop: Opens in an email program on a computer.
        mobile: Opens on a phone or tablet.
        web_mail: Opens in a browser.
        unknown: Opens in an unknown program.
    """

    web_mail: int = 0


@attrs.frozen(kw_only=True, repr=False)
class ClickLocationStats(Daily):
    """
    Clicks by the body that contains the link.

    Attributes:
        html: Clicks in the HTML body.
        text: Clicks in the plain text body.
    """

    html: Annotated[int, Wire("HTML")] = 0
    text: int = 0


@attrs.frozen(kw_only=True, repr=False)
class NamedStats(Daily):
    """
    Counts by names that the service chooses: email programs, browsers, or reading times such as `5s`.

    Attributes:
        counts: Number of opens or clicks by name.
    """

    counts: Annotated[dict[str, int], NOT_ON_WIRE] = attrs.field(factory=dict)
