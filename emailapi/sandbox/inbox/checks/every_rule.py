"""All rules, applied to one email."""

from __future__ import annotations

import attrs

from . import delivery, design, images, links, styles, texts
from .base import Examined, Finding, Rule

RULES: tuple[Rule, ...] = (
    *texts.rules,
    *links.rules,
    *images.rules,
    *styles.rules,
    *design.rules,
    *delivery.rules,
)


@attrs.frozen
class Checked:
    """
    The result of one rule.

    Attributes:
        title: The demand of the rule.
        findings: The findings; empty if all is well.
    """

    title: str
    findings: tuple[Finding, ...]


def check(email: Examined) -> list[Checked]:
    """Return the result of each rule, those with findings first."""
    results = [Checked(rule.title, tuple(rule.find(email))) for rule in RULES]
    return sorted(results, key=lambda each: not each.findings)
