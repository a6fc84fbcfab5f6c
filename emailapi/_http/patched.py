"""
Detect tools that replace parts of `requests` or `urllib3`.

Tools that replay, record or trace HTTP replace functions and classes of these libraries. The fast path of `session.py`
calls few of them, so an email would really be sent from a test that replays responses. Therefore each request checks
first that the libraries are unchanged; if not, it goes through a `requests.Session`, where the tool sees it.

An object is stock because of the module that defines it, not because it was there at import: emailapi may be imported
while a tool is active.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter
from types import FunctionType

import requests
from requests.adapters import HTTPAdapter
from requests.sessions import Session
from urllib3 import connection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import connection as connecting

_POOLS = "urllib3.connectionpool"
# Module and path of each object, then the module and qualified name of its stock definition.
_SESSION = (
    ("requests", "Session", "requests.sessions", "Session"),
    *(
        ("requests.sessions", f"Session.{name}", "requests.sessions", f"Session.{name}")
        for name in ("get", "post", "put", "patch", "delete", "request", "prepare_request", "get_adapter", "send")
    ),
    ("requests.adapters", "HTTPAdapter.send", "requests.adapters", "HTTPAdapter.send"),
    (_POOLS, "HTTPConnectionPool.urlopen", _POOLS, "HTTPConnectionPool.urlopen"),
    (_POOLS, "HTTPSConnectionPool.urlopen", _POOLS, "HTTPConnectionPool.urlopen"),
)
_CONNECTION = (
    (_POOLS, "HTTPConnectionPool.ConnectionCls", "urllib3.connection", "HTTPConnection"),
    (_POOLS, "HTTPSConnectionPool.ConnectionCls", "urllib3.connection", "HTTPSConnection"),
    ("urllib3.connection", "HTTPConnection.send", "http.client", "HTTPConnection.send"),
    ("urllib3.util.connection", "create_connection", "urllib3.util.connection", "create_connection"),
    ("socket", "socket", "socket", "socket"),
    ("socket", "socket.connect", "_socket", "socket.connect"),
)
# gevent and eventlet replace sockets for the life of the process, and the fast path works with theirs.
_SOCKET_MODULES = {"socket", "_socket", "gevent", "eventlet"}

# The objects of both tables as they were when last found to be stock.
_stock: tuple[object, ...] = (None,) * (len(_SESSION) + len(_CONNECTION))


def is_stock() -> bool:
    """Check that no tool has replaced anything that the fast path leaves out."""
    stock = _stock
    return (
        requests.Session is stock[0]
        and Session.get is stock[1]
        and Session.post is stock[2]
        and Session.put is stock[3]
        and Session.patch is stock[4]
        and Session.delete is stock[5]
        and Session.request is stock[6]
        and Session.prepare_request is stock[7]
        and Session.get_adapter is stock[8]
        and Session.send is stock[9]
        and HTTPAdapter.send is stock[10]
        and HTTPConnectionPool.urlopen is stock[11]
        and HTTPSConnectionPool.urlopen is stock[12]
        and HTTPConnectionPool.ConnectionCls is stock[13]
        and HTTPSConnectionPool.ConnectionCls is stock[14]
        and connection.HTTPConnection.send is stock[15]
        and connecting.create_connection is stock[16]
        and socket.socket is stock[17]
        and socket.socket.connect is stock[18]
    ) or _remember_stock()


def _remember_stock() -> bool:
    global _stock  # noqa: PLW0603 - spares later requests the search
    found = _find_stock(_SESSION + _CONNECTION)
    if found is not None:
        _stock = found
    return found is not None


def connections_are_stock() -> bool:
    """Check that no tool has replaced connections or sockets."""
    return _find_stock(_CONNECTION) is not None


def _find_stock(table: tuple[tuple[str, str, str, str], ...]) -> tuple[object, ...] | None:
    """Return the objects of a table, or None when one of them is not stock."""
    found: list[object] = []
    for module, path, defined_in, name in table:
        try:
            found.append(attrgetter(path)(sys.modules[module]))
        except AttributeError:  # the class was replaced by something else
            return None
        if not _is_stock(found[-1], defined_in, name):
            return None
    return tuple(found)


def _is_stock(found: object, module: str, name: str) -> bool:
    if module in _SOCKET_MODULES:
        owner = getattr(found, "__objclass__", found)  # methods written in C name only their class
        return str(getattr(owner, "__module__", "")).partition(".")[0] in _SOCKET_MODULES
    if isinstance(found, type):
        return type(found) is type and (found.__module__, found.__qualname__) == (module, name)
    # `functools.wraps` copies module and names, but not the code and its globals, and it sets an attribute.
    return (
        type(found) is FunctionType
        and found.__globals__ is vars(sys.modules[module])
        and found.__code__.co_qualname == name
        and not vars(found)
    )


@contextmanager
def open_session(adapter: HTTPAdapter | None) -> Iterator[requests.Session]:
    """
    Open a `requests.Session` for one request.

    No session is used twice: tools leave their replacements in the sessions they have seen, and a pooled connection
    may have been opened before a tool started, or by a tool that has ended.

    Args:
        adapter: The client's adapter, where connections are stock. With None the session has stock adapters.
    """
    session = requests.Session()
    # Proxies and CA bundles are resolved already, and a login in ~/.netrc must not replace the token.
    session.trust_env = False
    session.headers.clear()
    if not _is_stock(type(session), "requests.sessions", "Session"):
        # A session that caches responses (requests-cache) would not find an email that was accepted meanwhile.
        session.headers["Cache-Control"] = "no-store"
    # With `allow_redirects=False` requests still prepares the next request, and fails when the location is not valid.
    session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
    if adapter is not None:
        session.mount("https://", adapter)
        session.mount("http://", adapter)
    try:
        yield session
    finally:
        if adapter is None:
            session.close()
