"""The parts of the sandbox that its routes work with."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs

from .access import Hosts
from .clock import Clock
from .effects import Shaping
from .faults import Faults
from .posting.attempts import Webhooks
from .posting.verification import Verifying
from .request_log import RequestLog
from .store import Store


@attrs.frozen(eq=False, repr=False)
class Surroundings:
    """
    Everything that an application works with.

    Attributes:
        store: The database.
        clock: Returns the clock.
        hosts: The host names that it accepts.
        faults: The faults that are armed.
        log: Keeps the requests.
        shaping: Applies the effects of faults.
        verifying: Asks webhooks whether they respond.
        webhooks: The attempts to post to webhooks, and posting it again.
        reset: Deletes everything but what it is told to keep, as `Sandbox.reset`.
        smtp: Address and port of SMTP.
        password: The password of the inbox; empty if it needs none, as on loopback.
    """

    store: Store
    clock: Callable[[], Clock]
    hosts: Hosts
    faults: Faults
    log: RequestLog
    shaping: Shaping
    verifying: Verifying
    webhooks: Webhooks
    reset: Callable[[Iterable[str]], None]
    smtp: tuple[str, int] = ("", 0)
    password: str = attrs.field(default="", repr=False)
