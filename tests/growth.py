"""Whether a computation takes time in proportion to the size of its input."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

# How often a growth is measured before it counts: a machine may stand still in one measurement, but not in each.
ROUNDS = 5
# Less is not measured well: below it only the machine would be compared.
FLOOR = 0.002


def assert_linear(run: Callable[[int], object], size: int, *, times: int = 16) -> None:
    """
    Run a computation with a size and with a multiple of it, and compare the CPU's time.

    In proportion it is `times` as much, by squares the square of that; four times the proportion is allowed.

    Args:
        run: The computation, given the size of its input.
        size: The smaller size.
        times: How many times the larger one is as large.
    """
    measured = []
    for _ in range(ROUNDS):
        small, large = _seconds(run, size), _seconds(run, size * times)
        measured.append((small, large))
        if large < 4 * times * max(small, FLOOR):
            return
    raise AssertionError(f"seconds for {size} and for {size * times}: {measured}")


def _seconds(run: Callable[[int], object], size: int) -> float:
    """Return the time of this thread in one run; the garbage of the other tests is not collected in it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        started = time.thread_time()
        run(size)
        return time.thread_time() - started
    finally:
        if was_enabled:
            gc.enable()
