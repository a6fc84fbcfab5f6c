"""`account.domains` against the sandbox, each call once."""

from __future__ import annotations

import attrs
import pytest

from emailapi import Conflict, InvalidRequest, NotFound
from emailapi.models.domains import Domain, SpfCheck


def test_create_returns_a_domain_with_a_pending_dkim_key(account):
    domain = account.domains.create(name="example.com", return_path_domain="pm.example.com")
    assert domain == Domain(
        id=domain.id,
        name="example.com",
        spf_host="example.com",
        spf_text_value="v=spf1 a mx include:spf.mtasv.net ~all",
        dkim_pending_host=domain.dkim_pending_host,
        dkim_pending_text_value=domain.dkim_pending_text_value,
        dkim_update_status="Pending",
        return_path_domain="pm.example.com",
        return_path_domain_cname_value="pm.mtasv.net",
    )
    assert domain.dkim_pending_host.endswith("pm._domainkey.example.com")
    assert domain.dkim_pending_text_value.startswith("k=rsa; p=")
    assert account.domains.get(domain.id) == domain


def test_list_returns_domains_without_their_records(account):
    domain = account.domains.create(name="listed.example")
    account.domains.verify_dkim(domain.id)
    page = account.domains.list(count=1)
    assert list(page) == [Domain(id=domain.id, name="listed.example", dkim_verified=True)]
    assert len(list(page.iter_all())) == page.total_count


def test_edit_changes_the_return_path(account):
    domain = account.domains.create(name="edited.example")
    changed = account.domains.edit(domain.id, return_path_domain="pm.edited.example")
    assert changed == attrs.evolve(
        domain, return_path_domain="pm.edited.example", return_path_domain_cname_value="pm.mtasv.net"
    )
    assert account.domains.verify_return_path(domain.id) == attrs.evolve(changed, return_path_domain_verified=True)


def test_a_dkim_key_is_pending_then_active_then_revoked(account):
    domain = account.domains.create(name="keys.example")
    verified = account.domains.verify_dkim(domain.id)
    assert verified.dkim_verified
    assert (verified.dkim_host, verified.dkim_update_status) == (domain.dkim_pending_host, "Verified")
    rotated = account.domains.rotate_dkim(domain.id)
    assert (rotated.dkim_host, rotated.dkim_update_status) == (verified.dkim_host, "Pending")
    with pytest.raises(InvalidRequest) as caught:
        account.domains.rotate_dkim(domain.id)
    assert caught.value.code == 505
    renewed = account.domains.verify_dkim(domain.id)
    assert (renewed.dkim_host, renewed.dkim_text_value) == (rotated.dkim_pending_host, rotated.dkim_pending_text_value)
    assert (renewed.dkim_revoked_host, renewed.dkim_pending_host) == (verified.dkim_host, "")
    assert not renewed.safe_to_remove_revoked_key_from_dns


def test_verify_spf_returns_the_expected_record(account):
    domain = account.domains.create(name="spf.example")
    assert account.domains.verify_spf(domain.id) == SpfCheck(
        spf_host="spf.example", spf_verified=True, spf_text_value="v=spf1 a mx include:spf.mtasv.net ~all"
    )


def test_a_deleted_domain_is_not_found(account):
    domain = account.domains.create(name="doomed.example")
    assert account.domains.delete(domain.id) is None
    with pytest.raises(NotFound) as caught:
        account.domains.get(domain.id)
    assert caught.value.code == 510


@pytest.mark.parametrize(
    "fields, error, code",
    [
        ({"name": "Twice.example"}, Conflict, 512),
        ({"name": ""}, InvalidRequest, 514),
        ({"name": "a" * 256}, InvalidRequest, 515),
        ({"name": "no domain"}, InvalidRequest, 516),
        ({"name": "gmail.com"}, InvalidRequest, 503),
        ({"name": "x.com", "return_path_domain": "pm.y.com"}, InvalidRequest, 522),
        ({"name": "x.com", "return_path_domain": "a" * 300}, InvalidRequest, 521),
    ],
)
def test_an_invalid_domain_raises_the_class_of_its_code(account, fields, error, code):
    if "twice.example" not in [domain.name for domain in account.domains.list()]:
        account.domains.create(name="twice.example")
    with pytest.raises(error) as caught:
        account.domains.create(**fields)
    assert caught.value.code == code


def test_a_domain_under_invalid_is_never_verified(account):
    domain = account.domains.create(name="example.invalid", return_path_domain="pm.example.invalid")
    assert account.domains.verify_dkim(domain.id).dkim_update_status == "Failed"
    for code, call in ((508, account.domains.rotate_dkim), (523, account.domains.verify_return_path)):
        with pytest.raises(InvalidRequest) as caught:
            call(domain.id)
        assert caught.value.code == code
