"""
Signals to the main thread, sent by a server of a test as soon as a request is there.

A signal that comes after Python last looked for one and before the thread waits in the system does not end that wait:
its handler runs when the wait is over. So another signal, which does nothing, follows until the wait must have ended.
"""

from __future__ import annotations

import gc
import signal
import threading
import time

NUDGE = signal.SIGURG  # ignored by a process that has no handler for it
NUDGES = 50
PAUSE = 0.1


def accept_nudges() -> None:
    """Let a nudge end a wait in the system; only the main thread may call this."""
    signal.signal(NUDGE, lambda number, frame: None)


def interrupt(number: int = signal.SIGALRM) -> None:
    """
    Send a signal to the main thread, and see to it that the handler runs now.

    Until the end of the test no garbage is collected: what a handler raises while an object is finalized goes nowhere.
    """
    gc.disable()
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, number)

    def nudge() -> None:
        for _ in range(NUDGES):
            time.sleep(PAUSE)
            signal.pthread_kill(main, NUDGE)

    threading.Thread(target=nudge, name="nudges", daemon=True).start()
