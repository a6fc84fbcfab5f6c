"""
Requests to remove the data of a person.

The messages to the person are erased at once from all servers, with their events, also messages with other recipients.
Statistics and suppressions stay: no server may send to a person who was removed. The status is `Pending` for a moment,
as the service takes its time.
"""

from __future__ import annotations

from datetime import timedelta

from ...models.data_removals import DataRemoval
from ..addresses import is_address
from ..calls import Call, read_id
from ..fields import Field, Table, flag, line, whole_body
from ..instants import micros
from ..rejection import Rejection
from ..responses import written
from ..routing import Routes
from ..store import Row
from ..tables import account, data_removals, erasing, messages, webhook_requests

routes = Routes()

_PATH = "/data-removals"
_PENDING = timedelta(seconds=1)


def _address(value: object, field: Field) -> str:
    address = line(value, field).strip()
    if not is_address(address):
        raise field.invalid(address)
    return address


_REMOVAL = Table(
    *(
        Field(name, column, _address, 1300, required=1300, text=f"'{name}' must be an address, not '{{value}}'.")
        for name, column in (("RequestedFor", "requested_for"), ("RequestedBy", "requested_by"))
    ),
    Field("NotifyWhenCompleted", "notify", flag),
)


def _check_allowed(call: Call) -> None:
    if not account.may_remove_data(call.db):
        raise Rejection(1302, "This account may not ask for data removals: see Sandbox.allow(remove_data=True).")


def _shown(call: Call, row: Row) -> object:
    return written(DataRemoval, id=row["id"], status="Pending" if micros(call.now) < row["done_at"] else "Done")


def _find(call: Call, removal_id: str) -> Row:
    row = data_removals.by_id(call.db, read_id(removal_id))
    if row is None:
        raise Rejection(1301, f"There is no data removal '{removal_id[:80]}' in this account.")
    return row


@routes.post(_PATH, account=True)
def create(call: Call) -> object:
    """Remove the data of a person."""
    _check_allowed(call)
    found = {"notify": False, **_REMOVAL.read(whole_body(call.body, "a data removal", 1300))}
    removal = data_removals.add(call.db, **found, done_at=micros(call.now + _PENDING))
    person = found["requested_for"].lower()
    erasing.erase(call.db, messages.sent_to(call.db, person))
    webhook_requests.forget(call.db, person)
    return _shown(call, _find(call, str(removal)))


@routes.get(f"{_PATH}/<removal_id>", account=True)
def get(call: Call, removal_id: str) -> object:
    """Return the status of a request."""
    _check_allowed(call)
    return _shown(call, _find(call, removal_id))
