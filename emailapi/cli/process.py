"""Commands as processes: output that may have no reader, and the signals and pipes that end a command."""

from __future__ import annotations

import os
import select
import signal
import socket
import stat
import sys
import threading
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import Self


def say(text: str, end: str = "\n") -> bool:
    """
    Print a line, or a part of one, at once.

    If the reader of a pipe is gone, such as `head` after its last line, the text is dropped and the command goes on.

    Returns:
        Whether the text was written; a command that only shows something ends when it was not.

    Raises:
        OutputFailed: Standard output cannot be written.
    """
    try:
        try:
            print(text, end=end, flush=True)
        except UnicodeEncodeError:  # a terminal that does not have these characters
            encoding = sys.stdout.encoding
            print(text.encode(encoding, "replace").decode(encoding), end=end, flush=True)
    except OSError as error:
        _drop_output(error)
        return False
    return True


def flush() -> None:
    """Flush text that was printed otherwise, with the same errors."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        _drop_output(error)


def _drop_output(error: OSError) -> None:
    # Unwritten text is still buffered: the interpreter would try to write it at exit, and print an error.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    if not isinstance(error, BrokenPipeError):
        from .failures import OutputFailed

        raise OutputFailed(f"cannot write to standard output: {error.strerror}") from None


def _end(number: int, _: FrameType | None) -> None:
    """Let the waiting command see the signal; the same signal ends the process at once when it comes again."""
    signal.signal(number, signal.SIG_DFL)


class Interrupted(KeyboardInterrupt):
    """
    A signal ends the command.

    Attributes:
        number: The number of the signal.
    """

    def __init__(self, number: int) -> None:
        """Store the number."""
        super().__init__()
        self.number = number


class Interruptions:
    """
    SIGINT (Ctrl-C), SIGTERM and SIGHUP for a command that finishes what it has begun.

    The first signal is noted, and raised as `Interrupted` only while `raising` is set: between two steps that belong
    together nothing is raised. The same signal ends the process at once when it comes again. Signals that were ignored
    at the start, as under `nohup`, stay ignored. In another thread than the main one, no handlers are installed.

    Attributes:
        raising: Whether a signal raises an exception.
        number: The first signal that came.
    """

    raising = False
    number: int | None = None

    def __enter__(self) -> Self:
        """Install the handlers."""
        self._before: dict[int, Any] = {}
        if threading.current_thread() is threading.main_thread():
            known = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
            heeded = [number for number in known if signal.getsignal(number) != signal.SIG_IGN]
            self._before = {number: signal.signal(number, self._note) for number in heeded}
        return self

    def __exit__(
        self, error_class: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Restore the process's own handlers."""
        self.raising = False
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        _end(number, frame)
        self.number = self.number or number
        if self.raising:
            self.raising = False
            raise Interrupted(number)

    def check(self) -> None:
        """
        Raise the signal that came, if one did.

        Raises:
            Interrupted: A signal has come.
        """
        if self.number is not None:
            raise Interrupted(self.number)


class Ending:
    """
    The end of a command that runs until it is told to stop.

    SIGTERM ends the command. SIGINT (Ctrl-C) and SIGHUP (the terminal is closed) do so unless they were ignored at the
    start, as under `nohup`. If standard input is a pipe or a socket, the command also ends when the process at the
    other end closes it or dies, unless it is closed at the start, as under cron. Nothing is read.

    Use: `with Ending() as ending:`, in the main thread, and `ending.wait()` inside.
    """

    def __enter__(self) -> Self:
        """Install handlers of the signals."""
        self._parent = _parents_pipe()
        # Not an Event: its lock is held for a moment while waiting, when a handler may need it.
        self._woken, self._waking = socket.socketpair()
        for end in (self._woken, self._waking):
            end.setblocking(False)
        self._wakeup = signal.set_wakeup_fd(self._waking.fileno())
        optional = [getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)]
        heeded = [signal.SIGTERM, *(number for number in optional if signal.getsignal(number) != signal.SIG_IGN)]
        self._before: dict[int, Any] = {number: signal.signal(number, _end) for number in heeded}
        return self

    def __exit__(
        self, error_class: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Restore the process's own handlers."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup)
        self._woken.close()
        self._waking.close()

    def wait(self) -> int:
        """Wait, and return the exit code: 128 plus the number of the signal; 0 for SIGTERM and a closed pipe."""
        number = self._signal()
        return 0 if number in {None, signal.SIGTERM} else 128 + int(number or 0)

    def _signal(self) -> int | None:
        if self._parent is None:
            select.select([self._woken], [], [])
        else:
            either = select.poll()
            either.register(self._woken, select.POLLIN)
            either.register(self._parent, 0)
            either.poll()
        try:
            return self._woken.recv(1)[0]
        except BlockingIOError:
            return None


def _parents_pipe() -> int | None:
    """Return the descriptor of standard input, if it is a pipe or a socket whose other end is open."""
    if sys.__stdin__ is None or not hasattr(select, "poll"):
        return None
    try:
        descriptor = sys.__stdin__.fileno()
        kind = os.fstat(descriptor).st_mode
    except (OSError, ValueError):
        return None
    if not (stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind)):
        return None
    now = select.poll()
    now.register(descriptor, 0)
    return None if now.poll(0) else descriptor
