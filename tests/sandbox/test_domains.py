"""Domains: their records, the life of their keys, and what they may be."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

SHORT = {"ID", "Name", "SPFVerified", "DKIMVerified", "WeakDKIM", "ReturnPathDomainVerified"}


def made(account, name="example.com", **fields):
    """Add a domain that must be accepted, and return its path and its response."""
    response = account.post("/domains", {"Name": name, **fields})
    assert response.status_code == 200, response.text
    return f"/domains/{response.json()['ID']}", response.json()


def keys(domain):
    """Return the hosts of a domain's keys and how far it is: in use, awaited, revoked."""
    return (
        domain["DKIMHost"],
        domain["DKIMPendingHost"],
        domain["DKIMRevokedHost"],
        domain["DKIMUpdateStatus"],
    )


def test_a_new_domain_has_every_key(account, pass_time):
    path, domain = made(account, "Example.COM", ReturnPathDomain="PM-bounces.example.com")
    key = domain.pop("DKIMPendingTextValue")
    assert key.startswith("k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ")
    assert key.endswith("IDAQAB")
    assert len(base64.b64decode(key.partition("p=")[2], validate=True)) == 162
    assert domain == {
        "ID": 8_000_001,
        "Name": "example.com",
        "SPFVerified": False,
        "SPFHost": "example.com",
        "SPFTextValue": "v=spf1 a mx include:spf.mtasv.net ~all",
        "DKIMVerified": False,
        "WeakDKIM": False,
        "DKIMHost": "",
        "DKIMTextValue": "",
        "DKIMPendingHost": "20261121120000pm._domainkey.example.com",
        "DKIMRevokedHost": "",
        "DKIMRevokedTextValue": "",
        "SafeToRemoveRevokedKeyFromDNS": False,
        "DKIMUpdateStatus": "Pending",
        "ReturnPathDomain": "pm-bounces.example.com",
        "ReturnPathDomainVerified": False,
        "ReturnPathDomainCNAMEValue": "pm.mtasv.net",
    }
    assert account.get(path).json() == {**domain, "DKIMPendingTextValue": key}


def test_each_domain_has_its_own_key(account):
    first, second = made(account)[1], made(account, "example.org")[1]
    assert first["DKIMPendingTextValue"] != second["DKIMPendingTextValue"]
    assert second["DKIMPendingHost"].endswith("._domainkey.example.org")


def test_domains_are_listed_newest_first_in_pages(account):
    for name in ("a.example", "b.example", "c.example"):
        path, _ = made(account, name)
    account.put(f"{path}/verifyDkim")
    response = account.get("/domains", count=2, offset=0).json()
    assert ([domain["Name"] for domain in response["Domains"]], response["TotalCount"]) == (
        ["c.example", "b.example"],
        3,
    )
    assert all(set(domain) == SHORT for domain in response["Domains"])
    assert [domain["DKIMVerified"] for domain in response["Domains"]] == [True, False]
    assert [domain["Name"] for domain in account.get("/domains", count=2, offset=2).json()["Domains"]] == ["a.example"]


def test_an_invalid_query_is_code_500(account, rejected):
    rejected(account.get("/domains"), 422, 500, "'count'")
    rejected(account.get("/domains", count=501, offset=0), 422, 500)


def test_a_dkim_key_is_pending_then_active_then_revoked(account, pass_time):
    path, domain = made(account)
    first = domain["DKIMPendingHost"]
    verified = account.put(f"{path}/verifyDkim").json()
    assert keys(verified) == (first, "", "", "Verified")
    assert verified["DKIMTextValue"] == domain["DKIMPendingTextValue"]
    assert verified["DKIMVerified"] is True
    assert account.put(f"{path}/verifyDkim", {}).json() == verified

    rotated = account.post(f"{path}/rotatedkim", {}).json()
    second = rotated["DKIMPendingHost"]
    assert second != first
    assert keys(rotated) == (first, second, "", "Pending")
    assert rotated["DKIMVerified"] is True

    renewed = account.put(f"{path}/verifyDkim").json()
    assert keys(renewed) == (second, "", first, "Verified")
    assert renewed["DKIMTextValue"] == rotated["DKIMPendingTextValue"]
    assert renewed["DKIMRevokedTextValue"] == verified["DKIMTextValue"]
    assert renewed["SafeToRemoveRevokedKeyFromDNS"] is False
    pass_time(timedelta(days=1))
    assert account.get(path).json() == {**renewed, "SafeToRemoveRevokedKeyFromDNS": True}

    account.post(f"{path}/rotatedkim", {})
    third = account.put(f"{path}/verifyDkim").json()
    assert keys(third) == ("20261122120000pm._domainkey.example.com", "", second, "Verified")
    assert third["SafeToRemoveRevokedKeyFromDNS"] is False


def test_a_dkim_key_can_be_rotated_at_once(account, pass_time):
    """Keys that are made in the same second have different hosts."""
    path, _ = made(account)
    hosts = set()
    for _ in range(4):
        domain = account.put(f"{path}/verifyDkim").json()
        hosts.add(domain["DKIMHost"])
        assert domain["DKIMHost"] != domain["DKIMRevokedHost"]
        account.post(f"{path}/rotatedkim", {})
    assert len(hosts) >= 2


def test_a_pending_dkim_key_cannot_be_rotated(account, rejected):
    path, domain = made(account)
    rejected(account.post(f"{path}/rotatedkim", {}), 422, 505, "This DKIM is already being renewed.")
    assert account.get(path).json() == domain
    account.put(f"{path}/verifyDkim")
    assert account.post(f"{path}/rotatedkim", {}).status_code == 200
    before = account.get(path).json()
    rejected(account.post(f"{path}/rotatedkim", {}), 422, 505, "already")
    assert account.get(path).json() == before


def test_a_domain_without_records_is_not_verified(account, rejected):
    path, domain = made(account, "example.invalid", ReturnPathDomain="pm.example.invalid")
    failed = account.put(f"{path}/verifyDkim").json()
    assert failed == {**domain, "DKIMUpdateStatus": "Failed"}
    assert account.put(f"{path}/verifyDkim").json() == failed
    rejected(account.post(f"{path}/rotatedkim", {}), 422, 508, "failed")
    rejected(account.put(f"{path}/verifyReturnPath"), 422, 523, "pm.mtasv.net")
    assert account.post(f"{path}/verifyspf", {}).json()["SPFVerified"] is False
    assert account.get(path).json() == failed


def test_a_return_path_is_verified_when_checked(account):
    path, domain = made(account)
    assert (domain["ReturnPathDomain"], domain["ReturnPathDomainCNAMEValue"]) == ("", "pm.mtasv.net")
    assert account.put(f"{path}/verifyReturnPath").json() == domain
    named = account.put(path, {"ReturnPathDomain": "pm.example.com"}).json()
    assert named == {**domain, "ReturnPathDomain": "pm.example.com"}
    verified = account.put(f"{path}/verifyReturnPath").json()
    assert verified == {**named, "ReturnPathDomainVerified": True}
    assert account.put(path, {"ReturnPathDomain": "PM.example.com"}).json() == verified
    assert account.put(path, {"ReturnPathDomain": "b.example.com"}).json()["ReturnPathDomainVerified"] is False
    assert account.put(path, {"ReturnPathDomain": "", "Name": "example.com"}).json() == domain


def test_verifying_spf_returns_the_expected_record(account):
    """Looking for SPF gives what should stand where, and the domain knows that it was seen."""
    path, _ = made(account)
    response = account.post(f"{path}/verifyspf", {}).json()
    assert response == {
        "SPFHost": "example.com",
        "SPFVerified": True,
        "SPFTextValue": "v=spf1 a mx include:spf.mtasv.net ~all",
    }
    assert account.get(path).json()["SPFVerified"] is True


@pytest.mark.parametrize(
    "body, code, text",
    [
        ({}, 514, "a domain"),
        ({"ReturnPathDomain": "pm.example.com"}, 514, "'Name'"),
        ({"Name": " "}, 514, "'Name'"),
        ([], 403, "an object"),
        ({"Name": ["example.com"]}, 403, "'Name' must be a string"),
        ({"Name": "a." * 127 + "example"}, 515, "255"),
        ({"Name": "localhost"}, 516, "'localhost'"),
        ({"Name": "exa mple.com"}, 516, "not a valid domain"),
        ({"Name": "joe@example.com"}, 516, "not a valid domain"),
        ({"Name": "https://example.com"}, 516, "not a valid domain"),
        ({"Name": "b\u00fccher.example"}, 516, "not a valid domain"),
        ({"Name": "example.com\n"}, 516, "line breaks"),
        ({"Name": "GMAIL.com"}, 503, "public"),
        ({"Name": "Taken.example"}, 512, "already"),
        ({"Name": "x.com", "ReturnPathDomain": "x.com"}, 522, "below 'x.com'"),
        ({"Name": "x.com", "ReturnPathDomain": "pm.y.com"}, 522, "below 'x.com'"),
        ({"Name": "x.com", "ReturnPathDomain": "pm pm.x.com"}, 522, "below 'x.com'"),
        ({"Name": "x.com", "ReturnPathDomain": "a" * 251 + ".x.com"}, 521, "255"),
        ({"Name": "x.com", "ReturnPathDomain": 5}, 403, "'ReturnPathDomain'"),
    ],
)
def test_an_invalid_domain_is_rejected_by_its_code(account, rejected, body, code, text):
    made(account, "taken.example")
    rejected(account.post("/domains", body), 422, code, text)
    assert account.get("/domains", count=1, offset=0).json()["TotalCount"] == 1


@pytest.mark.parametrize(
    "body, code",
    [
        ({}, 511),
        ({"Name": "example.org", "ReturnPathDomain": "pm.example.com"}, 511),
        ({"ReturnPathDomain": "pm.example.org"}, 522),
        ([], 403),
    ],
)
def test_only_the_return_path_can_be_edited(account, rejected, body, code):
    path, domain = made(account)
    rejected(account.put(path, body), 422, code)
    assert account.get(path).json() == domain


def test_a_deleted_domain_can_be_added_again(account, rejected):
    path, domain = made(account)
    account.put(f"{path}/verifyDkim")
    assert account.delete(path).json() == {"ErrorCode": 0, "Message": "Domain example.com removed."}
    rejected(account.get(path), 422, 510)
    _, again = made(account)
    assert again["ID"] > domain["ID"]
    assert (again["DKIMVerified"], again["DKIMUpdateStatus"]) == (False, "Pending")
    assert again["DKIMPendingTextValue"] != domain["DKIMPendingTextValue"]


@pytest.mark.parametrize("domain_id", ["7", "x", "9" * 30])
def test_an_unknown_domain_is_code_510(account, rejected, domain_id):
    path = f"/domains/{domain_id}"
    responses = [account.get(path), account.put(path, {"ReturnPathDomain": "a.b.com"}), account.delete(path)]
    responses += [account.put(f"{path}/{verb}") for verb in ("verifyDkim", "verifyDKIM", "verifyReturnPath")]
    responses += [account.post(f"{path}/{verb}", {}) for verb in ("verifyspf", "rotatedkim")]
    for response in responses:
        rejected(response, 422, 510, domain_id)


def test_sending_requires_no_domain(api):
    """Emails are taken from any sender: the sandbox knows no senders that have to be proven."""
    assert api.send(From="anybody@example.invalid").status_code == 200
