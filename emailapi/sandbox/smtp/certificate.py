"""The certificate of the SMTP listener, made when a client first asks for TLS."""

from __future__ import annotations

import ssl
import threading
from functools import cached_property
from typing import Any

from ..forks import imports


class Certificate:
    """
    A certificate for the names of this machine, signed by an authority of its own.

    The key exists in memory only, for as long as the sandbox runs. Loading the library takes longer than starting a
    sandbox, so that it is done when the certificate is first used.
    """

    def __init__(self, *names: str) -> None:
        """Certify loopback, and these names and addresses."""
        self._names = dict.fromkeys(("localhost", "127.0.0.1", "::1", *names))
        self._making = threading.Lock()

    @cached_property
    def _authority(self) -> Any:
        with imports:
            import trustme

        return trustme.CA(organization_name="emailapi sandbox")

    @property
    def authority(self) -> str:
        """The certificate of the authority in PEM, for clients that verify."""
        with self._making:
            pem: bytes = self._authority.cert_pem.bytes()
            return pem.decode("ascii")

    @cached_property
    def context(self) -> ssl.SSLContext:
        """The context of the server's side."""
        with self._making:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._authority.issue_cert(*self._names).configure_cert(context)
            return context
