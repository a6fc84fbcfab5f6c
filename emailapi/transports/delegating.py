"""Transports that send by another transport."""

from __future__ import annotations

from typing import Any

import attrs

from .._delivery import CallContext
from ..models.bulk import BulkEmail, BulkStatus
from ..models.transport import Transport
from .base import BaseTransport
from .batch import Batch
from .single import P
from .user_transport import as_transport


@attrs.define(kw_only=True)
class DelegatedBatch(Batch[P]):
    """
    A batch that another transport sends.

    Attributes:
        primary: The transport that sends it.
        inner: The batch of `primary`.
        secondary: The transport that sends emails which `primary` could not send, if there is one.
    """

    primary: BaseTransport[Any] = attrs.field(repr=False)
    inner: Batch[Any] = attrs.field(repr=False)
    secondary: BaseTransport[Any] | None = attrs.field(default=None, repr=False)


class Delegating(BaseTransport[P]):
    """
    A transport that sends by another transport.

    A test may replace a method of the other transport at any time. Which methods to call is therefore determined for
    each request, when its batch begins.

    Attributes:
        first: The other transport.
    """

    first: Transport

    def _set_primary(self, first: Transport) -> None:
        self.first = first
        primary = self._primary
        self.deadline, self.at_once, self._batch_bytes = primary.deadline, primary.at_once, primary._batch_bytes
        self._keys_are_unique = primary._keys_are_unique

    @property
    def _primary(self) -> BaseTransport[Any]:
        return as_transport(self.first, "first")

    def _check_open(self) -> None:
        self._primary._check_open()

    def _check_looks_up(self) -> None:
        self._primary._check_looks_up()

    # The batches of these transports are created by `_new_batch`.

    def _new_batch(self, previous: Any = None, *, single: bool = False) -> DelegatedBatch[P]:
        primary = self._primary
        inner = primary._new_batch(previous and previous.inner, single=single)
        return DelegatedBatch(single=single, size=inner.size, primary=primary, inner=inner)

    def _extra_time(self, batch: Any) -> float:
        batch.inner.size = batch.size
        extra: float = batch.primary._extra_time(batch.inner)
        return extra

    def _prepare_bulk(self, bulk: BulkEmail) -> Any:
        return self._primary._prepare_bulk(bulk)

    def _deliver_bulk(self, payload: Any, context: CallContext) -> BulkStatus:
        return self._primary._deliver_bulk(payload, context)
