"""The table of the service's codes, against the contract's own (contract section 4), written again by hand."""

from __future__ import annotations

import pytest

from emailapi import errors
from emailapi.errors import ERROR_CODES, error_class

# Every code of the contract's table but 0, by what raises it. Ranges are inclusive.
BY_CLASS = {
    "Unauthorized": "10",
    "InactiveRecipient": "406",
    "SenderNotAllowed": "400 401 412 413",
    "NotFound": "12 501 510 601 701 812 1001 1101 1226 1235 1301 1352",
    "Conflict": "504 506 512 602 603 810 1130 1230",
    "LimitExceeded": "405 614 1105 1225 1228 1359 1410",
    "RateLimited": "429",
    "ServiceUnavailable": "100",
    "ServerError": "101 709",
    "InvalidRequest": """
        11 13 14 300 402 403 409 410 411 422 500 502 503 505 507 508 511 513-516 520-523 600 604-613 615 700 702 703
        800 809 811 813 900 1000 1002 1003 1100 1109 1120-1125 1131 1220-1224 1227 1229 1231-1234 1236-1241 1300 1302
        1350 1351 1353-1358 1360-1364 1400-1409 1411 1450-1460 1480 1500-1502
    """,
}
STATUS = {10: 401, 12: 404, 100: 503, 101: 500, 429: 429, 709: 500, 1002: 400, 1406: 200}


def spread(text: str) -> list[int]:
    """Return the numbers of a list such as `1 3-5`."""
    found: list[int] = []
    for part in text.split():
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


EXPECTED = {code: name for name, text in BY_CLASS.items() for code in spread(text)}


def test_the_table_is_complete():
    """The table has every code of the contract, and no other."""
    assert set(ERROR_CODES) == set(EXPECTED)
    assert len(EXPECTED) == sum(len(spread(text)) for text in BY_CLASS.values()), "a code stands twice in this test"


def test_each_code_has_the_status_and_the_class_of_the_contract():
    expected = {code: (code, STATUS.get(code, 422), name) for code, name in EXPECTED.items()}
    assert {code: (row.code, row.status, row.error.__name__) for code, row in ERROR_CODES.items()} == expected


def test_each_code_has_a_description():
    assert not [row for row in ERROR_CODES.values() if len(row.meaning) <= 8]


def test_a_response_with_a_code_and_its_own_status_raises_the_class_of_the_code():
    # A code inside a response with status 200 belongs to an item of a batch.
    expected = {code: errors.InvalidRequest if row.status == 200 else row.error for code, row in ERROR_CODES.items()}
    assert {code: error_class(row.status, code) for code, row in ERROR_CODES.items()} == expected


def test_the_table_is_read_only():
    with pytest.raises(TypeError):
        ERROR_CODES[0] = ERROR_CODES[10]  # type: ignore[index]


@pytest.mark.parametrize(
    "status, code, expected",
    [
        # The status, where there is no code or an unknown one.
        (401, None, errors.Unauthorized),
        (404, None, errors.NotFound),
        (429, None, errors.RateLimited),
        (400, None, errors.InvalidRequest),
        (413, None, errors.InvalidRequest),
        (415, None, errors.InvalidRequest),
        (422, None, errors.InvalidRequest),
        (422, 99999, errors.InvalidRequest),
        (404, 99999, errors.NotFound),
        (302, None, errors.InvalidRequest),
        (500, None, errors.ServerError),
        (502, None, errors.ServerError),
        (504, 99999, errors.ServerError),
        # 503 is a planned outage only if the envelope says so.
        (503, 100, errors.ServiceUnavailable),
        (503, None, errors.ServerError),
        (503, 101, errors.ServerError),
        # A code is not an HTTP status, although some look like one.
        (422, 401, errors.SenderNotAllowed),
        (422, 400, errors.SenderNotAllowed),
        (422, 413, errors.SenderNotAllowed),
        (422, 405, errors.LimitExceeded),
        (422, 403, errors.InvalidRequest),
        (422, 500, errors.InvalidRequest),
        (422, 503, errors.InvalidRequest),
        (422, 422, errors.InvalidRequest),
        # A code that says more than the status wins over it.
        (404, 12, errors.NotFound),
        (404, 501, errors.NotFound),
        (422, 406, errors.InactiveRecipient),
        (200, 406, errors.InactiveRecipient),
        (400, 10, errors.Unauthorized),
        # A status that says whether the request was processed decides alone.
        (500, 501, errors.ServerError),
        (408, None, errors.ServerError),
        (408, 405, errors.ServerError),
        (429, 405, errors.RateLimited),
        (421, 405, errors.ServiceUnavailable),
        # A code that says less does not.
        (404, 300, errors.NotFound),
        (401, 402, errors.Unauthorized),
        (429, 300, errors.RateLimited),
        (500, 300, errors.ServerError),
        # What the service's state would be, said with a status that denies it.
        (422, 100, errors.InvalidRequest),
        (422, 101, errors.InvalidRequest),
        (422, 0, errors.InvalidRequest),
        (422, -1, errors.InvalidRequest),
    ],
)
def test_the_class_depends_on_status_and_code(status, code, expected):
    assert error_class(status, code) is expected
