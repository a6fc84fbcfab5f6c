"""The vendor's own client against the sandbox: the account's servers, domains, signatures and data removals."""

from __future__ import annotations

import postmark
import pytest


@pytest.mark.costly
def test_the_vendors_client_edits_its_server(sandbox, vendor):
    found = vendor.server.get()
    assert found.api_tokens == [sandbox.token]
    changed = vendor.server.edit(name="New", track_opens=True, inbound_spam_threshold=7)
    assert (changed.name, changed.track_opens, changed.inbound_spam_threshold) == ("New", True, 7)
    assert vendor.server.get() == changed


@pytest.mark.costly
def test_the_vendors_client_manages_servers(vendor_account):
    """It makes, reads, changes and lists servers, and hears that they may not be removed."""
    made = vendor_account.server.create("Second", track_opens=True)
    assert (made.name, made.track_opens, made.delivery_type.value) == ("Second", True, "Live")
    assert vendor_account.server.get(made.id) == made
    assert vendor_account.server.edit(made.id, name="Third").name == "Third"
    page = vendor_account.server.list(name="thi")
    assert ([server.id for server in page.items], page.total) == ([made.id], 1)
    assert vendor_account.server.list().total == 2
    with pytest.raises(postmark.PostmarkAPIException) as caught:
        vendor_account.server.delete(made.id)
    assert caught.value.error_code == 604


@pytest.mark.costly
def test_the_vendors_client_manages_domains(vendor_account):
    """It makes, reads, changes, verifies, lists and removes a domain."""
    made = vendor_account.domain.create("example.net", return_path_domain="pm.example.net")
    assert (made.name, made.return_path_domain) == ("example.net", "pm.example.net")
    assert vendor_account.domain.get(made.id) == made
    assert vendor_account.domain.edit(made.id, return_path_domain="bounce.example.net").id == made.id
    assert vendor_account.domain.verify_dkim(made.id).id == made.id
    assert vendor_account.domain.verify_return_path(made.id).id == made.id
    assert vendor_account.domain.verify_spf(made.id).spf_host == made.spf_host
    assert vendor_account.domain.rotate_dkim(made.id).id == made.id
    assert "example.net" in [domain.name for domain in vendor_account.domain.list().items]
    assert vendor_account.domain.delete(made.id).error_code == 0
    with pytest.raises(postmark.PostmarkAPIException) as caught:
        vendor_account.domain.get(made.id)
    assert caught.value.error_code == 510


@pytest.mark.costly
def test_the_vendors_client_manages_signatures(vendor_account):
    """It makes, reads, changes, lists and removes a signature, and asks for its confirmation again."""
    made = vendor_account.signature.create("joe@example.net", "Joe", reply_to="jane@example.net")
    assert (made.email_address, made.name, made.domain) == ("joe@example.net", "Joe", "example.net")
    assert made.reply_to_email_address == "jane@example.net"
    assert vendor_account.signature.get(made.id) == made
    assert vendor_account.signature.edit(made.id, "Joseph").name == "Joseph"
    assert vendor_account.signature.resend_confirmation(made.id).error_code == 0
    assert vendor_account.signature.verify_spf(made.id).id == made.id
    with pytest.raises(postmark.PostmarkAPIException, match="already being renewed") as caught:
        vendor_account.signature.request_new_dkim(made.id)
    assert caught.value.error_code == 505
    assert "joe@example.net" in [found.email_address for found in vendor_account.signature.list().items]
    assert vendor_account.signature.delete(made.id).error_code == 0
    with pytest.raises(postmark.PostmarkAPIException) as caught:
        vendor_account.signature.get(made.id)
    assert caught.value.error_code == 501


@pytest.mark.costly
def test_the_vendors_client_requests_a_data_removal(vendor_account):
    """It asks for a person's data to be removed, and how far that is."""
    made = vendor_account.data_removals.create("me@example.com", "them@example.com", notify_when_completed=True)
    assert made.status in ("Pending", "Done")
    assert vendor_account.data_removals.get(made.id).id == made.id
