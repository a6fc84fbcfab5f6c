"""
Requests to forget a person.

The mails that went to the person are erased at once, from all servers and with what became of them; a mail that had
other recipients, too, is theirs no more. Counts stay, and so do suppressions: a person who is forgotten must not be
written to again. A request says `Pending` for a moment, as the service takes its time.
"""

from __future__ import annotations

from datetime import timedelta

from ...models.data_removals import DataRemoval
from ..addresses import is_address
from ..answers import written
from ..calls import Call, read_id
from ..fields import flag_of, object_of, text_of
from ..instants import micros
from ..refusal import Refusal
from ..routing import Routes
from ..store import Row
from ..tables import account, data_removals, erasing, messages

routes = Routes()

_PATH = "/data-removals"
_PENDING = timedelta(seconds=1)


def _address(item: dict[str, object], name: str) -> str:
    text = (text_of(item, name, 1300) or "").strip()
    if not is_address(text):
        raise Refusal(1300, f"'{name}' must be an address, not '{text[:80]}'.")
    return text


def _check_allowed(call: Call) -> None:
    if not account.may_remove_data(call.db):
        raise Refusal(1302, "This account may not ask for data removals: see Sandbox.allow(remove_data=True).")


def _shown(call: Call, row: Row) -> object:
    return written(DataRemoval, id=row["id"], status="Pending" if micros(call.now) < row["done_at"] else "Done")


def _find(call: Call, removal_id: str) -> Row:
    row = data_removals.by_id(call.db, read_id(removal_id))
    if row is None:
        raise Refusal(1301, f"There is no data removal '{removal_id[:80]}' in this account.")
    return row


@routes.post(_PATH, account=True)
def create(call: Call) -> object:
    """Forget a person."""
    _check_allowed(call)
    item = object_of(call.body, "a data removal", 1300)
    requested_for = _address(item, "RequestedFor")
    removal = data_removals.add(
        call.db,
        requested_by=_address(item, "RequestedBy"),
        requested_for=requested_for,
        notify=bool(flag_of(item, "NotifyWhenCompleted")),
        done_at=micros(call.now + _PENDING),
    )
    erasing.erase(call.db, messages.sent_to(call.db, requested_for.lower()))
    return _shown(call, _find(call, str(removal)))


@routes.get(f"{_PATH}/<removal_id>", account=True)
def get(call: Call, removal_id: str) -> object:
    """Tell how far a request is."""
    _check_allowed(call)
    return _shown(call, _find(call, removal_id))
