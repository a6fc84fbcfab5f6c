"""Inbound rules: senders whose inbound emails are blocked."""

from __future__ import annotations

from typing import Annotated, TypedDict

import attrs

from .._records import Record
from ..wire import Wire
from .listing import Listing


@attrs.frozen(kw_only=True)
class InboundRule(Record):
    """
    An address or a domain whose inbound emails are blocked (contract section 2.13).

    Attributes:
        id: The id of the rule.
        rule: The address, or the domain.
    """

    id: Annotated[int | None, Wire("ID")] = None
    rule: str = ""


class InboundRuleFilters(TypedDict):
    """`client.inbound_rules.list` has no filters."""


INBOUND_RULES = Listing("/triggers/inboundrules", "InboundRules", InboundRule, InboundRuleFilters, error_code=800)
