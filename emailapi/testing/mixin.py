"""An outbox for each test of a `unittest.TestCase`."""

from __future__ import annotations

import unittest
from typing import TYPE_CHECKING, Any

from .mocking import MockEmail
from .outbox import Outbox

if TYPE_CHECKING:
    from unittest import TestCase as _Base
else:
    _Base = object


class EmailAPITestMixin(_Base):
    """
    Gives each test of a `unittest.TestCase` an outbox, `self.outbox`: nothing leaves the process.

    It stands before the class of tests, as in `class WelcomeTest(EmailAPITestMixin, TestCase)`. Emails of `setUp` are
    in the outbox, too.

    Attributes:
        outbox: The emails that the test sent.
    """

    outbox: Outbox

    def __init_subclass__(cls, **options: Any) -> None:
        """
        Check the order of the base classes.

        Raises:
            TypeError: The class of tests stands before the mixin, which then does nothing.
        """
        super().__init_subclass__(**options)
        order = cls.__mro__
        if unittest.TestCase in order and order.index(unittest.TestCase) < order.index(EmailAPITestMixin):
            raise TypeError(f"{cls.__name__}: EmailAPITestMixin must stand before TestCase among the base classes")

    def run(self, result: Any = None) -> Any:
        """Run one test with an outbox of its own."""
        with MockEmail() as self.outbox:
            return super().run(result)
