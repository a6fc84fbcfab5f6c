"""How programs connect: the true addresses, ports and tokens, with snippets; and a sample message."""

from __future__ import annotations

from flask import Response

from ..routes import outbound
from ..tables import account, servers
from .pages import PageCall, Pages, Values
from .snippets import clients, frameworks

pages = Pages()

_SAMPLE = {
    "From": "Harbour Supply <shop@example.com>",
    "To": "Dana Fisher <dana@example.com>",
    "Subject": "Your order is on its way",
    "Tag": "sample",
    "TrackOpens": True,
    "TrackLinks": "HtmlAndText",
    "TextBody": "Hello Dana,\n\norder 10482 left our warehouse. Your pick-up code is 739204.\n\n"
    "Track your order: https://shop.example.com/track/10482\n",
    "HtmlBody": '<!doctype html><html lang="en"><body style="font-family:sans-serif"><h1>Your order is on its way</h1>'
    "<p>Hello Dana, order 10482 left our warehouse. Your pick-up code is <b>739204</b>.</p>"
    '<p><a href="https://shop.example.com/track/10482">Track your order</a></p></body></html>',
}


def connection(call: PageCall) -> dict[str, object]:
    """Return addresses, ports and tokens, with snippets that have them."""
    with call.store.transaction(writing=False) as db:
        token = next(iter(servers.tokens(db, call.server["id"])), "")
        account_token = account.token(db)
    url, (smtp_host, smtp_port) = f"http://{call.host}", call.here.smtp
    path = call.store.path
    return {
        "url": url,
        "smtp_host": smtp_host,
        "smtp_port": smtp_port,
        "token": token,
        "account_token": account_token,
        "inbound_address": servers.inbound_address(call.server),
        "kept": f"kept in {path}" if path else "kept in memory, gone when the sandbox ends",
        "clients": clients(url, token, smtp_host, smtp_port),
        "frameworks": frameworks(url, token, smtp_host, smtp_port),
    }


@pages.show("/connect", "connect.html")
def show_connect(call: PageCall) -> Values:
    """Show how programs connect."""
    return connection(call)


@pages.act("/sample")
def send_sample(call: PageCall) -> Response:
    """Send a sample message, by the rules of the API."""
    call.ask_api(outbound.send, _SAMPLE)
    return call.back("", "A sample message was sent.")
