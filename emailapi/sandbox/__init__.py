"""
The sandbox: the service's API on this machine, on SQLite.

    from emailapi.sandbox import Sandbox

    with Sandbox() as sandbox:
        print(sandbox.url, sandbox.token)

`Sandbox` runs the API. `app` receives a request and finds its route in `routes/`. The modules `*_rules` have tables of
the fields of bodies, which `fields` reads. `rules` checks emails, `intake` accepts them, and `tables/` stores the data.
"""

from .sandbox import Sandbox

__all__ = ["Sandbox"]
