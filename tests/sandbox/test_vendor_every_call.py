"""The vendor's own client against the sandbox: each call that it has is made, or is known to be left out."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

postmark = pytest.importorskip("postmark")

# It wants a `TypeCode` of each row and a `Type` of the first, which the service has never sent (api-contract 2.6).
MISREAD = {"vendor.bounces.get_delivery_stats"}

MAIL = {"sender": "a@example.com", "to": "b@example.com", "text_body": "x"}
TEMPLATED = {"sender": "a@example.com", "to": "b@example.com", "template_alias": "x", "template_model": {}}
BULK = {"sender": "a@example.com", "subject": "x", "text_body": "x", "messages": [{"to": "b@example.com"}]}


def calls_of(name, client):
    """Return each call of a client, as a test writes it."""
    return {
        f"{name}.{namespace}.{verb}"
        for namespace, manager in vars(client._async).items()
        if type(manager).__name__.endswith("Manager")
        for verb, call in inspect.getmembers(manager)
        if verb[0] != "_" and (inspect.iscoroutinefunction(call) or inspect.isasyncgenfunction(call))
    }


def calls_in_tests():
    """Return what the tests of the vendor's client call."""
    found = set()
    for path in Path(__file__).parent.glob("test_vendor*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Attribute):
                found.add(ast.unparse(node))
    return found


def test_every_call_is_made(vendor, vendor_account):
    """No call of the vendor's client is without a test, but for the one whose answer it misreads."""
    known = calls_of("vendor", vendor) | calls_of("vendor_account", vendor_account)
    assert len(known) > 80
    assert known - calls_in_tests() == MISREAD


def test_every_mail(vendor):
    """It goes through all mails page by page."""
    ids = [vendor.outbound.send({**MAIL, "subject": str(number)}).message_id for number in range(5)]
    found = vendor.outbound.stream(batch_size=2)
    assert [message.message_id for message in found] == ids[::-1]


def test_what_comes_later(vendor):
    """What the sandbox cannot do yet is its own error, with a sentence that says so."""
    for call in (
        lambda: vendor.outbound.send_with_template(TEMPLATED),
        lambda: vendor.outbound.send_batch_with_template([TEMPLATED]),
        lambda: vendor.outbound.send_bulk(BULK),
        lambda: vendor.outbound.get_bulk_status("x"),
        lambda: vendor.templates.validate({"subject": "x"}),
        lambda: vendor.outbound.list_opens(),
        lambda: vendor.outbound.list_message_opens("x"),
        lambda: vendor.outbound.list_clicks(),
        lambda: vendor.outbound.list_message_clicks("x"),
        lambda: vendor.inbound.list(),
        lambda: vendor.inbound.get("x"),
        lambda: vendor.inbound.bypass("x"),
        lambda: vendor.inbound.retry("x"),
    ):
        with pytest.raises(postmark.ValidationException, match=r"The sandbox does not \w+.* yet\.") as caught:
            call()
        assert caught.value.error_code == 615
