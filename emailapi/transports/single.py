"""The methods that a transport implements, and the sending of one email by them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from .._closing import Closing
from .._delivery import CallContext
from .._hints import Explaining, explain_calls, guard_repr
from ..errors import ConfigurationError, DeliveryUnknown, InvalidEmail
from ..models.email import BaseEmail, Email
from ..models.options import Hooks
from ..models.outbound import BatchItem, SendResult
from .batch import Batch
from .capture import RECORDINGS, through_recorders
from .inputs import EmailLike, as_email

if TYPE_CHECKING:
    from ..models.bulk import BulkEmail, BulkStatus

P = TypeVar("P")

USE_THE_API = "only the API does: use a Client with a token"


def is_ours(transport: object, *names: str) -> bool:
    """Return whether these methods are this package's own, not overridden by a user's class or replaced by a test."""
    kind, own = type(transport), vars(transport)
    for name in names:
        found = getattr(getattr(kind, name), "__globals__", own)
        if name in own or not str(found.get("__name__")).startswith("emailapi."):
            return False
    return True


class SingleSending(Closing, Explaining, Generic[P]):
    """Sends one email by two methods that a transport implements, `_prepare` and `_deliver`."""

    deadline: float = 30.0
    at_once: int = 1

    _record: type[BaseEmail] = Email
    _ready: ClassVar[tuple[type, ...]] = ()  # other types that are accepted as they are
    _batch_bytes: float = math.inf
    _max_attempts: int | None = None
    _hooks: Hooks | None = None  # the client's; other transports than the API have none
    # Whether two emails of one call must have different keys.
    _keys_are_unique: bool = False

    def __init_subclass__(cls) -> None:
        """Let the constructor and `send_message` explain unknown arguments, and the repr show an unfinished object."""
        super().__init_subclass__()
        explain_calls(cls, "__init__", "send_message")
        guard_repr(cls)

    def _prepare(self, email: Any, batch: Batch[P]) -> P:
        """Validate every field of an email, and encode it once; `InvalidEmail` names the field."""
        raise NotImplementedError

    def _deliver(self, payloads: Sequence[P], batch: Batch[P], context: CallContext) -> list[BatchItem]:
        """Send payloads, and return the result or error of each; raise only errors that concern the whole call."""
        raise NotImplementedError

    # Methods that a transport may override.

    def _encode(self, email: Any, batch: Batch[P]) -> P:
        """Encode an email that `check` has accepted before."""
        return self._prepare(email, batch)

    def _to_email(self, given: Any) -> Any:
        """Convert the user's input to an email."""
        if type(given) is not dict and isinstance(given, (self._record, *self._ready)):
            return given
        return as_email(given, self._record)

    def _new_batch(self, previous: Batch[P] | None = None, *, single: bool = False) -> Batch[P]:
        """Create an empty batch; `previous` is the batch before it in the same call."""
        return Batch(single=single)

    def _size(self, payload: P, batch: Batch[P]) -> int:
        """Return the bytes that a payload adds to its request."""
        return 0

    def _extra_time(self, batch: Batch[P]) -> float:
        """Return the seconds by which the size of a batch extends the deadline."""
        return 0.0

    def _check_looks_up(self) -> None:
        """Raise `ConfigurationError` if the transport cannot look up emails that were sent before."""
        raise ConfigurationError(
            f"check_first: {self._kind} cannot look up emails that were sent before, {USE_THE_API}"
        )

    def _find_sent(self, payload: P, batch: Batch[P], context: CallContext) -> SendResult | None:
        """Look for an email that an earlier call may have sent."""
        return None

    def _fill_in(self, email: Any, payload: P | None) -> Any:
        """Return the email with the values that this transport adds, for a fallback that sends the same email."""
        return email

    def _prepare_bulk(self, bulk: BulkEmail) -> Any:
        """Validate a bulk request, and encode it once."""
        raise InvalidEmail(f"messages: {self._kind} sends no bulk requests, {USE_THE_API}", field="messages")

    def _deliver_bulk(self, payload: Any, context: CallContext) -> BulkStatus:
        """Send a bulk request, and return its status."""
        raise NotImplementedError

    def _name_unknown(self, error: DeliveryUnknown, payload: P) -> DeliveryUnknown:
        """Add the key and stream to the error of an email with unknown outcome."""
        return error

    def _check_open(self) -> None:
        """Raise `ConfigurationError` if the transport is closed."""

    @property
    def _kind(self) -> str:
        """The name of the transport in error messages."""
        return type(self).__name__

    # Methods that all transports share.

    def check(self, email: EmailLike, /) -> None:
        """
        Check that this transport can carry an email, without contacting a server.

        Raises:
            InvalidEmail: The transport cannot carry the email; the error names the field.
        """
        self._prepare(self._to_email(email), self._new_batch(single=True))

    def send(self, email: EmailLike, /) -> SendResult:
        """
        Send one email.

        Raises:
            EmailAPIError: The email was not sent, or may have been; see the error's `outcome`.
        """
        preparing_checks = is_ours(self, "check")
        converted = self._to_email(email)
        if not preparing_checks:
            self.check(converted)
        return self._send(converted)

    def _send(self, email: Any, *, check_first: bool = False, payload: P | None = None) -> SendResult:
        context = CallContext.after(self.deadline, None, self._max_attempts)
        batch = self._new_batch(single=True)
        payload = self._prepare(email, batch) if payload is None else payload
        if check_first and (found := self._find_first(email, payload, batch, context)) is not None:
            return found
        if RECORDINGS:
            (item,) = self._deliver_recorded([email], [payload], batch, context)
        else:
            (item,) = self._deliver([payload], batch, context)
        match item:  # not by a call, after which an exception of a signal handler would lose the result
            case SendResult():
                return item
        raise item

    def _deliver_recorded(
        self, emails: Sequence[Any], payloads: Sequence[P], batch: Batch[P], context: CallContext
    ) -> list[BatchItem]:
        """Deliver payloads through the recorders, if there are any. Every email passes here, once."""
        deliver = partial(self._deliver, payloads, batch, context)
        return through_recorders("deliver", self, emails, payloads, deliver)

    def _find_first(self, email: Any, payload: P, batch: Batch[P], context: CallContext) -> SendResult | None:
        look = partial(self._find_sent, payload, batch, context)
        return through_recorders("look_up", self, [email], [payload], look) if RECORDINGS else look()

    def _send_bulk(self, bulk: BulkEmail) -> BulkStatus:
        context = CallContext.after(self.deadline)
        payload = self._prepare_bulk(bulk)
        deliver = partial(self._deliver_bulk, payload, context)
        return through_recorders("send_bulk", self, [bulk], [payload], deliver) if RECORDINGS else deliver()
