"""The web inbox: pages that show what the sandbox has accepted, and that let things happen to it."""

from .views import RULES, Inbox

__all__ = ["RULES", "Inbox"]
