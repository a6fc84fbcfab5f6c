"""
The sandbox: the service's API on this machine, on SQLite.

    from emailapi.sandbox import Sandbox

    with Sandbox() as sandbox:
        print(sandbox.url, sandbox.token)

`Sandbox` runs the API. `edge` and `app` receive a request, whose route `url_maps` finds in `routes/`; `inbox_app` has
the web inbox. The modules `*_rules` have tables of the fields of bodies, which `fields` reads. `rules` checks emails,
and `intake` accepts them. `outcomes` has the events of a recipient; an address, a test (`simulation`) or a reader
(`tracking_pages`) causes them. `tables/` has the statements for the tables of `schema.sql`. `posting/` tells webhooks.
`watching` is for tests: `query` reads a search, and `finding` carries it out. `smtp/` has the SMTP server; `spool`
keeps the messages that it has acknowledged, `processing` parses them, and `receiving` makes inbound messages.
`scheduler` performs what is due by the `clock`. Modules that only some tests need are imported where they are used.
"""

from .captured import CapturedEmail
from .clock import Clock
from .faults import Fault, Faults
from .posting.attempts import WebhookAttempt, Webhooks
from .request_log import RecordedRequest
from .sandbox import Sandbox
from .simulation import Events
from .watching import Mark

__all__ = [
    "CapturedEmail",
    "Clock",
    "Events",
    "Fault",
    "Faults",
    "Mark",
    "RecordedRequest",
    "Sandbox",
    "WebhookAttempt",
    "Webhooks",
]
