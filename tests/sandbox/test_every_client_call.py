"""Each call of our two clients works against the sandbox, which supports all of them."""

from __future__ import annotations

import inspect
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from emailapi import AccountClient, BulkEmail, Client, Email, TemplateEmail
from emailapi.client import Namespace

ONE = {"to": "b@example.com", "text_body": "Hello"}
EMAIL = Email(
    to="ada@example.com",
    subject="Hi",
    html_body='<a href="https://a.example/">a</a>',
    track_opens=True,
    track_links="HtmlAndText",
)
TEMPLATED = TemplateEmail(to="b@example.com", template_alias="welcome", template_model={"name": "Ada"})
STATISTICS = (
    "overview sends bounces spam tracked opens open_platforms email_clients read_times clicks "
    "browser_families click_platforms click_locations"
)
BULK = BulkEmail(subject="Hi", text_body="Hello", messages=[{"to": "ada@example.com"}])


class World:
    """A sandbox with one of everything, and a client of each kind."""

    def __init__(self, sandbox, client, account, target):
        self.sandbox, self.client, self.account = sandbox, client, account
        self.target = target
        client.templates.create(name="Welcome", alias="welcome", subject="Hi {{name}}", text_body="Hello")
        self.sent = client.outbound.send(EMAIL)
        sandbox.events.open(self.sent)
        sandbox.events.click(self.sent)
        sandbox.events.bounce(self.sent)

    @property
    def bounce(self):
        return next(iter(self.client.bounces.list())).id

    @property
    def webhook(self):
        return self.client.webhooks.create(url=self.target, triggers={"open": {"enabled": True}}).id

    @property
    def stream(self):
        return self.client.streams.create(id="news", name="News", message_stream_type="Broadcasts").id

    @property
    def rule(self):
        return self.client.inbound_rules.create("spam@example.com").id

    @property
    def inbound(self):
        """The id of an inbound message."""
        return self.sandbox.receive(sender="dana@example.com", subject="Hi", text="yes").message_id

    @property
    def blocked(self):
        self.rule  # noqa: B018 - creates it
        return self.sandbox.receive(sender="spam@example.com", subject="Hi", text="yes").message_id

    @property
    def failed(self):
        """The id of an inbound message that the webhook does not take: nothing listens there."""
        self.client.server.edit(inbound_hook_url="http://127.0.0.1:9/")
        message = self.inbound
        self.sandbox.clock.advance(days=1)
        return message

    @property
    def server(self):
        return self.account.servers.create(name="Second").id

    @property
    def domain(self):
        return self.account.domains.create(name="a.example").id

    @property
    def signature(self):
        return self.account.signatures.create(from_email="me@a.example", name="Me").id

    @property
    def removal(self):
        return self.account.data_removals.create(requested_by="me@a.example", requested_for="x@a.example").id

    def batch(self, send, emails):
        """Send emails, all of which must be accepted."""
        send(emails).raise_for_errors()

    def unarchive(self):
        self.client.streams.archive(self.stream)
        return self.client.streams.unarchive("news")

    def rotate(self, call, id):
        """Ask for a second key, which takes the first one to be verified."""
        self.account.domains.verify_dkim(next(iter(self.account.domains.list())).id)
        return call(id)

    def statistics(self, name):
        return getattr(self.client.stats, name)()

    def push(self):
        return self.account.templates.push(
            source_server_id=self.client.server.get().id, destination_server_id=self.server, perform_changes=True
        )

    def delete_server(self):
        self.sandbox.allow(delete_servers=True)
        return self.account.servers.delete(self.server)


CALLS = {
    "client.outbound.send": lambda at: at.client.outbound.send(ONE),
    "client.outbound.send_batch": lambda at: at.batch(at.client.outbound.send_batch, [ONE]),
    "client.outbound.send_many": lambda at: at.client.outbound.send_many([ONE]).wait(),
    "client.outbound.send_template": lambda at: at.client.outbound.send_template(TEMPLATED),
    "client.outbound.send_template_many": lambda at: at.client.outbound.send_template_many([TEMPLATED]).wait(),
    "client.outbound.send_template_batch": lambda at: at.batch(at.client.outbound.send_template_batch, [TEMPLATED]),
    "client.outbound.send_bulk": lambda at: at.client.outbound.send_bulk(BULK),
    "client.outbound.bulk_status": lambda at: at.client.outbound.bulk_status(at.client.outbound.send_bulk(BULK).id),
    "client.outbound.list_bulk": lambda at: at.client.outbound.list_bulk(),
    "client.outbound.find": lambda at: at.client.outbound.find(at.sent.idempotency_key).message_id,
    "client.messages.list": lambda at: at.client.messages.list()[0],
    "client.messages.get": lambda at: at.client.messages.get(at.sent.message_id),
    "client.messages.status": lambda at: at.client.messages.status(at.sent),
    "client.messages.dump": lambda at: at.client.messages.dump(at.sent.message_id),
    "client.messages.opens": lambda at: at.client.messages.opens()[0],
    "client.messages.message_opens": lambda at: at.client.messages.message_opens(at.sent.message_id)[0],
    "client.messages.clicks": lambda at: at.client.messages.clicks()[0],
    "client.messages.message_clicks": lambda at: at.client.messages.message_clicks(at.sent.message_id)[0],
    "client.inbound.list": lambda at: at.client.inbound.list(),
    "client.inbound.get": lambda at: at.client.inbound.get(at.inbound),
    "client.inbound.bypass": lambda at: at.client.inbound.bypass(at.blocked),
    "client.inbound.retry": lambda at: at.client.inbound.retry(at.failed),
    "client.inbound_rules.list": lambda at: at.client.inbound_rules.list(),
    "client.inbound_rules.create": lambda at: at.rule,
    "client.inbound_rules.delete": lambda at: at.client.inbound_rules.delete(at.rule),
    "client.bounces.delivery_stats": lambda at: at.client.bounces.delivery_stats(),
    "client.bounces.list": lambda at: at.client.bounces.list()[0],
    "client.bounces.get": lambda at: at.client.bounces.get(at.bounce),
    "client.bounces.dump": lambda at: at.client.bounces.dump(at.bounce),
    "client.bounces.activate": lambda at: at.client.bounces.activate(at.bounce),
    "client.templates.list": lambda at: at.client.templates.list()[0],
    "client.templates.get": lambda at: at.client.templates.get("welcome"),
    "client.templates.create": lambda at: at.client.templates.create(name="x", subject="x", text_body="x"),
    "client.templates.edit": lambda at: at.client.templates.edit("welcome", name="y"),
    "client.templates.delete": lambda at: at.client.templates.delete("welcome"),
    "client.templates.validate": lambda at: at.client.templates.validate(subject="Hi {{name}}"),
    "client.streams.list": lambda at: at.client.streams.list(),
    "client.streams.get": lambda at: at.client.streams.get("outbound"),
    "client.streams.create": lambda at: at.stream,
    "client.streams.edit": lambda at: at.client.streams.edit(at.stream, name="x"),
    "client.streams.archive": lambda at: at.client.streams.archive(at.stream),
    "client.streams.unarchive": lambda at: at.unarchive(),
    "client.suppressions.list": lambda at: at.client.suppressions.list("outbound"),
    "client.suppressions.create": lambda at: at.client.suppressions.create("outbound", "x@example.com"),
    "client.suppressions.delete": lambda at: at.client.suppressions.delete("outbound", "ada@example.com"),
    "client.webhooks.list": lambda at: at.client.webhooks.list(),
    "client.webhooks.get": lambda at: at.client.webhooks.get(at.webhook),
    "client.webhooks.create": lambda at: at.webhook,
    "client.webhooks.edit": lambda at: at.client.webhooks.edit(at.webhook, url=at.target),
    "client.webhooks.delete": lambda at: at.client.webhooks.delete(at.webhook),
    "client.webhooks.verify": lambda at: at.client.webhooks.verify(at.webhook),
    "client.server.get": lambda at: at.client.server.get(),
    "client.server.edit": lambda at: at.client.server.edit(color="Red"),
    "account.servers.list": lambda at: at.account.servers.list()[0],
    "account.servers.get": lambda at: at.account.servers.get(at.server),
    "account.servers.create": lambda at: at.server,
    "account.servers.edit": lambda at: at.account.servers.edit(at.server, name="Third"),
    "account.servers.delete": lambda at: at.delete_server(),
    "account.domains.list": lambda at: at.account.domains.list(),
    "account.domains.get": lambda at: at.account.domains.get(at.domain),
    "account.domains.create": lambda at: at.domain,
    "account.domains.edit": lambda at: at.account.domains.edit(at.domain, return_path_domain="pm.a.example"),
    "account.domains.delete": lambda at: at.account.domains.delete(at.domain),
    "account.domains.verify_dkim": lambda at: at.account.domains.verify_dkim(at.domain),
    "account.domains.verify_return_path": lambda at: at.account.domains.verify_return_path(at.domain),
    "account.domains.verify_spf": lambda at: at.account.domains.verify_spf(at.domain),
    "account.domains.rotate_dkim": lambda at: at.rotate(at.account.domains.rotate_dkim, at.domain),
    "account.signatures.list": lambda at: at.account.signatures.list(),
    "account.signatures.get": lambda at: at.account.signatures.get(at.signature),
    "account.signatures.create": lambda at: at.signature,
    "account.signatures.edit": lambda at: at.account.signatures.edit(at.signature, name="x"),
    "account.signatures.delete": lambda at: at.account.signatures.delete(at.signature),
    "account.signatures.resend": lambda at: at.account.signatures.resend(at.signature),
    "account.signatures.verify_spf": lambda at: at.account.signatures.verify_spf(at.signature),
    "account.signatures.request_new_dkim": lambda at: at.rotate(
        at.account.signatures.request_new_dkim, [at.domain, at.signature][1]
    ),
    "account.data_removals.create": lambda at: at.removal,
    "account.data_removals.get": lambda at: at.account.data_removals.get(at.removal),
    "account.templates.push": lambda at: at.push(),
    **{f"client.stats.{name}": partial(World.statistics, name=name) for name in STATISTICS.split()},
}


def _public_calls(side, client):
    for name, _ in inspect.getmembers(type(client), lambda value: isinstance(value, Namespace)):
        namespace = getattr(client, name)
        yield from (f"{side}.{name}.{verb}" for verb in dir(namespace) if not verb.startswith("_"))


def test_every_method_of_the_client_is_tested():
    with Client("t") as client, AccountClient("t") as account:
        assert {*_public_calls("client", client), *_public_calls("account", account)} == {*CALLS}


class _Taking(BaseHTTPRequestHandler):
    """Takes everything that a webhook is sent."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def target():
    """Give the address of a webhook."""
    with HTTPServer(("127.0.0.1", 0), _Taking) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def world(sandbox, client, target):
    """Give a sandbox with one of everything."""
    with AccountClient(sandbox.account_token, base_url=sandbox.url) as account:
        yield World(sandbox, client, account, target)


@pytest.mark.parametrize("name", CALLS)
def test_the_sandbox_supports_the_method(world, name):
    CALLS[name](world)
