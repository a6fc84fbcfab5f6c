"""`account.domains` and `account.signatures` against contract sections 2.17 and 2.18."""

from __future__ import annotations

import pytest

from emailapi import Domain, Page, Signature, SpfCheck

DNS = {
    "spf_verified": True,
    "spf_host": "example.com",
    "spf_text_value": "v=spf1 a mx include:spf.mtasv.net ~all",
    "dkim_verified": True,
    "weak_dkim": True,
    "dkim_host": "20131031155228pm._domainkey.example.com",
    "dkim_text_value": "k=rsa; p=AAAA",
    "dkim_pending_host": "20140220130148pm._domainkey.example.com",
    "dkim_pending_text_value": "k=rsa; p=BBBB",
    "dkim_revoked_host": "20121031155228pm._domainkey.example.com",
    "dkim_revoked_text_value": "k=rsa; p=CCCC",
    "safe_to_remove_revoked_key_from_dns": True,
    "dkim_update_status": "Pending",
    "return_path_domain": "pm-bounces.example.com",
    "return_path_domain_verified": True,
    "return_path_domain_cname_value": "pm.mtasv.net",
}
DOMAIN = Domain(id=36735, name="example.com", **DNS)
LISTED = Domain(
    id=36735,
    name="example.com",
    spf_verified=True,
    dkim_verified=True,
    weak_dkim=True,
    return_path_domain_verified=True,
)
# The response of a rotation has neither SPF nor return path.
ROTATED = Domain(
    id=36735,
    name="example.com",
    dkim_verified=True,
    dkim_host=DOMAIN.dkim_host,
    dkim_text_value=DOMAIN.dkim_text_value,
    dkim_pending_host=DOMAIN.dkim_pending_host,
    dkim_pending_text_value=DOMAIN.dkim_pending_text_value,
    dkim_update_status="Pending",
)
SIGNATURE = Signature(
    id=36735,
    domain="example.com",
    email_address="joe@example.com",
    reply_to_email_address="help@example.com",
    name="Joe",
    confirmed=True,
    confirmation_personal_note="It is me.",
    **DNS,
)
LISTED_SIGNATURE = Signature(
    id=36735,
    domain="example.com",
    email_address="joe@example.com",
    reply_to_email_address="help@example.com",
    name="Joe",
    confirmed=True,
)
SPF = SpfCheck(spf_host="example.com", spf_verified=True, spf_text_value="v=spf1 a mx include:spf.mtasv.net ~all")

DOMAIN_CALLS = [
    (
        lambda account: account.domains.list(count=3, offset=6),
        "GET /domains",
        {"query": "page_query", "response": "domains"},
        Page((LISTED, Domain(id=36736, name="example.org")), 2, 6),
    ),
    (lambda account: account.domains.get(36735), "GET /domains/36735", {"response": "domain"}, DOMAIN),
    (
        lambda account: account.domains.create(name="example.com", return_path_domain="pm-bounces.example.com"),
        "POST /domains",
        {"body": "domain_create", "response": "domain"},
        DOMAIN,
    ),
    (
        lambda account: account.domains.edit(7, return_path_domain="other.example.com"),
        "PUT /domains/7",
        {"body": "domain_edit", "response": "domain"},
        DOMAIN,
    ),
    (lambda account: account.domains.delete(7), "DELETE /domains/7", {}, None),
    (
        lambda account: account.domains.verify_dkim(7),
        "PUT /domains/7/verifyDkim",
        {"body": "empty", "response": "domain"},
        DOMAIN,
    ),
    (
        lambda account: account.domains.verify_return_path(7),
        "PUT /domains/7/verifyReturnPath",
        {"body": "empty", "response": "domain"},
        DOMAIN,
    ),
    (
        lambda account: account.domains.verify_spf(7),
        "POST /domains/7/verifyspf",
        {"body": "empty", "response": "domain_verifyspf"},
        SPF,
    ),
    (
        lambda account: account.domains.rotate_dkim(7),
        "POST /domains/7/rotatedkim",
        {"body": "empty", "response": "domain_rotatedkim"},
        ROTATED,
    ),
]
SIGNATURE_CALLS = [
    (
        lambda account: account.signatures.list(),
        "GET /senders",
        {"query": "first_page_query", "response": "senders"},
        Page((LISTED_SIGNATURE,), 1),
    ),
    (lambda account: account.signatures.get(7), "GET /senders/7", {"response": "sender"}, SIGNATURE),
    (
        lambda account: account.signatures.create(
            from_email="joe@example.com",
            name="Joe",
            reply_to_email="help@example.com",
            return_path_domain="pm-bounces.example.com",
            confirmation_personal_note="It is me.",
        ),
        "POST /senders",
        {"body": "sender_create", "response": "sender"},
        SIGNATURE,
    ),
    (
        lambda account: account.signatures.edit(
            7,
            name="Joe D.",
            reply_to_email="",
            return_path_domain="pm-bounces.example.com",
            confirmation_personal_note="Still me.",
        ),
        "PUT /senders/7",
        {"body": "sender_edit", "response": "sender"},
        SIGNATURE,
    ),
    (lambda account: account.signatures.delete(7), "DELETE /senders/7", {}, None),
    (lambda account: account.signatures.resend(7), "POST /senders/7/resend", {"body": "empty"}, None),
    (
        lambda account: account.signatures.verify_spf(7),
        "POST /senders/7/verifyspf",
        {"body": "empty", "response": "sender"},
        SIGNATURE,
    ),
    (lambda account: account.signatures.request_new_dkim(7), "POST /senders/7/requestnewdkim", {"body": "empty"}, None),
]


@pytest.mark.parametrize("call, line, files, expected", [*DOMAIN_CALLS, *SIGNATURE_CALLS])
def test_each_method_sends_the_documented_request_and_reads_the_response(contract, call, line, files, expected):
    assert contract(call, line, **files) == expected
