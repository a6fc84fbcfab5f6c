"""The application that is active, and its settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from flask import Flask, current_app, has_app_context

from .settings import Settings

# The key of `app.extensions` for the deliveries of an application.
EXTENSION = "emailapi"


class HasSettings(Protocol):
    """The value in `app.extensions["emailapi"]` for one name, as far as this module needs it."""

    state: Settings


def active_app() -> Flask | None:
    """Return the application whose context is active in this thread, if any."""
    app: Flask | None = current_app._get_current_object() if has_app_context() else None  # type: ignore[attr-defined]
    return app


def current_settings(name: str | None = None) -> Settings | None:
    """Return the settings of the active application, if it has any."""
    app = active_app()
    kept: Mapping[str | None, HasSettings] = app.extensions.get(EXTENSION, {}) if app is not None else {}
    return kept[name].state if name in kept else None
