"""Senders whose inbound mail is blocked: `client.inbound_rules`."""

from __future__ import annotations

from ..models.inbound_rules import INBOUND_RULES, InboundRule
from ..models.listing import Page, RecordId
from ..wire import write
from ._resource import Resource, path_part


class InboundRules(Resource):
    """The inbound rules of one server."""

    def list(self, *, count: int = 100, offset: int = 0) -> Page[InboundRule]:
        """
        Return a page of rules.

        Raises:
            InvalidArgument: A range the service does not list.
        """
        return self._list(INBOUND_RULES, count, offset, {})

    def create(self, rule: str) -> InboundRule:
        """
        Block an address, or a whole domain.

        Raises:
            Conflict: There is such a rule.
            InvalidRequest: It is neither (code 813).
        """
        return self._once("POST", INBOUND_RULES.path, InboundRule, write(InboundRule(rule=rule)))

    def delete(self, id: RecordId) -> None:
        """
        Remove a rule.

        Raises:
            NotFound: There is no such rule.
        """
        self._delete(f"{INBOUND_RULES.path}/{path_part(id, 'id')}")
