"""
Sending emails from the jobs of a queue, on any engine: payloads of JSON, and a job that neither loses nor repeats.

    from emailapi.queues import RetryLater, deliver, to_payload

    payload = to_payload(email, key=f"receipt-{order.id}")      # in the application; the engine carries it
    report = deliver(client, payload, attempt=attempt)          # in the worker; RetryLater says when to try again

Names are loaded at their first use, and no engine is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import accessors, homes_of

if TYPE_CHECKING:
    from .delivering import compute_lookup_delay, deliver
    from .payloads import FileReference, to_payload, to_payloads
    from .report import DeliveryReport, EmailFailure, RetryLater

__all__ = [
    "DeliveryReport",
    "EmailFailure",
    "FileReference",
    "RetryLater",
    "compute_lookup_delay",
    "deliver",
    "to_payload",
    "to_payloads",
]

_HOMES = homes_of(
    {
        ".delivering": "compute_lookup_delay deliver",
        ".payloads": "FileReference to_payload to_payloads",
        ".report": "DeliveryReport EmailFailure RetryLater",
    }
)


# Hidden from type checkers, which would take any misspelt name for one that is here.
if not TYPE_CHECKING:
    __getattr__, __dir__ = accessors(__name__, _HOMES)
