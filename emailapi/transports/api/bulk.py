"""Bulk requests: one email to many people, accepted or rejected as a whole."""

from __future__ import annotations

from contextlib import suppress

from ..._delivery import Deadline, Kind, Request, failure_of, new_keys, unknown
from ..._http import Session, perform
from ...errors import DeliveryUnknown, EmailAPIError, InvalidResponse
from ...models.bulk import BulkEmail, BulkStatus
from ...settings import Options
from ...wire import read
from .payload import BULK, BULK_STREAM, Parcel, pack


def send_bulk(session: Session, options: Options, bulk: BulkEmail) -> BulkStatus:
    """
    Send one bulk request, once. It cannot be looked up: the id in its response stands in no message.

    Raises:
        DeliveryUnknown: It may have been accepted; `find` by its key tells whether messages of it are there.
    """
    deadline = Deadline.after(options.deadline)
    key = new_keys(1)[0] if options.reconcile and bulk.idempotency_key is None else None
    payload = pack(bulk, options, BULK.check, key=key)
    if bulk.message_stream is None and options.message_stream is None:
        payload.stream = BULK_STREAM
    request = Request("POST", BULK.one, body=payload.part, kind=Kind.SEND, keys=[payload.idempotency_key])
    failure: EmailAPIError | None
    try:
        answer = perform(session, options, request, deadline)
    except DeliveryUnknown as error:
        failure = error
    else:
        failure = failure_of(request, answer)
        if failure is None:
            with suppress(ValueError, InvalidResponse):
                status = read(answer.value(), BulkStatus)
                if status.id:
                    return status
            failure = unknown(request, "the answer cannot be read", answer)
    if isinstance(failure, DeliveryUnknown):
        _name_unknown(failure, payload, options)
    raise failure


def _name_unknown(error: DeliveryUnknown, payload: Parcel, options: Options) -> None:
    error.idempotency_key, error.message_stream = payload.key, payload.stream
    if payload.key is None and options.reconcile:
        error.message += "; its metadata had no room for a key, so that it cannot be looked up"
