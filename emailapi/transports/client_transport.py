"""The transport that a client was given instead of the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._delivery import CallContext, Deadline, Request, Response
from .._http import Session
from ..errors import ConfigurationError, DeliveryUnknown
from ..models.bulk import BulkEmail, BulkStatus
from ..models.email import BaseEmail, Email, TemplateEmail
from ..models.outbound import BatchItem, SendResult
from ..models.transport import Transport
from ..settings import Options
from .api.payload import complete
from .base import BaseTransport
from .delegating import Delegating
from .user_transport import as_transport


class NoAPI(Session):
    """Stands for the connections to the API in a client that sends by another transport."""

    def __init__(self, transport: Transport) -> None:
        """
        Keep the transport, which is closed with the client.

        Raises:
            ConfigurationError: The object is not a transport.
        """
        as_transport(transport, "transport")
        self._transport, self._closed = transport, False

    def __repr__(self) -> str:
        """Name the transport."""
        return f"NoAPI({self._transport!r})"

    def close(self) -> None:
        """Close the transport."""
        self._closed = True
        self._transport.close()

    def exchange(
        self, request: Request, timeout: tuple[float, float], deadline: Deadline, attempt: int = 1
    ) -> Response:
        """
        Reject the request.

        Raises:
            ConfigurationError: Always; the message says which client to use.
        """
        self.check_open()
        kind = type(self._transport).__name__
        raise ConfigurationError(
            f"this client sends by {kind} and has no API: use a Client with a token for {request.path}"
        )


class ClientTransport(Delegating[Any]):
    """
    Sends by the transport that a client was given, with the defaults of the client.

    Attributes:
        deadline: Seconds for one request: the client's, or the transport's if that is shorter.
    """

    def __init__(
        self, transport: Transport, options: Options, session: Session, record: type[BaseEmail] = Email
    ) -> None:
        """Create a transport for one kind of emails, which works until the client is closed."""
        self._record, self._options, self._session = record, options, session
        self._set_primary(transport)
        self.deadline = min(self.deadline, options.deadline)

    @property
    def _primary(self) -> BaseTransport[Any]:
        primary = super()._primary
        return primary if self._record is Email else primary._for_templates()

    def _for_templates(self) -> ClientTransport:
        return ClientTransport(self.first, self._options, self._session, TemplateEmail)

    def _check_open(self) -> None:
        self._session.check_open()

    def _prepare(self, email: Any, batch: Any) -> Any:
        return batch.primary._prepare(complete(email, self._options, None), batch.inner)

    def _prepare_bulk(self, bulk: BulkEmail) -> Any:
        return super()._prepare_bulk(complete(bulk, self._options, None))

    def _deliver_bulk(self, payload: Any, context: CallContext) -> BulkStatus:
        self._check_open()
        return super()._deliver_bulk(payload, context)

    def _size(self, payload: Any, batch: Any) -> int:
        size: int = batch.primary._size(payload, batch.inner)
        return size

    def _find_sent(self, payload: Any, batch: Any, context: CallContext) -> SendResult | None:
        found: SendResult | None = batch.primary._find_sent(payload, batch.inner, context)
        return found

    def _fill_in(self, email: Any, payload: Any) -> Any:
        return self._primary._fill_in(complete(email, self._options, None), payload)

    def _name_unknown(self, error: DeliveryUnknown, payload: Any) -> DeliveryUnknown:
        return self._primary._name_unknown(error, payload)

    def _deliver(self, payloads: Sequence[Any], batch: Any, context: CallContext) -> list[BatchItem]:
        self._check_open()
        items: list[BatchItem] = batch.primary._deliver(payloads, batch.inner, context)
        batch.unreachable = batch.inner.unreachable
        return items
