"""`account.data_removals` against contract section 2.19."""

from __future__ import annotations

import pytest

from emailapi import DataRemoval, DataRemovalStatus

PENDING = DataRemoval(id=1, status=DataRemovalStatus.PENDING)

CALLS = [
    (
        lambda account: account.data_removals.create(
            requested_by="me@example.com", requested_for="them@example.com", notify_when_completed=True
        ),
        "POST /data-removals",
        {"body": "data_removal", "response": "data_removal"},
        PENDING,
    ),
    (lambda account: account.data_removals.get(1), "GET /data-removals/1", {"response": "data_removal"}, PENDING),
]


@pytest.mark.parametrize("call, line, files, expected", CALLS)
def test_each_method_sends_the_documented_request_and_reads_the_response(contract, call, line, files, expected):
    assert contract(call, line, **files) == expected


def test_a_completed_removal_is_read(service):
    """A request that was carried out says so."""
    service.respond("GET", "/data-removals/1", {"ID": "1", "Status": "Done"})
    assert service.account.data_removals.get(1) == DataRemoval(id=1, status=DataRemovalStatus.DONE)
