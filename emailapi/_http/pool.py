"""The pool of a client's idle connections, and the adapter of `requests` that uses it."""

from __future__ import annotations

import queue
from collections import deque
from typing import Any, ClassVar

import requests
from requests.adapters import DEFAULT_CA_BUNDLE_PATH, HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool

from .._net import clocks
from .connection import Connection, TLSConnection, current_exchange
from .trust import trust_once


class _Idle:
    """
    The idle connections: as many as were ever in use at once, less those that were closed because they idled too long.

    Without a lock: each step is atomic for threads, so that neither a signal handler nor a greenlet that sends
    meanwhile can deadlock with the code that it interrupts.
    """

    def __init__(self, _maxsize: int) -> None:
        self._connections: deque[Any] = deque()

    def get(self, **_: object) -> Any:
        """
        Take the connection that was used last.

        Raises:
            queue.Empty: There is none.
        """
        try:
            return self._connections.pop()
        except IndexError:
            raise queue.Empty from None

    def put(self, item: Any, **_: object) -> None:
        """Keep a connection; close the one that has idled longest if the server may have closed it by now."""
        if item is None:  # urllib3's placeholder
            return
        self._connections.append(item)
        if len(self._connections) > 1:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        try:
            oldest = self._connections.popleft()
        except IndexError:  # another thread took it
            return
        if oldest.was_idle_for_long(clocks()):
            oldest.close()
        else:
            self._connections.appendleft(oldest)

    def qsize(self) -> int:
        """Return the number of idle connections."""
        return len(self._connections)


class Serving:
    """Tells each connection its exchange."""

    QueueCls = _Idle

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection = super()._get_conn(timeout)  # type: ignore[misc]
        connection.exchange = current_exchange()
        return connection


class _Pool(Serving, HTTPConnectionPool):  # type: ignore[misc]
    ConnectionCls = Connection


class _TLSPool(Serving, HTTPSConnectionPool):  # type: ignore[misc]
    ConnectionCls = TLSConnection


_POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _Pool, "https": _TLSPool}


class Adapter(HTTPAdapter):
    """The stock adapter with our connections, one remembered pool, and responses without cookies and history."""

    proxy_pools: ClassVar[dict[str, type[HTTPConnectionPool]]] = _POOLS

    def __init__(self) -> None:
        self._pool: Any = None
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = self.proxy_pools
        return manager

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        """Return the pool for the one host, proxy and CA bundle that this adapter serves."""
        exchange = current_exchange()
        exchange.sent = bool(exchange.sent)  # a wrapper of `requests` may be repeating the request
        pool = self._pool  # another thread may close the client meanwhile
        if pool is None:
            pool = self._pool = super().get_connection_with_tls_context(*args, **options)
        return pool

    def build_connection_pool_key_attributes(self, *args: Any, **options: Any) -> Any:
        host, found = super().build_connection_pool_key_attributes(*args, **options)
        pool: dict[str, Any] = {**found}
        if host.get("scheme") == "https" and pool.get("cert_reqs") == "CERT_REQUIRED":
            if not pool.keys() & {"ca_certs", "ca_cert_dir"}:
                pool["ca_certs"] = DEFAULT_CA_BUNDLE_PATH
            trust_once(pool)
        return host, pool

    def cert_verify(self, conn: Any, *args: Any, **options: Any) -> None:
        if "ssl_context" not in conn.conn_kw:
            super().cert_verify(conn, *args, **options)  # type: ignore[no-untyped-call]

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        """Return the request target, without another search for a proxy if there is none."""
        return super().request_url(request, proxies) if proxies else request.path_url

    def build_response(self, request: requests.PreparedRequest, raw: HTTPResponse) -> requests.Response:  # type: ignore[override]
        """Return a response with the attributes that tests with `responses` expect, and no others."""
        response = requests.Response()
        response.status_code = raw.status
        response.headers = raw.headers  # type: ignore[assignment]  # also compares names in any case
        response.raw = raw
        response.request = request
        response.url = request.url or ""
        return response

    def close(self) -> None:
        self._pool = None
        super().close()
