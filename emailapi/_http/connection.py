"""Connections that say whether a request may have been read."""

from __future__ import annotations

import threading
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

POOL_SIZE = 32


class _Mark(threading.local):
    """Whether the request under way in this thread may have been read: None where our connections do not say."""

    sent: bool | None = None


mark = _Mark()


class _Marking:
    """
    Tells whether a byte of the request was written.

    Types of exceptions lie about that: a reset after the request through a proxy is a `ProxyError`, a bad TLS record
    an `SSLError`. Name, TCP, proxy CONNECT and TLS handshake all happen in `connect`.
    """

    def connect(self) -> None:
        try:
            super().connect()  # type: ignore[misc]
        finally:
            mark.sent = False  # what CONNECT wrote was not the request

    def send(self, data: Any) -> None:
        if self.sock is None and self.auto_open:  # type: ignore[attr-defined]
            self.connect()
        mark.sent = True
        super().send(data)  # type: ignore[misc]


class _Connection(_Marking, HTTPConnection):
    pass


class _TLSConnection(_Marking, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


_POOLS = {"http": _Pool, "https": _TLSPool}


class Adapter(HTTPAdapter):
    """The stock adapter with our connections, one remembered pool, and answers without cookies and history."""

    def __init__(self) -> None:
        self._pool: Any = None
        super().__init__(pool_maxsize=POOL_SIZE, max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        """Return the pool for the one host, proxy and CA bundle that this adapter serves."""
        mark.sent = False
        pool = self._pool  # another thread may close the client meanwhile
        if pool is None:
            pool = self._pool = super().get_connection_with_tls_context(*args, **options)
        return pool

    def build_response(self, request: requests.PreparedRequest, raw: HTTPResponse) -> requests.Response:  # type: ignore[override]
        response = requests.Response()
        response.status_code = raw.status
        response.headers = CaseInsensitiveDict(raw.headers)
        response.raw = raw
        response.request = request
        response.url = request.url or ""
        return response

    def close(self) -> None:
        self._pool = None
        super().close()
