"""The emails that the pictures of the inbox show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from emailapi import Attachment, Client, ContentTrigger, Email, Trigger, Triggers
from emailapi.sandbox import Sandbox

if TYPE_CHECKING:
    from screenshots import Stopped

SHOP = "Harbour Supply <shop@example.com>"
_ORDER_HTML = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<style>:root{color-scheme:light dark}body{margin:0;font:16px/24px sans-serif;background:#f4f1ea;color:#22303c}
.card{max-width:520px;margin:24px auto;padding:32px;background:#fff;border-radius:8px}
.code{font:600 24px/40px monospace}
a.button{display:inline-block;padding:10px 20px;border-radius:6px;background:#14505c;color:#fff;text-decoration:none}
@media (prefers-color-scheme:dark){body{background:#12181c;color:#e4e9ec}.card{background:#1d262c}}</style></head><body>
<div class="card"><h1>Your order is on its way</h1><p>Hello Dana,</p><p>order 10482 left our warehouse this afternoon.
Show this code when you pick it up:</p><p class="code">739204</p><p><a class="button"
href="https://shop.example.com/track/10482">Track your order</a></p>
<p><img src="https://shop.example.com/map.png" width="440" height="60" alt="A map of the way to you"></p>
<p>Questions? Reply to this email, or read <a href="https://shop.example.com/help">how delivery works</a>.</p>
</div></body>"""
_ORDER_TEXT = """Hello Dana,

order 10482 left our warehouse this afternoon. Show this code when you pick it up: 739204

Track your order: https://shop.example.com/track/10482
Questions? Reply to this email, or read how delivery works: https://shop.example.com/help
"""
# Minutes ago, recipient, subject, text, tag, and what happened then.
_EMAILS: tuple[tuple[float, str, str, str, str, str], ...] = (
    (
        4100,
        "ida@example.com",
        "Weekly digest: 4 new comments",
        "Olaf replied to you in “Rigging a cutter”.",
        "digest",
        "",
    ),
    (
        4099,
        "marie@example.com",
        "Votre commande est en route",
        "Bonjour Marie, votre commande est partie.",
        "shipping",
        "",
    ),
    (140, "max@example.com", "Your receipt", "Thank you. The amount was 24.90.", "receipt", "open"),
    (
        91,
        "eleni@example.com",
        "Παραγγελία 10470",
        "Γεια σας Ελένη, η παραγγελία 10470 έφυγε σήμερα.",
        "shipping",
        "",
    ),
    (79, "pat@example.com", "Invoice 2026-1186", "Attached is your invoice for November.", "invoice", "open open file"),
    (62, "greta@example.com", "Your sign-in code is 881 560", "Enter this code within ten minutes.", "2fa", ""),
    (57, "finn@example.com", "Your sign-in code is 204 118", "Enter this code within ten minutes.", "2fa", ""),
    (
        44,
        "old.customer@example.com, tess@example.com",
        "Autumn sale: 20 % off braided lines",
        "This week only.",
        "newsletter",
        "broadcast",
    ),
    (
        43,
        "sam@example.com",
        "Autumn sale: 20 % off braided lines",
        "This week only.",
        "newsletter",
        "broadcast complain",
    ),
    (
        23,
        "nora@example.com",
        "Ihre Bestellung ist unterwegs",
        "Guten Tag Nora, Ihre Bestellung 10481 …",
        "shipping",
        "delay",
    ),
    (16, "kim.lee@example.com", "Invoice 2026-1187", "Attached is your invoice for November.", "invoice", "file"),
    (5, "alex.moreau@example.com", "Confirm your email address", "Open the link to confirm.", "welcome", "open click"),
    (
        2,
        "hardbounce@bounce-testing.postmarkapp.com",
        "Welcome to Harbour Supply",
        "Good to have you here.",
        "welcome",
        "",
    ),
    (
        1.4,
        "kim.lee@example.com",
        "Reset your password",
        "You asked for a new password.",
        "password-reset",
        "open",
    ),
)


# Before this email, an email comes in, and two are rejected.
_EARLIER = 11


def _email(to: str, subject: str, text: str, tag: str, happens: str) -> Email:
    html = f"<p>{text}</p><p><a href='https://shop.example.com/confirm?token=k3v9'>Open Harbour Supply</a></p>"
    return Email(
        sender=SHOP,
        to=to.split(", "),
        subject=subject,
        text_body=text,
        html_body=html,
        tag=tag,
        message_stream="broadcast" if "broadcast" in happens else "outbound",
        track_opens=True,
        track_links="HtmlAndText",
        attachments=[Attachment(name="invoice.pdf", content=b"%PDF-1.4", content_type="application/pdf")]
        if "file" in happens
        else [],
    )


def _order() -> Email:
    return Email(
        sender=SHOP,
        to=["Dana Fisher <dana@example.com>", "Kim Lee <kim.lee@example.com>"],
        bcc="orders@harbour.example",
        reply_to="support@harbour.example",
        subject="Your order is on its way",
        html_body=_ORDER_HTML,
        text_body=_ORDER_TEXT,
        tag="shipping",
        metadata={"order": "10482"},
        track_opens=True,
        track_links="HtmlAndText",
        attachments=[
            Attachment(name="packing-list.txt", content=b"1 x braided line, 8 mm\n", content_type="text/plain")
        ],
    )


def _configure(client: Client) -> None:
    client.suppressions.create("broadcast", ["old.customer@example.com"])
    client.webhooks.create(
        url="http://127.0.0.1:9/hooks/email",
        message_stream="outbound",
        triggers=Triggers(delivery=Trigger(enabled=True), bounce=ContentTrigger(enabled=True)),
    )
    layout = client.templates.create(
        name="Frame", alias="frame", template_type="Layout", html_body="<h1>Harbour Supply</h1>{{{@content}}}"
    )
    client.templates.create(
        name="Welcome",
        alias="welcome",
        subject="Welcome, {{name}}",
        html_body="<p>Hello {{name}}!</p>",
        text_body="Hello {{name}}!",
        layout_template=layout.alias,
    )


def fill(sandbox: Sandbox, clock: Stopped) -> None:
    """Send what a shop sends on a day, and let some of it happen that happens to emails."""
    with Client(sandbox.token, base_url=sandbox.url) as client:
        clock.ago(4200)
        _configure(client)
        for number, (minutes, to, subject, text, tag, happens) in enumerate(_EMAILS):
            minutes += number * 11 % 60 / 60
            if number == _EARLIER:
                clock.ago(9)
                sandbox.receive(
                    sender="Dana <dana@example.com>", subject="Re: Your order is on its way", text="Thanks!"
                )
                _reject(sandbox)
            clock.ago(minutes)
            if "delay" in happens:
                sandbox.faults.hold(times=1)
            message = client.outbound.send(_email(to, subject, text, tag, happens)).message_id
            for event in happens.split():
                clock.ago(minutes - 0.3)
                if event in {"open", "click", "complain", "delay"}:
                    getattr(sandbox.events, event)(message)
            sandbox.clock.wait_idle(10)
        clock.ago(0.3)
        order = client.outbound.send(_order()).message_id
        clock.ago(0.2)
        sandbox.events.open(order, recipient="dana@example.com")
        sandbox.clock.wait_idle(10)
    for looked_at in sandbox.messages(limit=50)[6:]:
        requests.get(f"{sandbox.inbox_url}/4000001/m/{looked_at.message_id}?tab=text", timeout=30)
    sandbox.faults.fail(times=3)


def _reject(sandbox: Sandbox) -> None:
    """Send what the service rejects."""
    headers = {"X-Postmark-Server-Token": sandbox.token, "Accept": "application/json", "User-Agent": "shop/4.2"}
    for email in ({"From": "shop@example.com", "To": "dana@"}, {"From": "nobody", "To": "dana@example.com"}):
        requests.post(f"{sandbox.url}/email", json={**email, "TextBody": "Hi"}, headers=headers, timeout=30)


def fill_long(sandbox: Sandbox, clock: Stopped) -> None:
    """Send emails with long names, subjects, tags and words."""
    with Client(sandbox.token, base_url=sandbox.url) as client:
        for number in range(4):
            clock.ago(9 - number)
            client.outbound.send(
                Email(
                    sender=f"{'The Honourable Company of Ship Chandlers ' * 3}<shop@example.com>",
                    to=f"{'Bartholomew-Maximilian ' * 4}<{'bartholomew.' * 5}m@{'subdomain.' * 8}example.com>",
                    subject="Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " * 3,
                    text_body=f"{'w' * 400} https://example.com/{'path/' * 60}",
                    tag="a-tag-that-somebody-made-from-a-whole-sentence-of-the-template",
                    metadata={"a-name-of-20-letters": "value " * 13},
                    track_opens=True,
                    html_body=f"<p>{'w' * 400}</p><a href='https://example.com/{'path/' * 60}'>{'link ' * 40}</a>",
                    attachments=[Attachment(name=f"{'file-' * 40}.txt", content=b"x", content_type="text/plain")],
                )
            )


def fill_rtl(sandbox: Sandbox, clock: Stopped) -> None:
    """Send emails in Arabic and Hebrew, and one in English between them."""
    emails = (
        ("دانا <dana@example.com>", "طلبك في الطريق إليك", "مرحبا دانا، غادر طلبك رقم 10482 المستودع اليوم."),
        ("dana@example.com", "Your order is on its way", "Hello Dana, order 10482 left our warehouse."),
        ("נועה <noa@example.com>", "ההזמנה שלך בדרך", "שלום נועה, הזמנה 10482 יצאה מהמחסן."),
    )
    with Client(sandbox.token, base_url=sandbox.url) as client:
        for number, (to, subject, text) in enumerate(emails):
            clock.ago(9 - number)
            html = f'<html lang="ar" dir="auto"><p dir="auto">{text}</p></html>'
            client.outbound.send(
                Email(sender=SHOP, to=to, subject=subject, text_body=text, html_body=html, tag="shipping")
            )


def fill_many(sandbox: Sandbox, clock: Stopped) -> None:
    """Send 500 emails."""
    with Client(sandbox.token, base_url=sandbox.url) as client:
        for number in range(500):
            clock.ago(3 * (500 - number))
            client.outbound.send(
                Email(
                    sender=SHOP,
                    to=f"customer{number}@example.com",
                    subject=f"Your order {10_000 + number} is on its way",
                    text_body=f"Order {10_000 + number} left our warehouse.",
                    tag="shipping" if number % 3 else "",
                )
            )
