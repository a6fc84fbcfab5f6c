"""The fault service, for what a transport does when something fails."""

from ..faults.conftest import connect, serve  # noqa: F401 - fixtures
