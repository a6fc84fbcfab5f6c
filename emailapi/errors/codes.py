"""The service's error codes: code, HTTP status, class, meaning."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from .exceptions import (
    APIError,
    Conflict,
    InactiveRecipient,
    InvalidRequest,
    LimitExceeded,
    NotFound,
    RateLimited,
    SenderNotAllowed,
    ServerError,
    ServiceUnavailable,
    Unauthorized,
)


class ErrorCode(NamedTuple):
    """
    One row of the table.

    Attributes:
        code: What the envelope's `ErrorCode` says. It is no HTTP status, although some numbers look like one.
        status: HTTP status it comes with; 200 where it stands at an item of an answer.
        error: The class that is raised.
        meaning: What is wrong, in our words.
    """

    code: int
    status: int
    error: type[APIError]
    meaning: str


# Also the codes that only older tables of the service list: it may still send them.
_ROWS: tuple[tuple[int, int, type[APIError], str], ...] = (
    (10, 401, Unauthorized, "the token is missing, wrong, or of the wrong kind"),
    (11, 422, InvalidRequest, "several fields are wrong; `errors` names each"),
    (12, 404, NotFound, "nothing with this id (bulk request; in older tables any resource)"),
    (13, 422, InvalidRequest, "the pagination key is not one the service gave"),
    (14, 422, InvalidRequest, "the account is not approved for the bulk API"),
    (100, 503, ServiceUnavailable, "the API is down for maintenance"),
    (101, 500, ServerError, "internal fault of the service"),
    (300, 422, InvalidRequest, "the message is invalid: addresses, recipients, body, metadata, size or headers"),
    (400, 422, SenderNotAllowed, "the From address has no sender signature"),
    (401, 422, SenderNotAllowed, "the sender signature is not confirmed"),
    (402, 422, InvalidRequest, "the body is not valid JSON"),
    (403, 422, InvalidRequest, "a field is invalid or has the wrong type"),
    (405, 422, LimitExceeded, "out of credits, or the account may not send"),
    (406, 422, InactiveRecipient, "all recipients are inactive (suppressed)"),
    (409, 422, InvalidRequest, "the JSON headers are missing"),
    (410, 422, InvalidRequest, "more than 500 messages in a batch"),
    (411, 422, InvalidRequest, "the attachment's type is forbidden"),
    (412, 422, SenderNotAllowed, "the account is pending: recipients must share the From domain"),
    (413, 422, SenderNotAllowed, "the account is not approved to send"),
    (422, 422, InvalidRequest, "the server or account is invalid"),
    (429, 429, RateLimited, "too many requests"),
    (500, 422, InvalidRequest, "the query of a sender or domain list is invalid"),
    (501, 422, NotFound, "sender signature not found, or it has no DKIM information"),
    (502, 422, InvalidRequest, "no update data"),
    (503, 422, InvalidRequest, "public mail domain not allowed"),
    (504, 422, Conflict, "signature exists"),
    (505, 422, InvalidRequest, "DKIM already renewing"),
    (506, 422, Conflict, "signature already confirmed"),
    (507, 422, InvalidRequest, "signature not yours"),
    (508, 422, InvalidRequest, "DKIM not renewing / failed key cannot rotate"),
    (510, 422, NotFound, "domain not found"),
    (511, 422, InvalidRequest, "invalid domain fields"),
    (512, 422, Conflict, "domain exists"),
    (513, 422, InvalidRequest, "domain not yours"),
    (514, 422, InvalidRequest, "domain Name missing"),
    (515, 422, InvalidRequest, "domain Name > 255"),
    (516, 422, InvalidRequest, "domain Name malformed"),
    (520, 422, InvalidRequest, "signature required field missing"),
    (521, 422, InvalidRequest, "signature/domain field too long"),
    (522, 422, InvalidRequest, "bad email/domain value"),
    (523, 422, InvalidRequest, "expected CNAME missing"),
    (600, 422, InvalidRequest, "server list query invalid"),
    (601, 422, NotFound, "push source/destination server not found"),
    (602, 422, Conflict, "inbound domain already used"),
    (603, 422, Conflict, "server name taken"),
    (604, 422, InvalidRequest, "no permission to delete servers by API"),
    (605, 422, InvalidRequest, "server could not be deleted"),
    (606, 422, InvalidRequest, "hook URL invalid/internal"),
    (607, 422, InvalidRequest, "bad color"),
    (608, 422, InvalidRequest, "server name missing/invalid"),
    (609, 422, InvalidRequest, "no server data"),
    (610, 422, InvalidRequest, "inbound domain MX wrong"),
    (611, 422, InvalidRequest, "spam threshold outside 0-30"),
    (612, 422, InvalidRequest, "bad TrackLinks"),
    (613, 422, InvalidRequest, "bad DeliveryType"),
    (614, 422, LimitExceeded, "plan entitlement reached (servers, streams, domains, stats, inbound ...)"),
    (615, 422, InvalidRequest, "action unsupported"),
    (700, 422, InvalidRequest, "messages/opens/clicks query invalid"),
    (701, 422, NotFound, "message not found (or cannot be bypassed/retried)"),
    (702, 422, InvalidRequest, "bypass failed"),
    (703, 422, InvalidRequest, "retry failed"),
    (709, 500, ServerError, "DKIM verification misconfigured"),
    (800, 422, InvalidRequest, "trigger query invalid"),
    (809, 422, InvalidRequest, "no trigger data"),
    (810, 422, Conflict, "inbound rule exists"),
    (811, 422, InvalidRequest, "inbound rule cannot be removed"),
    (812, 422, NotFound, "inbound rule not found"),
    (813, 422, InvalidRequest, "rule is not an address or domain"),
    (900, 422, InvalidRequest, "stats query/date invalid"),
    (1000, 422, InvalidRequest, "bounce query invalid"),
    (1001, 422, NotFound, "bounce (or its dump) not found"),
    (1002, 400, InvalidRequest, "bounce id missing"),
    (1003, 422, InvalidRequest, "bounce cannot be reactivated"),
    (1100, 422, InvalidRequest, "template query invalid"),
    (1101, 422, NotFound, "template/alias/layout not found, or none given"),
    (1105, 422, LimitExceeded, "template limit"),
    (1109, 422, InvalidRequest, "no template data"),
    (1120, 422, InvalidRequest, "required template field or model missing"),
    (1121, 422, InvalidRequest, "template field/model too long"),
    (1122, 422, InvalidRequest, "template field invalid, alias in use, unparseable body, reserved model key"),
    (1123, 422, InvalidRequest, "field not allowed in combination"),
    (1124, 422, InvalidRequest, "nothing with an alias to push / push limit"),
    (1125, 422, InvalidRequest, "push type mismatch"),
    (1130, 422, Conflict, "layout still used"),
    (1131, 422, InvalidRequest, "layout placeholder rule broken"),
    (1220, 422, InvalidRequest, "no permission for streams API"),
    (1221, 422, InvalidRequest, "bad MessageStreamType"),
    (1222, 422, InvalidRequest, "stream ID missing"),
    (1223, 422, InvalidRequest, "stream Name missing"),
    (1224, 422, InvalidRequest, "stream Name > 100"),
    (1225, 422, LimitExceeded, "stream limit"),
    (1226, 422, NotFound, "stream id not found"),
    (1227, 422, InvalidRequest, "stream ID format"),
    (1228, 422, LimitExceeded, "second inbound stream"),
    (1229, 422, InvalidRequest, "default stream cannot be archived"),
    (1230, 422, Conflict, "stream ID exists"),
    (1231, 422, InvalidRequest, "stream Description > 1000"),
    (1232, 422, InvalidRequest, "can no longer unarchive"),
    (1233, 422, InvalidRequest, "`pm-` prefix forbidden"),
    (1234, 422, InvalidRequest, "HTML in Description"),
    (1235, 422, NotFound, "send: stream does not exist on this server"),
    (1236, 422, InvalidRequest, "send: stream type cannot send"),
    (1237, 422, InvalidRequest, "reserved stream ID"),
    (1238, 422, InvalidRequest, "custom unsubscribe handling not permitted"),
    (1239, 422, InvalidRequest, "unsubscribe handling unsupported for type"),
    (1240, 422, InvalidRequest, "bad UnsubscribeHandlingType"),
    (1241, 422, InvalidRequest, "stream cannot be archived now"),
    (1300, 422, InvalidRequest, "bad data-removal request"),
    (1301, 422, NotFound, "data-removal id missing/unknown"),
    (1302, 422, InvalidRequest, "no data-removal permission"),
    (1350, 422, InvalidRequest, "webhook on archived stream"),
    (1351, 422, InvalidRequest, "webhook on inbound stream"),
    (1352, 422, NotFound, "webhook not found"),
    (1353, 422, InvalidRequest, "trigger unsupported on stream"),
    (1354, 422, InvalidRequest, "webhook Url missing/invalid"),
    (1355, 422, InvalidRequest, "webhook body missing"),
    (1356, 422, InvalidRequest, "ID supplied on create"),
    (1357, 422, InvalidRequest, "ID/MessageStream not editable"),
    (1358, 422, InvalidRequest, "bad HttpHeader Name"),
    (1359, 422, LimitExceeded, "too many webhooks on stream"),
    (1360, 422, InvalidRequest, "integration not editable"),
    (1361, 422, InvalidRequest, "invalid field value"),
    (1362, 422, InvalidRequest, "bad status filter"),
    (1363, 422, InvalidRequest, "Status is read-only"),
    (1364, 422, InvalidRequest, "webhook verification failed"),
    (1400, 422, InvalidRequest, "suppression count missing"),
    (1401, 422, InvalidRequest, "suppression count invalid"),
    (1402, 422, InvalidRequest, "suppression offset missing"),
    (1403, 422, InvalidRequest, "suppression offset invalid"),
    (1404, 422, InvalidRequest, "bad SuppressionReason"),
    (1405, 422, InvalidRequest, "bad Origin"),
    (1406, 200, InvalidRequest, "not allowed to change this suppression"),
    (1407, 422, InvalidRequest, "suppression processing failed"),
    (1408, 422, InvalidRequest, "bad email address"),
    (1409, 422, InvalidRequest, "body missing"),
    (1410, 422, LimitExceeded, "more than 50 suppressions"),
    (1411, 422, InvalidRequest, "emailAddress missing"),
    (1450, 422, InvalidRequest, "SMTP token: server id missing"),
    (1451, 422, InvalidRequest, "SMTP token not found"),
    (1452, 422, InvalidRequest, "SMTP token: no body"),
    (1453, 422, InvalidRequest, "SMTP token: server not found"),
    (1454, 422, InvalidRequest, "SMTP token: stream invalid"),
    (1455, 422, InvalidRequest, "SMTP token: server id invalid"),
    (1456, 422, InvalidRequest, "SMTP token: wrong length"),
    (1457, 422, InvalidRequest, "SMTP token: not for an inbound stream"),
    (1458, 422, InvalidRequest, "SMTP token: limit reached"),
    (1459, 422, InvalidRequest, "SMTP token: stream is archived"),
    (1460, 422, InvalidRequest, "SMTP token: SMTP is disabled"),
    (1480, 422, InvalidRequest, "sending IP not allow-listed"),
    (1500, 422, InvalidRequest, "stats from date older than a year"),
    (1501, 422, InvalidRequest, "stats count invalid"),
    (1502, 422, InvalidRequest, "FromDate must precede ToDate"),
)

ERROR_CODES: Mapping[int, ErrorCode] = MappingProxyType({row[0]: ErrorCode(*row) for row in _ROWS})

_BY_STATUS: Mapping[int, type[APIError]] = {401: Unauthorized, 404: NotFound}

# These say less than the HTTP status, or are about the service, not the request.
_STATUS_DECIDES = (InvalidRequest, RateLimited, ServiceUnavailable, ServerError)


def error_class(status: int, code: int | None) -> type[APIError]:
    """
    Return the class of the error that a response stands for.

    A status that says whether the request was processed decides alone. Among rejections the code decides where it says
    more than the status.
    """
    if status == 429:
        return RateLimited
    if status in (421, 425) or (status == 503 and code == 100):
        return ServiceUnavailable
    if status == 408 or not 200 <= status < 500:
        return ServerError
    row = ERROR_CODES.get(code) if code is not None else None
    if row is not None and row.error not in _STATUS_DECIDES:
        return row.error
    return _BY_STATUS.get(status, InvalidRequest)
