"""The password of the inbox, where the sandbox is reached from other machines."""

from __future__ import annotations

import hmac
import threading
import time
from collections import deque

from flask import Response, request

from ..rejection import Rejection
from .frontend import html_response

_TRIES, _WITHIN = 5, 60.0
_monotonic = time.monotonic


class Entry:
    """
    Lets a browser in that has given the password.

    The cookie has the port in its name: browsers send cookies to all ports of a host.
    """

    def __init__(self, password: str) -> None:
        """Ask for a password; for none if it is empty."""
        self._password = password
        self._tries: deque[float] = deque()
        self._lock = threading.Lock()

    @property
    def _cookie(self) -> str:
        return f"inbox_session_{request.host.rpartition(':')[2] if ':' in request.host else 80}"

    @property
    def _proof(self) -> str:
        return hmac.new(self._password.encode(), b"session", "sha256").hexdigest()

    def admitted(self) -> bool:
        """Return whether the request may see pages."""
        given = request.cookies.get(self._cookie, "")
        return not self._password or hmac.compare_digest(given.encode(), self._proof.encode())

    def ask(self, status: int = 401, said: str = "") -> Response:
        """Return the form for the password."""
        return html_response("password.html", {"said": said, "failed": bool(said)}, status)

    def log_in(self) -> Response:
        """
        Let the browser in, or ask again.

        Raises:
            Rejection: 429: there were too many tries in the last minute.
        """
        with self._lock:
            now = _monotonic()
            while self._tries and now - self._tries[0] > _WITHIN:
                self._tries.popleft()
            if len(self._tries) >= _TRIES:
                raise Rejection(403, f"More than {_TRIES} tries in a minute: wait a minute.", status=429)
            self._tries.append(now)
        given = request.form.get("password", "")[:200]
        if not hmac.compare_digest(given.strip().encode(), self._password.encode()):
            return self.ask(401, "This is not the password. `emailapi sandbox` prints it when it starts.")
        response = Response(status=303, headers={"Location": "/inbox"})
        response.set_cookie(self._cookie, self._proof, httponly=True, samesite="Strict", path="/inbox")
        return response
