"""
The other side: the service's API in this process, on SQLite.

    from emailapi.sandbox import Sandbox

    with Sandbox() as sandbox:
        print(sandbox.url, sandbox.token)

`Sandbox` runs it. A request comes in by `app`, which finds its route in `routes/`; mails are checked by `rules` and
taken by `intake`; `tables/` keeps what `schema.sql` describes.
"""

from .sandbox import Sandbox

__all__ = ["Sandbox"]
