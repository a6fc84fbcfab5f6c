"""A mixin that gives each test of a `unittest.TestCase` an outbox."""

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
    Gives each test of a `unittest.TestCase` an outbox, `self.outbox`. Nothing is sent.

    Put it before the test case class, as in `class WelcomeTest(EmailAPITestMixin, TestCase)`. The outbox includes
    emails of `setUp`.

    Attributes:
        outbox: The emails that the test sent.
    """

    outbox: Outbox

    def __init_subclass__(cls, **options: Any) -> None:
        """
        Check the order of the base classes.

        Raises:
            TypeError: The test case class is before the mixin, which would have no effect.
        """
        super().__init_subclass__(**options)
        order = cls.__mro__
        if unittest.TestCase in order and order.index(unittest.TestCase) < order.index(EmailAPITestMixin):
            raise TypeError(f"{cls.__name__}: EmailAPITestMixin must stand before TestCase among the base classes")

    def run(self, result: Any = None) -> Any:
        """Run one test with an outbox of its own; `result` is unittest's."""
        with MockEmail() as self.outbox:
            return super().run(result)
