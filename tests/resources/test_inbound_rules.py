"""`client.inbound_rules` against contract section 2.13."""

from __future__ import annotations

import pytest

from emailapi import InboundRule, Page

CALLS = [
    (
        lambda client: client.inbound_rules.list(count=3, offset=6),
        "GET /triggers/inboundrules",
        {"query": "page_query", "response": "triggers_inboundrules"},
        Page((InboundRule(id=962286, rule="spam@example.com"), InboundRule(id=962287, rule="example.org")), 2, 6),
    ),
    (
        lambda client: client.inbound_rules.create("new@example.com"),
        "POST /triggers/inboundrules",
        {"body": "triggers_inboundrule", "response": "triggers_inboundrule"},
        InboundRule(id=962288, rule="new@example.com"),
    ),
    (lambda client: client.inbound_rules.delete(962288), "DELETE /triggers/inboundrules/962288", {}, None),
]


@pytest.mark.parametrize("call, line, files, expected", CALLS)
def test_each_method_sends_the_documented_request_and_reads_the_response(contract, call, line, files, expected):
    assert contract(call, line, **files) == expected
