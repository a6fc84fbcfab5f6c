"""Errors of requests."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import ERROR_CODES
from ..models.outbound import SendResult
from .responses import written

# The service's own words, which programs compare (contract section 12.2). The sandbox's reason is sent beside them.
SERVICE_TEXTS = {
    10: "Request does not contain a valid Server token.",
    403: "Received valid, but incompatible JSON input.",
    505: "This DKIM is already being renewed.",
    701: "This message was not found.",
    1226: "The message stream for the provided 'ID' was not found.",
    1352: "The webhook for the provided 'ID' was not found.",
}
REASON_HEADER = "X-Sandbox-Reason"
_REASON_LIMIT = 500


class Rejection(Exception):
    """
    The error of a request, or of one item of a batch.

    It is raised anywhere below a route. The application responds with the service's error body; a batch puts it in the
    place of its item.

    Attributes:
        code: The `ErrorCode` of the body, a row of `ERROR_CODES`.
        message: The service's words for the error if they are known, else the reason.
        reason: The problem of the request, in the sandbox's words.
        status: The HTTP status; that of the table, unless the service departs from it (413 and 415).
        more: Further keys of the body.
    """

    def __init__(
        self,
        code: int,
        reason: str = "",
        *,
        text: str | None = None,
        status: int | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        """Create the error; the table has what is not given. `text` is the service's words if the code has several."""
        row = ERROR_CODES[code]
        self.code = code
        # A reason may quote the request, and a response cannot contain its lone surrogates.
        self.reason = reason.encode("utf-8", "replace").decode()
        message = text or SERVICE_TEXTS.get(code) or reason or f"{row.meaning}."
        self.message = message.encode("utf-8", "replace").decode()
        self.status = status or row.status
        self.more = {} if more is None else more
        super().__init__(self.message)

    @property
    def envelope(self) -> dict[str, object]:
        """The service's error body."""
        return {**written(SendResult, error_code=self.code, message=self.message), **self.more}

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the response: the code, and the reason if the message does not say it."""
        headers = {"X-PM-ApiErrorCode": str(self.code)}
        if self.reason and self.reason != self.message:
            reason = "".join(character if character.isprintable() else "?" for character in self.reason[:_REASON_LIMIT])
            headers[REASON_HEADER] = reason.encode("ascii", "backslashreplace").decode()
        return headers
