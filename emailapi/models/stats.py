"""Counts of what was sent and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date as day
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import attrs

from ..wire import NOT_ON_WIRE, Wire, eastern_day

if TYPE_CHECKING:
    from typing import Self


class StatsFilters(TypedDict, total=False):
    """What every call of `Stats` narrows by; without a stream, all streams count."""

    tag: Annotated[str, Wire("tag")]
    from_date: Annotated[day, Wire("fromdate", write=eastern_day)]
    to_date: Annotated[day, Wire("todate", write=eastern_day)]
    message_stream: Annotated[str, Wire("messagestream")]


@attrs.frozen(kw_only=True)
class StatsOverview:
    """
    All counts of a period at once; each recipient counts as one.

    Attributes:
        sent: Mails sent.
        bounced: Mails that bounced.
        smtp_api_errors: Mails that were accepted by SMTP and then refused.
        bounce_rate: Per cent of the sent ones.
        spam_complaints: Complaints about spam.
        spam_complaints_rate: Per cent of the sent ones.
        opens: Opens, each one counted.
        unique_opens: Mails that were opened.
        tracked: Mails with any tracking.
        with_link_tracking: Mails whose links are tracked.
        with_open_tracking: Mails whose opens are seen.
        total_tracked_links_sent: Tracked links in them.
        unique_links_clicked: Links that were clicked.
        total_clicks: Clicks, each one counted.
        with_client_recorded: Opens whose mail program is known.
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
class Daily:
    """
    What the counts by day have in common; each recipient counts as one.

    Attributes:
        date: The day; None for the whole period.
    """

    date: day | None = None
    # Behind a property: to mypy, Self in a field of an attrs class is nobody in particular.
    _days: tuple[Any, ...] = ()

    @property
    def days(self) -> tuple[Self, ...]:
        """The same counts for each day on which there were any."""
        return self._days

    def with_days(self, days: Iterable[Self]) -> Self:
        """Return the same counts with those of each day."""
        return attrs.evolve(self, days=tuple(days))


@attrs.frozen(kw_only=True)
class SendStats(Daily):
    """
    Mails sent.

    Attributes:
        sent: How many.
    """

    sent: int = 0


@attrs.frozen(kw_only=True)
class BounceStats(Daily):
    """
    Mails that came back, by type.

    Attributes:
        hard_bounce: For good.
        soft_bounce: For now.
        smtp_api_error: Refused after they were taken by SMTP.
        transient: Delayed.
    """

    hard_bounce: int = 0
    soft_bounce: int = 0
    smtp_api_error: Annotated[int, Wire("SMTPApiError")] = 0
    transient: int = 0


@attrs.frozen(kw_only=True)
class SpamStats(Daily):
    """
    Complaints about spam.

    Attributes:
        spam_complaint: How many.
    """

    spam_complaint: int = 0


@attrs.frozen(kw_only=True)
class TrackedStats(Daily):
    """
    Mails whose opens or clicks are seen.

    Attributes:
        tracked: How many.
    """

    tracked: int = 0


@attrs.frozen(kw_only=True)
class UniqueStats(Daily):
    """
    What opens and clicks have in common.

    Attributes:
        unique: How many, each recipient counted once.
    """

    unique: int = 0


@attrs.frozen(kw_only=True)
class OpenStats(UniqueStats):
    """
    Opens.

    Attributes:
        opens: Each one counted.
    """

    opens: int = 0


@attrs.frozen(kw_only=True)
class ClickStats(UniqueStats):
    """
    Clicks.

    Attributes:
        clicks: Each one counted.
    """

    clicks: int = 0


@attrs.frozen(kw_only=True)
class ClickPlatformStats(Daily):
    """
    Clicks by the kind of program.

    Attributes:
        desktop: On a computer.
        mobile: On a telephone or tablet.
        unknown: Not known where.
    """

    desktop: int = 0
    mobile: int = 0
    unknown: int = 0


@attrs.frozen(kw_only=True)
class OpenPlatformStats(ClickPlatformStats):
    """
    Opens by the kind of program.

    Attributes:
        web_mail: In a browser.
    """

    web_mail: int = 0


@attrs.frozen(kw_only=True)
class ClickLocationStats(Daily):
    """
    Clicks by the version of the mail.

    Attributes:
        html: In the HTML version.
        text: In the plain one.
    """

    html: Annotated[int, Wire("HTML")] = 0
    text: int = 0


@attrs.frozen(kw_only=True)
class NamedStats(Daily):
    """
    Counts by names that the service makes up: mail programs, browsers, spans of time.

    Attributes:
        counts: Name to count.
    """

    counts: Annotated[dict[str, int], NOT_ON_WIRE] = attrs.field(factory=dict)
