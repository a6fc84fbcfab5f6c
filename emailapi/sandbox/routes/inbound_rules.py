"""Senders whose inbound messages are blocked."""

from __future__ import annotations

from ...models.inbound_rules import INBOUND_RULES, InboundRule
from ..addresses import is_address, is_domain
from ..calls import Call, Paging, read_id
from ..fields import Field, Table, line, whole_body
from ..rejection import Rejection
from ..responses import done, written
from ..routing import Found, Routes
from ..tables import inbound_rules

routes = Routes()


def _rule(value: object, field: Field) -> str:
    rule = line(value, field).strip()
    if not (is_address(rule) if "@" in rule else is_domain(rule)):
        raise field.invalid(rule)
    return rule


_RULE = Table(Field("Rule", "rule", _rule, 813, required=809, text="'{value}' is neither an address nor a domain."))


@routes.listing(INBOUND_RULES)
def list_rules(call: Call, paging: Paging) -> Found:
    """Find rules, newest first."""
    total, rows = inbound_rules.page(call.db, call.owner.id, paging.count, paging.offset)
    return total, [written(InboundRule, id=row["id"], rule=row["rule"]) for row in rows]


@routes.post(INBOUND_RULES.path)
def create(call: Call) -> object:
    """Block a sender, or a domain of senders."""
    rule = _RULE.read(whole_body(call.body, "a rule", 809))["rule"]
    if inbound_rules.exists(call.db, call.owner.id, rule):
        raise Rejection(810, f"There is a rule for '{rule}' already.")
    return written(InboundRule, id=inbound_rules.add(call.db, call.owner.id, rule), rule=rule)


@routes.delete(f"{INBOUND_RULES.path}/<rule_id>")
def delete(call: Call, rule_id: str) -> object:
    """Remove a rule."""
    row = inbound_rules.by_id(call.db, call.owner.id, read_id(rule_id))
    if row is None:
        raise Rejection(812, f"There is no inbound rule '{rule_id[:80]}' on this server.")
    inbound_rules.delete(call.db, row["id"])
    return done(f"Rule {row['rule']} removed.")
