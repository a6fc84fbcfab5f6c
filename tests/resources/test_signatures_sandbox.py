"""`account.signatures` against the sandbox, each call once."""

from __future__ import annotations

import attrs
import pytest

from emailapi import Conflict, InvalidRequest, NotFound
from emailapi.models.signatures import Signature


def test_create_returns_an_unconfirmed_signature(account):
    """A new signature is not confirmed, and comes with its domain's records."""
    signature = account.signatures.create(
        from_email="joe@example.com",
        name="Joe",
        reply_to_email="re@example.com",
        return_path_domain="pm.example.com",
        confirmation_personal_note="Hi, Joe",
    )
    assert signature == Signature(
        id=signature.id,
        domain="example.com",
        email_address="joe@example.com",
        reply_to_email_address="re@example.com",
        name="Joe",
        confirmation_personal_note="Hi, Joe",
        spf_host="example.com",
        spf_text_value="v=spf1 a mx include:spf.mtasv.net ~all",
        dkim_pending_host=signature.dkim_pending_host,
        dkim_pending_text_value=signature.dkim_pending_text_value,
        dkim_update_status="Pending",
        return_path_domain="pm.example.com",
        return_path_domain_cname_value="pm.mtasv.net",
    )
    assert signature.dkim_pending_host.endswith("pm._domainkey.example.com")
    assert account.signatures.get(signature.id) == signature


def test_list_returns_signatures_without_their_records(account):
    """A listing leaves out what the name server must say."""
    made = account.signatures.create(from_email="a@listed.example", name="A", reply_to_email="r@listed.example")
    page = account.signatures.list(count=1)
    assert list(page) == [
        Signature(
            id=made.id,
            domain="listed.example",
            email_address="a@listed.example",
            reply_to_email_address="r@listed.example",
            name="A",
        )
    ]
    assert len(list(page.iter_all())) == page.total_count


def test_edit_keeps_settings_that_are_not_given(account):
    made = account.signatures.create(from_email="a@edited.example", name="A", confirmation_personal_note="Hi")
    changed = account.signatures.edit(made.id, name="B", reply_to_email="r@edited.example")
    assert changed == attrs.evolve(made, name="B", reply_to_email_address="r@edited.example")
    assert account.signatures.get(made.id) == changed


def test_a_confirmation_can_be_requested_until_it_is_given(sandbox, account):
    made = account.signatures.create(from_email="a@asked.example", name="A")
    assert account.signatures.resend(made.id) is None
    sandbox.confirm_signature("a@asked.example")
    assert account.signatures.get(made.id).confirmed
    with pytest.raises(Conflict) as caught:
        account.signatures.resend(made.id)
    assert caught.value.code == 506


def test_spf_and_dkim_of_a_signature_are_those_of_its_domain(account):
    made = account.signatures.create(from_email="a@records.example", name="A")
    domain = account.domains.create(name="records.example")
    assert account.signatures.verify_spf(made.id).spf_verified
    account.domains.verify_dkim(domain.id)
    assert account.signatures.request_new_dkim(made.id) is None
    renewing = account.signatures.get(made.id)
    assert (renewing.dkim_host, renewing.dkim_update_status) == (domain.dkim_pending_host, "Pending")
    with pytest.raises(InvalidRequest) as caught:
        account.signatures.request_new_dkim(made.id)
    assert caught.value.code == 505


def test_a_deleted_signature_is_not_found(account):
    made = account.signatures.create(from_email="a@doomed.example", name="A")
    assert account.signatures.delete(made.id) is None
    with pytest.raises(NotFound) as caught:
        account.signatures.get(made.id)
    assert caught.value.code == 501


@pytest.mark.parametrize(
    "changes, error, code",
    [
        ({"from_email": "TWICE@example.com"}, Conflict, 504),
        ({"from_email": "nobody"}, InvalidRequest, 522),
        ({"from_email": "a@gmail.com"}, InvalidRequest, 503),
        ({"name": ""}, InvalidRequest, 520),
        ({"reply_to_email": "nobody"}, InvalidRequest, 522),
        ({"confirmation_personal_note": "x" * 401}, InvalidRequest, 521),
    ],
)
def test_an_invalid_signature_raises_the_class_of_its_code(account, changes, error, code):
    if "twice@example.com" not in [signature.email_address for signature in account.signatures.list()]:
        account.signatures.create(from_email="twice@example.com", name="Twice")
    with pytest.raises(error) as caught:
        account.signatures.create(**{"from_email": "a@other.example", "name": "A", **changes})
    assert caught.value.code == code
