"""The fault service, for what a way out does when something fails."""

from ..faults.conftest import connect, serve  # noqa: F401 - fixtures
