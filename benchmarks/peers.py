"""
Other libraries that send an email, each used as its documentation shows.

A peer that is not installed is left out and named: `pip install -e '.[bench]'` installs them all.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import json
from collections.abc import Callable
from itertools import count

import requests
import urllib3

from emailapi import Client, Email

from .mails import fields, payload
from .measure import Case

HEADERS = {"Accept": "application/json", "X-Postmark-Server-Token": "token"}
JSON_HEADERS = {**HEADERS, "Content-Type": "application/json"}
ACCEPTED = "0a129aee-e1cd-480d-b08d-4f48548ff48d"
OURS = "emailapi"
SESSION = "requests.Session.post"
VENDOR = "postmark-python"
POSTMARKER = "postmarker"
RESEND = "resend"
BOTO3 = "boto3"
# The module that each is imported from; the others come with the package.
MODULES = {VENDOR: "postmark", POSTMARKER: "postmarker", RESEND: "resend", BOTO3: "boto3"}

Send = Callable[[int], object]
Make = Callable[[str, contextlib.ExitStack], Send]


def is_installed(name: str) -> bool:
    """Whether a peer is installed."""
    return name not in MODULES or importlib.util.find_spec(MODULES[name]) is not None


def missing(names: list[str]) -> list[str]:
    """Return those of the peers that are not installed."""
    return [name for name in names if not is_installed(name)]


def by_http_client(url: str, closing: contextlib.ExitStack) -> Send:
    """Send by the standard library."""
    host = url.partition("//")[2]
    connection = closing.enter_context(contextlib.closing(http.client.HTTPConnection(host)))

    def send(number: int) -> object:
        connection.request("POST", "/email", json.dumps(payload(number)).encode(), JSON_HEADERS)
        return json.loads(connection.getresponse().read())["MessageID"]

    return send


def by_urllib3(url: str, closing: contextlib.ExitStack) -> Send:
    """Send by a pool."""
    pool = closing.enter_context(urllib3.PoolManager())

    def send(number: int) -> object:
        body = json.dumps(payload(number)).encode()
        response = pool.request("POST", f"{url}/email", body=body, headers=JSON_HEADERS)
        return json.loads(response.data)["MessageID"]

    return send


def by_session(url: str, closing: contextlib.ExitStack) -> Send:
    """Send by a session, as most scripts do."""
    session = closing.enter_context(requests.Session())
    session.headers.update(HEADERS)

    def send(number: int) -> object:
        response = session.post(f"{url}/email", json=payload(number), timeout=(10, 10))
        return response.json()["MessageID"]

    return send


def by_postmarker(url: str, closing: contextlib.ExitStack) -> Send:
    """Send by postmarker."""
    from postmarker.core import PostmarkClient

    client = PostmarkClient(server_token="token", root_api_url=f"{url}/", timeout=10)
    closing.callback(client.session.close)
    return lambda number: client.emails.send(**payload(number))["MessageID"]


def by_resend(url: str, _closing: contextlib.ExitStack) -> Send:
    """Send by resend, whose service has other names for the same fields."""
    import resend

    resend.api_key, resend.api_url = "token", url

    def send(number: int) -> object:
        given = fields(number)
        email = {
            "from": given["sender"],
            "to": given["to"],
            "subject": given["subject"],
            "text": given["text_body"],
            "html": given["html_body"],
            "tags": [{"name": "order", "value": str(number)}],
        }
        return resend.Emails.send(email)["id"]

    return send


def by_vendor(url: str, closing: contextlib.ExitStack) -> Send:
    """Send by the vendor's own SDK."""
    from postmark import sync

    client = closing.enter_context(sync.ServerClient("token", base_url=url))
    return lambda number: client.outbound.send(fields(number)).message_id


def by_us(url: str, closing: contextlib.ExitStack) -> Send:
    """Send by this package."""
    client = closing.enter_context(Client("token", base_url=url))
    return lambda number: client.outbound.send(Email(**fields(number))).message_id


SENDERS: dict[str, Make] = {
    "http.client": by_http_client,
    "urllib3": by_urllib3,
    SESSION: by_session,
    POSTMARKER: by_postmarker,
    RESEND: by_resend,
    VENDOR: by_vendor,
    OURS: by_us,
}


def sending_case(name: str, make: Make, url: str, closing: contextlib.ExitStack) -> Case:
    """Return a case that sends one email, another each time."""
    send, numbers = make(url, closing), count()
    found = send(0)
    if str(found) != ACCEPTED:
        raise AssertionError(f"{name} read {found!r}")
    return Case(name, lambda: send(next(numbers)))
