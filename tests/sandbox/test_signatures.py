"""Sender signatures: made, confirmed, and sharing the records of their domain."""

from __future__ import annotations

import pytest

from emailapi.errors import InvalidArgument

JOE = {"FromEmail": "Joe@example.com", "Name": "Joe"}
SHORT = {"ID", "Domain", "EmailAddress", "ReplyToEmailAddress", "Name", "Confirmed"}


def made(account, **fields):
    """Add a signature that must be accepted, and return its path and its response."""
    response = account.post("/senders", {**JOE, **fields})
    assert response.status_code == 200, response.text
    return f"/senders/{response.json()['ID']}", response.json()


def test_a_new_signature_is_unconfirmed_and_has_the_records_of_its_domain(account):
    path, signature = made(
        account, ReplyToEmail="re@example.org", ReturnPathDomain="pm.example.com", ConfirmationPersonalNote="Hi, Joe"
    )
    own = {
        "ID": 9_000_001,
        "Domain": "example.com",
        "EmailAddress": "Joe@example.com",
        "ReplyToEmailAddress": "re@example.org",
        "Name": "Joe",
        "Confirmed": False,
        "ConfirmationPersonalNote": "Hi, Joe",
    }
    domain = account.post("/domains", {"Name": "example.com"}).json()
    records = {name: value for name, value in domain.items() if name not in ("ID", "Name")}
    assert signature == {**own, **records}
    assert records["ReturnPathDomain"] == "pm.example.com"
    assert account.get(path).json() == signature


def test_signatures_are_listed_newest_first_in_pages(account):
    for name in ("a", "b", "c"):
        made(account, FromEmail=f"{name}@example.com", Name=name)
    response = account.get("/senders", count=2, offset=1).json()
    assert ([row["Name"] for row in response["SenderSignatures"]], response["TotalCount"]) == (["b", "a"], 3)
    assert all(set(row) == SHORT for row in response["SenderSignatures"])


def test_an_invalid_query_is_code_500(account, rejected):
    rejected(account.get("/senders", count=1), 422, 500, "'offset'")


def test_a_signature_can_be_confirmed(sandbox, account, rejected):
    path, _ = made(account)
    assert account.post(f"{path}/resend", {}).json() == {
        "ErrorCode": 0,
        "Message": "Confirmation email for Sender Signature Joe@example.com was re-sent.",
    }
    assert account.get(path).json()["Confirmed"] is False
    sandbox.confirm_signature("joe@EXAMPLE.com")
    assert account.get(path).json()["Confirmed"] is True
    assert account.get("/senders", count=1, offset=0).json()["SenderSignatures"][0]["Confirmed"] is True
    rejected(account.post(f"{path}/resend", {}), 422, 506, "Joe@example.com")
    with pytest.raises(InvalidArgument, match="jane@example.com"):
        sandbox.confirm_signature("jane@example.com")


def test_an_edit_keeps_fields_that_are_not_given(sandbox, account):
    path, signature = made(account, ReplyToEmail="re@example.org", ConfirmationPersonalNote="Hi")
    sandbox.confirm_signature("joe@example.com")
    changed = account.put(path, {"Name": "Joseph", "ReturnPathDomain": "pm.example.com"}).json()
    assert changed == {
        **signature,
        "Name": "Joseph",
        "Confirmed": True,
        "ReturnPathDomain": "pm.example.com",
        "ReturnPathDomainCNAMEValue": "pm.mtasv.net",
    }
    cleared = {"Name": "Joe", "ReplyToEmail": "", "ConfirmationPersonalNote": "", "ReturnPathDomain": ""}
    assert account.put(path, {**cleared, "FromEmail": "joe@example.com"}).json() == {
        **signature,
        "Confirmed": True,
        "ReplyToEmailAddress": "",
        "ConfirmationPersonalNote": "",
    }


def test_records_are_those_of_the_domain(account, rejected):
    path, signature = made(account)
    domain = account.post("/domains", {"Name": "EXAMPLE.com"}).json()
    assert domain["DKIMPendingTextValue"] == signature["DKIMPendingTextValue"]
    account.put(f"/domains/{domain['ID']}/verifyDkim")
    assert account.get(path).json()["DKIMVerified"] is True
    assert account.post(f"{path}/verifyspf", {}).json()["SPFVerified"] is True
    assert account.get(f"/domains/{domain['ID']}").json()["SPFVerified"] is True
    assert account.post(f"{path}/requestnewdkim", {}).json()["ErrorCode"] == 0
    assert account.get(f"/domains/{domain['ID']}").json()["DKIMUpdateStatus"] == "Pending"
    rejected(account.post(f"{path}/requestnewdkim", {}), 422, 505)


def test_records_are_kept_while_a_signature_needs_them(account):
    """Removing a domain leaves its signatures their keys; with the last of both the keys are gone."""
    path, signature = made(account)
    domain = account.post("/domains", {"Name": "example.com"}).json()
    assert account.delete(f"/domains/{domain['ID']}").status_code == 200
    assert account.get(path).json() == signature
    assert account.delete(path).json() == {"ErrorCode": 0, "Message": "Signature Joe@example.com removed."}
    assert made(account)[1]["DKIMPendingTextValue"] != signature["DKIMPendingTextValue"]


@pytest.mark.parametrize(
    "changes, code, text",
    [
        ({"FromEmail": None}, 520, "'FromEmail'"),
        ({"FromEmail": " "}, 520, "'FromEmail'"),
        ({"Name": None}, 520, "'Name'"),
        ({"Name": ""}, 520, "'Name'"),
        ({"FromEmail": "joe"}, 522, "'joe'"),
        ({"FromEmail": "joe@localhost"}, 522, "must be an address"),
        ({"FromEmail": "Joe <joe@example.com>"}, 522, "must be an address"),
        ({"FromEmail": "a@x.com, b@x.com"}, 522, "must be an address"),
        ({"FromEmail": "x" * 250 + "@x.com"}, 521, "255"),
        ({"FromEmail": 5}, 403, "'FromEmail'"),
        ({"FromEmail": "joe@yahoo.com"}, 503, "yahoo.com"),
        ({"FromEmail": "TAKEN@example.com"}, 504, "already"),
        ({"Name": "x" * 256}, 521, "255"),
        ({"Name": "Joe\r\nBcc: x@example.com"}, 522, "line breaks"),
        ({"ReplyToEmail": "joe"}, 522, "'ReplyToEmail'"),
        ({"ReturnPathDomain": "pm.example.org"}, 522, "below 'example.com'"),
        ({"ConfirmationPersonalNote": "x" * 401}, 521, "400"),
        ({"ConfirmationPersonalNote": {}}, 403, "'ConfirmationPersonalNote'"),
    ],
)
def test_an_invalid_signature_is_rejected_by_its_code(account, rejected, changes, code, text):
    made(account, FromEmail="taken@example.com")
    rejected(account.post("/senders", {**JOE, **changes}), 422, code, text)
    assert account.get("/senders", count=1, offset=0).json()["TotalCount"] == 1


def test_an_empty_body_is_code_520(account, rejected):
    rejected(account.post("/senders", {}), 422, 520)
    rejected(account.post("/senders", []), 422, 403)


@pytest.mark.parametrize(
    "body, code",
    [
        ({}, 502),
        ({"Name": "Joe", "FromEmail": "jane@example.com"}, 522),
        ({"Name": "Joe", "ReplyToEmail": "x"}, 522),
        ({"Name": "Joe", "ReturnPathDomain": "example.com"}, 522),
        ([], 403),
    ],
)
def test_an_edit_requires_the_name_and_keeps_the_address(account, rejected, body, code):
    path, signature = made(account)
    rejected(account.put(path, body), 422, code)
    assert account.get(path).json() == signature


@pytest.mark.parametrize("signature_id", ["7", "x", "9" * 30])
def test_an_unknown_signature_is_code_501(account, rejected, signature_id):
    path = f"/senders/{signature_id}"
    responses = [account.get(path), account.put(path, {"Name": "Joe"}), account.delete(path)]
    responses += [account.post(f"{path}/{verb}", {}) for verb in ("resend", "verifyspf", "requestnewdkim")]
    for response in responses:
        rejected(response, 422, 501, signature_id)
