"""
The other side: the service's API in this process, on SQLite.

    from emailapi.sandbox import Sandbox

    with Sandbox() as sandbox:
        print(sandbox.url, sandbox.token)

`Sandbox` runs it. A request comes in by `edge` and `app`, which finds its route in `routes/`; mails are checked by
`rules` and taken by `intake`; `outcomes` stores what happens to them, whether an address, a test (`simulation`) or a
reader (`tracking_pages`) causes it; `tables/` keeps what `schema.sql` describes. `watching` is what tests ask of it:
`query` reads a search, `finding` carries it out. `scheduler` performs what is due by the `clock`.
"""

from .captured import CapturedEmail
from .clock import Clock
from .faults import Fault, Faults
from .request_log import RecordedRequest
from .sandbox import Sandbox
from .simulation import Events
from .watching import Mark

__all__ = ["CapturedEmail", "Clock", "Events", "Fault", "Faults", "Mark", "RecordedRequest", "Sandbox"]
