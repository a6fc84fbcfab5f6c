"""The checks of an email: rules that read the email and fetch nothing."""

from .base import Examined, File, Finding, Place
from .every_rule import RULES, Checked, check

__all__ = ["RULES", "Checked", "Examined", "File", "Finding", "Place", "check"]
