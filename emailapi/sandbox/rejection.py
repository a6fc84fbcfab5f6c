"""How the sandbox says no."""

from __future__ import annotations

from ..errors import ERROR_CODES
from ..models.outbound import SendResult
from .responses import written


class Rejection(Exception):
    """
    A request, or one item of a batch, that is not carried out.

    Raised anywhere below a route; the application turns it into the service's envelope, a batch into its item's answer.

    Attributes:
        code: The envelope's `ErrorCode`, a row of `ERROR_CODES`.
        message: What is wrong; the table's meaning when nothing better is known.
        status: HTTP status; the table's, unless the service departs from it (413 and 415).
    """

    def __init__(self, code: int, message: str | None = None, status: int | None = None) -> None:
        """Fill in from the table what is not said."""
        row = ERROR_CODES[code]
        self.code = code
        # A text may quote what was sent, and a lone surrogate in it could not be answered.
        self.message = (message or f"{row.meaning}.").encode("utf-8", "replace").decode()
        self.status = status or row.status
        super().__init__(self.message)

    @property
    def envelope(self) -> dict[str, object]:
        """The service's error body."""
        return written(SendResult, error_code=self.code, message=self.message)
