"""Connections through a SOCKS proxy. Imported only when the environment names one: PySocks is optional."""

from __future__ import annotations

import math
import socket
from collections.abc import Iterator
from typing import Any, ClassVar

import socks  # type: ignore[import-untyped]
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, exceptions as urllib3_errors
from urllib3.contrib.socks import SOCKSConnection, SOCKSHTTPSConnection

from .._net import monotonic
from .._signals import raised_by_signal
from .connection import ProxyLoginRequired, Watched
from .pool import Adapter, Serving

DEFAULT_PORT = 1080


class _Socket(socks.socksocket):  # type: ignore[misc]
    """A socket that negotiates with the proxy before the deadline, even when the proxy sends single bytes slowly."""

    until = math.inf

    def recv_into(self, *args: Any, **options: Any) -> int:
        if self.until < math.inf:
            left = self.until - monotonic()
            if left <= 0:
                raise TimeoutError("the time to connect has passed")
            self.settimeout(left)
        count: int = super().recv_into(*args, **options)
        return count


class _ThroughSocks(Watched):
    """Connects through a SOCKS proxy, with one timeout for all addresses of the proxy and the host."""

    _socks_options: Any

    def _new_conn(self) -> Any:
        seconds = min(math.inf if self.timeout is None else self.timeout, self.exchange.left())
        until = monotonic() + seconds
        failure: OSError = TimeoutError("the deadline has passed")
        try:
            for target in self._targets():
                for family, address in self._proxies():
                    try:
                        return self._negotiated(family, address, target, until)
                    except (OSError, UnicodeError) as error:
                        failure = error if isinstance(error, OSError) else OSError(0, "the host name is not valid")
                        if raised := raised_by_signal(error):
                            raise raised from None
        except socket.gaierror as error:
            failure = error
        while getattr(failure, "socket_err", None):  # PySocks wraps even its own errors
            failure = failure.socket_err  # type: ignore[attr-defined]
        late = f"no reply within {seconds:.3g} s" if isinstance(failure, TimeoutError) else ""
        words = late or failure.strerror or str(failure)
        kind = ProxyLoginRequired if isinstance(failure, socks.SOCKS5AuthError) else OSError
        # The same error with each version of urllib3, which convert those of PySocks differently.
        raise urllib3_errors.ProxyError(words, kind(0, words))

    def _targets(self) -> Iterator[str]:
        """Yield the host name, or its addresses if the scheme of the proxy means to resolve it locally."""
        name = self._dns_host.strip("[]")
        if self._socks_options["rdns"]:
            yield name
            return
        only_ipv4 = self._socks_options["socks_version"] == socks.SOCKS4
        try:
            found = socket.getaddrinfo(
                name,
                self.port,  # type: ignore[attr-defined]
                socket.AF_INET if only_ipv4 else socket.AF_UNSPEC,
                socket.SOCK_STREAM,
            )
        except (socket.gaierror, UnicodeError) as error:
            raise urllib3_errors.NameResolutionError(name, self, error) from error  # type: ignore[arg-type]
        for info in found:
            yield str(info[4][0])

    def _proxies(self) -> Iterator[tuple[int, str]]:
        host, port = self._socks_options["proxy_host"].strip("[]"), self._socks_options["proxy_port"]
        for info in socket.getaddrinfo(host, port or DEFAULT_PORT, 0, socket.SOCK_STREAM):
            yield info[0], str(info[4][0])

    def _negotiated(self, family: int, address: str, target: str, until: float) -> socket.socket:
        given = self._socks_options
        sock = _Socket(family, socket.SOCK_STREAM)
        try:
            for option in self.socket_options or ():  # type: ignore[attr-defined]
                sock.setsockopt(*option)
            sock.until = until
            sock.settimeout(max(until - monotonic(), 0.001))
            sock.set_proxy(
                given["socks_version"],
                address,
                given["proxy_port"] or DEFAULT_PORT,
                given["rdns"],
                given["username"],
                given["password"],
            )
            sock.connect((target, self.port))  # type: ignore[attr-defined]
        except BaseException:
            sock.close()
            raise
        sock.until = math.inf
        sock.settimeout(max(until - monotonic(), 0.001))  # for the TLS handshake
        return sock


class _Connection(_ThroughSocks, SOCKSConnection):  # type: ignore[misc]
    pass


class _TLSConnection(_ThroughSocks, SOCKSHTTPSConnection):  # type: ignore[misc]
    pass


class _Pool(Serving, HTTPConnectionPool):  # type: ignore[misc]
    ConnectionCls = _Connection


class _TLSPool(Serving, HTTPSConnectionPool):  # type: ignore[misc]
    ConnectionCls = _TLSConnection


class SocksAdapter(Adapter):
    """The client's adapter, with connections through a SOCKS proxy."""

    proxy_pools: ClassVar[dict[str, type[HTTPConnectionPool]]] = {"http": _Pool, "https": _TLSPool}
