"""The error codes of the service: code, HTTP status, exception class and meaning (contract section 4)."""

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
    An error code of the service.

    Attributes:
        code: The value of `ErrorCode` in the response. It is not an HTTP status, although some numbers look like one.
        status: The HTTP status of the response; 200 for a code that belongs to one item of a response.
        error: The exception class that is raised.
        meaning: The problem, in our words.
    """

    code: int
    status: int
    error: type[APIError]
    meaning: str


# Including codes that only older documentation of the service lists: it may still send them.
_ROWS: tuple[tuple[int, int, type[APIError], str], ...] = (
    (10, 401, Unauthorized, "the token is missing, wrong, or of the wrong kind"),
    (11, 422, InvalidRequest, "several fields are invalid; `errors` names each"),
    (12, 404, NotFound, "there is no bulk request with this id (in older tables: no such resource)"),
    (13, 422, InvalidRequest, "the pagination key was not issued by the service"),
    (14, 422, InvalidRequest, "the account is not approved for the bulk API"),
    (100, 503, ServiceUnavailable, "the API is down for maintenance"),
    (101, 500, ServerError, "internal error of the service"),
    (300, 422, InvalidRequest, "the message is invalid: addresses, recipients, body, metadata, size or headers"),
    (400, 422, SenderNotAllowed, "the From address has no sender signature"),
    (401, 422, SenderNotAllowed, "the sender signature is not confirmed"),
    (402, 422, InvalidRequest, "the request body is not valid JSON"),
    (403, 422, InvalidRequest, "a field is invalid or has the wrong type"),
    (405, 422, LimitExceeded, "the account has no credits left, or may not send"),
    (406, 422, InactiveRecipient, "all recipients are inactive (suppressed)"),
    (409, 422, InvalidRequest, "the Accept or Content-Type header for JSON is missing"),
    (410, 422, InvalidRequest, "a batch must have at most 500 messages"),
    (411, 422, InvalidRequest, "the type of an attachment is forbidden"),
    (412, 422, SenderNotAllowed, "the account is pending approval: recipients must have the domain of From"),
    (413, 422, SenderNotAllowed, "the account is not approved to send"),
    (422, 422, InvalidRequest, "the server or the account is invalid"),
    (429, 429, RateLimited, "too many requests"),
    (500, 422, InvalidRequest, "the query for a list of senders or domains is invalid"),
    (501, 422, NotFound, "the sender signature does not exist, or has no DKIM information"),
    (502, 422, InvalidRequest, "there is nothing to update"),
    (503, 422, InvalidRequest, "domains of public email providers are not allowed"),
    (504, 422, Conflict, "the sender signature exists already"),
    (505, 422, InvalidRequest, "the DKIM key is being renewed already"),
    (506, 422, Conflict, "the sender signature is confirmed already"),
    (507, 422, InvalidRequest, "the sender signature belongs to another account"),
    (508, 422, InvalidRequest, "the DKIM key is not being renewed, or the failed key cannot be rotated"),
    (510, 422, NotFound, "the domain does not exist"),
    (511, 422, InvalidRequest, "a field of the domain is invalid"),
    (512, 422, Conflict, "the domain exists already"),
    (513, 422, InvalidRequest, "the domain belongs to another account"),
    (514, 422, InvalidRequest, "the name of the domain is missing"),
    (515, 422, InvalidRequest, "the name of the domain must have at most 255 characters"),
    (516, 422, InvalidRequest, "the name of the domain is malformed"),
    (520, 422, InvalidRequest, "a required field of the sender signature is missing"),
    (521, 422, InvalidRequest, "a field of the sender signature or domain is too long"),
    (522, 422, InvalidRequest, "an email address or domain is invalid"),
    (523, 422, InvalidRequest, "the expected CNAME record is missing"),
    (600, 422, InvalidRequest, "the query for a list of servers is invalid"),
    (601, 422, NotFound, "the source or destination server of the push does not exist"),
    (602, 422, Conflict, "the inbound domain is used already"),
    (603, 422, Conflict, "the name of the server is used already"),
    (604, 422, InvalidRequest, "the account may not delete servers through the API"),
    (605, 422, InvalidRequest, "the server could not be deleted"),
    (606, 422, InvalidRequest, "the URL of the webhook is invalid or internal"),
    (607, 422, InvalidRequest, "the color is invalid"),
    (608, 422, InvalidRequest, "the name of the server is missing or invalid"),
    (609, 422, InvalidRequest, "the settings of the server are missing"),
    (610, 422, InvalidRequest, "the MX record of the inbound domain is wrong"),
    (611, 422, InvalidRequest, "the spam threshold must be from 0 to 30"),
    (612, 422, InvalidRequest, "TrackLinks is invalid"),
    (613, 422, InvalidRequest, "DeliveryType is invalid"),
    (614, 422, LimitExceeded, "a limit of the plan is reached (servers, streams, domains, statistics, inbound ...)"),
    (615, 422, InvalidRequest, "the action is not supported"),
    (700, 422, InvalidRequest, "the query for messages, opens or clicks is invalid"),
    (701, 422, NotFound, "the message does not exist (or cannot be bypassed or retried)"),
    (702, 422, InvalidRequest, "the blocked message could not be bypassed"),
    (703, 422, InvalidRequest, "the message could not be retried"),
    (709, 500, ServerError, "the DKIM verification is misconfigured at the service"),
    (800, 422, InvalidRequest, "the query for a list of triggers is invalid"),
    (809, 422, InvalidRequest, "the data of the trigger are missing"),
    (810, 422, Conflict, "the inbound rule exists already"),
    (811, 422, InvalidRequest, "the inbound rule cannot be removed"),
    (812, 422, NotFound, "the inbound rule does not exist"),
    (813, 422, InvalidRequest, "the rule is neither an email address nor a domain"),
    (900, 422, InvalidRequest, "the query or a date of the statistics is invalid"),
    (1000, 422, InvalidRequest, "the query for bounces is invalid"),
    (1001, 422, NotFound, "the bounce or its dump does not exist"),
    (1002, 400, InvalidRequest, "the id of the bounce is missing"),
    (1003, 422, InvalidRequest, "the address of the bounce cannot be reactivated"),
    (1100, 422, InvalidRequest, "the query for a list of templates is invalid"),
    (1101, 422, NotFound, "the template, alias or layout does not exist, or none is given"),
    (1105, 422, LimitExceeded, "the server has the maximum number of templates"),
    (1109, 422, InvalidRequest, "the data of the template are missing"),
    (1120, 422, InvalidRequest, "a required field of the template, or the template model, is missing"),
    (1121, 422, InvalidRequest, "a field of the template, or the template model, is too long"),
    (
        1122,
        422,
        InvalidRequest,
        "a field or model key is invalid, the alias is in use, or a body cannot be parsed",
    ),
    (1123, 422, InvalidRequest, "a field is not allowed in combination with the others"),
    (1124, 422, InvalidRequest, "no template with an alias to push, or the push exceeds a limit"),
    (1125, 422, InvalidRequest, "the pushed template has another type than the existing one"),
    (1130, 422, Conflict, "the layout is used by other templates"),
    (1131, 422, InvalidRequest, "the placeholder for the content is missing in the layout, or occurs more than once"),
    (1220, 422, InvalidRequest, "the token may not use the message streams API"),
    (1221, 422, InvalidRequest, "MessageStreamType is invalid"),
    (1222, 422, InvalidRequest, "the ID of the stream is missing"),
    (1223, 422, InvalidRequest, "the Name of the stream is missing"),
    (1224, 422, InvalidRequest, "the Name of the stream must have at most 100 characters"),
    (1225, 422, LimitExceeded, "the server has the maximum number of streams"),
    (1226, 422, NotFound, "there is no stream with this ID"),
    (1227, 422, InvalidRequest, "the ID of the stream is malformed"),
    (1228, 422, LimitExceeded, "the server has an inbound stream already"),
    (1229, 422, InvalidRequest, "a default stream cannot be archived"),
    (1230, 422, Conflict, "a stream with this ID exists already"),
    (1231, 422, InvalidRequest, "the Description of the stream must have at most 1000 characters"),
    (1232, 422, InvalidRequest, "the stream can no longer be unarchived"),
    (1233, 422, InvalidRequest, "the ID of a stream must not begin with `pm-`"),
    (1234, 422, InvalidRequest, "the Description of the stream must not contain HTML"),
    (1235, 422, NotFound, "the message stream does not exist on this server"),
    (1236, 422, InvalidRequest, "a stream of this type cannot send"),
    (1237, 422, InvalidRequest, "the ID of the stream is reserved"),
    (1238, 422, InvalidRequest, "custom unsubscribe handling is not permitted for this account"),
    (1239, 422, InvalidRequest, "this unsubscribe handling is not supported for the type of the stream"),
    (1240, 422, InvalidRequest, "UnsubscribeHandlingType is invalid"),
    (1241, 422, InvalidRequest, "the stream cannot be archived now"),
    (1300, 422, InvalidRequest, "the data removal request is invalid"),
    (1301, 422, NotFound, "the id of the data removal is missing or unknown"),
    (1302, 422, InvalidRequest, "the account may not request data removals"),
    (1350, 422, InvalidRequest, "an archived stream cannot have webhooks"),
    (1351, 422, InvalidRequest, "an inbound stream cannot have webhooks"),
    (1352, 422, NotFound, "the webhook does not exist"),
    (1353, 422, InvalidRequest, "a trigger is not supported by the stream"),
    (1354, 422, InvalidRequest, "the Url of the webhook is missing or invalid"),
    (1355, 422, InvalidRequest, "the data of the webhook are missing"),
    (1356, 422, InvalidRequest, "the ID must not be given for a new webhook"),
    (1357, 422, InvalidRequest, "ID and MessageStream of a webhook cannot be changed"),
    (1358, 422, InvalidRequest, "the Name of an HTTP header is invalid"),
    (1359, 422, LimitExceeded, "the stream has the maximum number of webhooks"),
    (1360, 422, InvalidRequest, "the integration cannot be changed"),
    (1361, 422, InvalidRequest, "the value of a field is invalid"),
    (1362, 422, InvalidRequest, "the status filter is invalid"),
    (1363, 422, InvalidRequest, "Status is read-only"),
    (1364, 422, InvalidRequest, "the verification of the webhook failed"),
    (1400, 422, InvalidRequest, "the count of suppressions is missing"),
    (1401, 422, InvalidRequest, "the count of suppressions is invalid"),
    (1402, 422, InvalidRequest, "the offset of suppressions is missing"),
    (1403, 422, InvalidRequest, "the offset of suppressions is invalid"),
    (1404, 422, InvalidRequest, "SuppressionReason is invalid"),
    (1405, 422, InvalidRequest, "Origin is invalid"),
    (1406, 200, InvalidRequest, "the suppression may not be changed"),
    (1407, 422, InvalidRequest, "the suppressions could not be processed"),
    (1408, 422, InvalidRequest, "the email address is invalid"),
    (1409, 422, InvalidRequest, "the request body is missing"),
    (1410, 422, LimitExceeded, "a request must have at most 50 suppressions"),
    (1411, 422, InvalidRequest, "the email address is missing"),
    (1450, 422, InvalidRequest, "SMTP token: the server id is missing"),
    (1451, 422, InvalidRequest, "SMTP token: the token does not exist"),
    (1452, 422, InvalidRequest, "SMTP token: the request body is missing"),
    (1453, 422, InvalidRequest, "SMTP token: the server does not exist"),
    (1454, 422, InvalidRequest, "SMTP token: the stream is invalid"),
    (1455, 422, InvalidRequest, "SMTP token: the server id is invalid"),
    (1456, 422, InvalidRequest, "SMTP token: the length is wrong"),
    (1457, 422, InvalidRequest, "SMTP token: an inbound stream cannot have one"),
    (1458, 422, InvalidRequest, "SMTP token: the limit is reached"),
    (1459, 422, InvalidRequest, "SMTP token: the stream is archived"),
    (1460, 422, InvalidRequest, "SMTP token: SMTP is disabled"),
    (1480, 422, InvalidRequest, "the IP address of the sender is not on the allow list"),
    (1500, 422, InvalidRequest, "the start date of statistics must be at most one year ago"),
    (1501, 422, InvalidRequest, "the count of statistics is invalid"),
    (1502, 422, InvalidRequest, "the start date must be before the end date"),
)

ERROR_CODES: Mapping[int, ErrorCode] = MappingProxyType({row[0]: ErrorCode(*row) for row in _ROWS})

_BY_STATUS: Mapping[int, type[APIError]] = {401: Unauthorized, 404: NotFound}

# These say less than the HTTP status, or are about the service, not the request.
_STATUS_DECIDES = (InvalidRequest, RateLimited, ServiceUnavailable, ServerError)


def error_class(status: int, code: int | None) -> type[APIError]:
    """
    Return the exception class for a response.

    A status that says whether the request was processed decides alone. For rejections, the code decides if it is more
    specific than the status.
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
