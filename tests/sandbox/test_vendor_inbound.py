"""Inbound messages by the vendor's own client."""

from __future__ import annotations

import postmark
import pytest


@pytest.mark.costly
def test_the_vendors_client_reads_inbound_emails(sandbox, vendor):
    sandbox.receive(sender="dana@example.com", subject="Hi", text="Hello", mailbox_hash="7")
    listed = vendor.inbound.list().items[0]
    details = vendor.inbound.get(listed.message_id)
    assert (details.subject, details.mailbox_hash) == ("Hi", "7")
    with pytest.raises(postmark.ValidationException, match="cannot be bypassed"):
        vendor.inbound.bypass(listed.message_id)
    with pytest.raises(postmark.ValidationException, match="cannot be retried"):
        vendor.inbound.retry(listed.message_id)
