"""Bulk requests: one email to many people, accepted or rejected as a whole."""

from __future__ import annotations

from contextlib import suppress

from ..._delivery import Deadline, Kind, Request, add_request_note, new_keys, unknown
from ..._http import Session, perform
from ...errors import DeliveryUnknown, InvalidResponse
from ...models.bulk import BulkEmail, BulkStatus
from ...settings import Options
from ...wire import read
from .limits import check_bulk
from .payload import BULK_STREAM, APIPayload, Endpoint, encode
from .responses import identified

BULK = Endpoint(BulkEmail, check_bulk, "/email/bulk")


def encode_bulk(options: Options, bulk: BulkEmail) -> APIPayload:
    """
    Validate and encode a bulk request, with a new key if it has none.

    Raises:
        InvalidEmail: The request exceeds a limit of the API; the error names the field.
    """
    key = new_keys(1)[0] if options.reconcile and bulk.idempotency_key is None else None
    payload = encode(bulk, options, BULK.check, key=key)
    if bulk.message_stream is None and options.message_stream is None:
        payload.stream = BULK_STREAM
    return payload


def post_bulk(session: Session, options: Options, payload: APIPayload, deadline: Deadline) -> BulkStatus:
    """
    Send one bulk request, once. It cannot be looked up afterwards: no message has the id in its response.

    Raises:
        DeliveryUnknown: The request may have been accepted; `find` by its key tells whether there are messages.
    """
    request = Request("POST", BULK.one, body=payload.part, kind=Kind.SEND, keys=[payload.idempotency_key])
    try:
        response = perform(session, options, request, deadline)
        with suppress(InvalidResponse):
            status = read(response.value, BulkStatus)
            if status.id:
                return status
        failure = unknown(request, response.unreadable or "the response cannot be read", response)
    except DeliveryUnknown as error:
        failure = error
    except BaseException as passing:  # raised by a signal handler
        add_request_note(passing, request)
        raise
    raise identified(failure, payload, reconcile=options.reconcile)
