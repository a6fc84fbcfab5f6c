"""Addresses at fault.sandbox.test, which any client can send to."""

from __future__ import annotations

import pytest
import requests


@pytest.mark.parametrize("address, status, code", [("503", 503, 100), ("422-406", 422, 406), ("500", 500, 101)])
def test_an_address_selects_a_response(api, sandbox, address, status, code):
    for response in (
        api.send(Bcc=f"{address}@fault.sandbox.test"),
        api.post("/email/batch", [api.email(), api.email(To=f"{address}@fault.sandbox.test")]),
    ):
        assert (response.status_code, response.json()["ErrorCode"]) == (status, code)
    assert not sandbox.messages()


@pytest.mark.parametrize("cut, stored", [("before", 0), ("after", 1)])
def test_an_address_selects_a_cut_connection(api, sandbox, cut, stored):
    with pytest.raises(requests.ConnectionError):
        api.send(To=f"cut-{cut}-accept@fault.sandbox.test")
    assert len(sandbox.messages()) == stored


def test_an_address_selects_no_response(sandbox):
    with requests.Session() as session, pytest.raises(requests.Timeout):
        session.post(
            f"{sandbox.url}/email",
            json={"From": "a@example.com", "To": "timeout@fault.sandbox.test", "TextBody": "x"},
            headers={"Accept": "application/json", "X-Postmark-Server-Token": sandbox.token},
            timeout=(10, 0.3),
        )
    assert not sandbox.messages()
