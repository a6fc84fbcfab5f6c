"""Senders whose inbound mail is blocked."""

from __future__ import annotations

from typing import Annotated, TypedDict

import attrs

from ..wire import Wire
from .listing import Listing


@attrs.frozen(kw_only=True)
class InboundRule:
    """
    One sender, or one domain of senders, that is blocked.

    Attributes:
        id: The rule's id.
        rule: An address or a domain.
    """

    id: Annotated[int | None, Wire("ID")] = None
    rule: str = ""


class InboundRuleFilters(TypedDict):
    """`InboundRules.list` narrows by nothing."""


INBOUND_RULES = Listing("/triggers/inboundrules", "InboundRules", InboundRule, InboundRuleFilters, error_code=800)
