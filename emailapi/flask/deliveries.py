"""The deliveries of applications, in `app.extensions["emailapi"]`, and the search for the current one."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask

from .current import EXTENSION, active_app
from .delivery import Delivery


class Deliveries(dict[str | None, Delivery]):
    """The deliveries of one application, by the name of their `Mail`; the key is None if it has no name."""

    def close(self) -> None:
        """Close all connections; the next email opens new ones."""
        for delivery in self.values():
            delivery.close()


def deliveries_of(app: Flask) -> Deliveries:
    """Return the deliveries of an application; empty before `init_app`."""
    found = app.extensions.get(EXTENSION)
    return found if isinstance(found, Deliveries) else Deliveries()


def find_delivery(name: str | None, bound: Flask | None, known: Iterable[Flask]) -> Delivery:
    """
    Return the delivery of the current application.

    The current application is the one with an active context; otherwise the application that was given to `Mail`;
    otherwise the only application that the `Mail` was initialized for.

    Raises:
        RuntimeError: The `Mail` was not initialized for the application, or several applications are possible.
    """
    app = active_app()
    if app is not None and name in deliveries_of(app):
        return deliveries_of(app)[name]
    apps = [bound] if bound is not None else list(known) if app is None else []
    found = [deliveries_of(one)[name] for one in apps if name in deliveries_of(one)]
    if len(found) == 1:
        return found[0]
    if found:
        raise RuntimeError("several applications use this Mail: send within `with app.app_context():`")
    what = "The current application was not" if app is not None else "No application was"
    raise RuntimeError(f"{what} configured with this Mail: call mail.init_app(app)")
