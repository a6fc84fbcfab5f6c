"""Inbound rules: `client.inbound_rules`."""

from __future__ import annotations

from ..models.inbound_rules import INBOUND_RULES, InboundRule
from ..models.listing import Page, RecordId
from ..wire import write_body
from ._resource import Resource, path_segment


class InboundRules(Resource):
    """
    The inbound rules of a server: addresses and domains whose inbound emails are blocked.

    Every method can raise `Unauthorized`, `RateLimited`, `ServiceUnavailable`, `ServerError` and `TransportError`.

    Example:
        >>> rule = client.inbound_rules.create("spam.example")
        >>> [rule.rule for rule in client.inbound_rules.list()]
        ['spam.example']
        >>> client.inbound_rules.delete(rule.id)
    """

    def list(self, *, count: int = 100, offset: int = 0) -> Page[InboundRule]:
        """
        Return a page of inbound rules.

        Args:
            count: Number of rules on the page, 1 to 500.
            offset: Number of rules to skip. `count + offset` is at most 10,000.

        Raises:
            InvalidArgument: `count` or `offset` is out of range.
        """
        return self._list(INBOUND_RULES, count, offset, {})

    def create(self, rule: str) -> InboundRule:
        """
        Block inbound emails from an address or from a whole domain.

        Args:
            rule: The address, or the domain.

        Returns:
            The rule with its id.

        Raises:
            Conflict: There is such a rule already (code 810).
            InvalidArgument: `rule` is not text.
            InvalidRequest: `rule` is neither an address nor a domain (code 813).
        """
        return self._write_once("POST", INBOUND_RULES.path, InboundRule, write_body(InboundRule, {"rule": rule}))

    def delete(self, id: RecordId | InboundRule) -> None:
        """
        Delete an inbound rule.

        Args:
            id: The id of the rule, or the `InboundRule`.

        Raises:
            NotFound: There is no rule with this id.
        """
        self._delete(f"{INBOUND_RULES.path}/{path_segment(id, 'id', InboundRule)}")
