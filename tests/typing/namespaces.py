"""The types of a server's namespaces: checked by mypy --strict, never run."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import assert_type

from emailapi import (
    Bounce,
    BounceType,
    BulkEmail,
    BulkMessage,
    BulkStatus,
    Click,
    Client,
    ContentValidation,
    DeliveryStats,
    Geo,
    HttpAuth,
    HttpHeader,
    InboundDetails,
    InboundMessage,
    InboundRule,
    InboundStatus,
    Open,
    OpenTrigger,
    Page,
    Platform,
    Program,
    SendResult,
    Server,
    ServerColor,
    Stream,
    StreamArchival,
    StreamType,
    SubscriptionManagement,
    Suppression,
    SuppressionReason,
    SuppressionResult,
    Template,
    TemplateDetails,
    TemplateEmail,
    TemplateType,
    TemplateValidation,
    TrackLinks,
    Triggers,
    UnsubscribeHandling,
    Webhook,
    WebhookVerification,
)


def bounces(client: Client) -> None:
    page = client.bounces.list(count=10, type=BounceType.HARD_BOUNCE, inactive=True, email="a", tag="t")
    assert_type(page, Page[Bounce])
    assert_type(page.iter_all(), Iterator[Bounce])
    bounce = client.bounces.get(7)
    assert_type(bounce, Bounce)
    assert_type(bounce.id, int | None)
    assert_type(bounce.type, BounceType | str)
    assert_type(bounce.bounced_at, datetime | None)
    assert_type(client.bounces.activate(7), Bounce)
    assert_type(client.bounces.dump(7), str)
    assert_type(client.bounces.delivery_stats(), DeliveryStats)
    client.bounces.list(type="SoftBounce", from_date=date(2026, 1, 1), to_date=datetime(2026, 1, 1, tzinfo=UTC))
    client.bounces.list(tagg="t")  # type: ignore[call-arg]
    client.bounces.list(inactive="yes")  # type: ignore[arg-type]
    client.bounces.list(from_date="yesterday")  # type: ignore[arg-type]
    client.bounces.list(email_filter="a")  # type: ignore[call-arg]
    client.bounces.get("7")  # type: ignore[arg-type]
    client.bounces.get()  # type: ignore[call-arg]
    bounce.tag = "t"  # type: ignore[misc]
    str(bounce.bounced_on)  # type: ignore[attr-defined]


def opens(client: Client) -> None:
    page = client.messages.opens(client_name="Outlook", os_family="Windows", platform=Platform.DESKTOP)
    assert_type(page, Page[Open])
    assert_type(page[0].client, Program)
    assert_type(page[0].geo, Geo)
    assert_type(page[0].read_seconds, int | None)
    assert_type(client.messages.clicks(country="US"), Page[Click])
    assert_type(client.messages.message_opens("x", count=1), Page[Open])
    assert_type(client.messages.message_clicks("x"), Page[Click])
    client.messages.opens(from_date=date(2026, 1, 1))  # type: ignore[call-arg]
    client.messages.opens(clientName="Outlook")  # type: ignore[call-arg]
    client.messages.message_opens("x", tag="t")  # type: ignore[call-arg]


def inbound(client: Client) -> None:
    page = client.inbound.list(status=InboundStatus.BLOCKED, mailbox_hash="x", from_date=date(2026, 1, 1))
    assert_type(page, Page[InboundMessage])
    assert_type(page[0].date, str)
    assert_type(client.inbound.get("x"), InboundDetails)
    client.inbound.bypass("x")
    client.inbound.retry("x")
    client.inbound.list(message_stream="inbound")  # type: ignore[call-arg]
    client.inbound.get(7)  # type: ignore[arg-type]
    done = client.inbound.retry("x")  # type: ignore[func-returns-value]
    assert_type(done, None)

    assert_type(client.inbound_rules.list(count=1), Page[InboundRule])
    assert_type(client.inbound_rules.create("a@example.com"), InboundRule)
    client.inbound_rules.delete(7)
    client.inbound_rules.list(rule="a")  # type: ignore[call-arg]
    client.inbound_rules.create(7)  # type: ignore[arg-type]


def templates(client: Client) -> None:
    assert_type(client.templates.list(template_type=TemplateType.LAYOUT), Page[Template])
    assert_type(client.templates.get("alias"), TemplateDetails)
    assert_type(client.templates.get(7).layout_template, str | None)
    assert_type(client.templates.create(name="n", subject="s", text_body="t"), Template)
    assert_type(client.templates.edit("alias", layout_template=""), Template)
    found = client.templates.validate(subject="s", test_render_model={"a": [1]}, inline_css_for_html_test_render=True)
    assert_type(found, TemplateValidation)
    assert_type(found.html_body, ContentValidation | None)
    client.templates.delete(7)
    client.templates.list(alias="x")  # type: ignore[call-arg]
    client.templates.create(subject="s")  # type: ignore[call-arg]
    client.templates.create(name="n", txt_body="t")  # type: ignore[call-arg]
    client.templates.create("n")  # type: ignore[call-arg]
    client.templates.edit(7, template_type="Layout")  # type: ignore[call-arg]
    client.templates.edit(7, subject=5)  # type: ignore[arg-type]
    client.templates.get(7.5)  # type: ignore[arg-type]


def streams(client: Client) -> None:
    assert_type(client.streams.list(include_archived_streams=True), Page[Stream])
    assert_type(client.streams.get("news"), Stream)
    assert_type(client.streams.create(id="n", name="N", message_stream_type=StreamType.BROADCASTS), Stream)
    handling = SubscriptionManagement(unsubscribe_handling_type=UnsubscribeHandling.CUSTOM)
    assert_type(client.streams.edit("n", subscription_management_configuration=handling), Stream)
    assert_type(client.streams.archive("n"), StreamArchival)
    assert_type(client.streams.unarchive("n"), Stream)
    client.streams.list(count=10)  # type: ignore[call-arg]
    client.streams.create(id="n", name="N")  # type: ignore[call-arg]
    client.streams.edit("n", message_stream_type="Broadcasts")  # type: ignore[call-arg]


def suppressions(client: Client) -> None:
    assert_type(
        client.suppressions.list("outbound", suppression_reason=SuppressionReason.HARD_BOUNCE), Page[Suppression]
    )
    assert_type(client.suppressions.create("outbound", "a@example.com"), Page[SuppressionResult])
    assert_type(client.suppressions.delete("outbound", ["a@example.com", "b@example.com"]), Page[SuppressionResult])
    assert_type(client.suppressions.list(), Page[Suppression])
    assert_type(client.suppressions.list(message_stream="news", origin="Recipient"), Page[Suppression])
    assert_type(client.suppressions.create("a@example.com", message_stream="news"), Page[SuppressionResult])
    assert_type(client.suppressions.delete(addresses=["a@example.com"]), Page[SuppressionResult])
    client.suppressions.list("outbound", count=5)  # type: ignore[call-arg]
    client.suppressions.create()  # type: ignore[call-overload]
    client.suppressions.create("outbound", 7)  # type: ignore[call-overload]


def webhooks(client: Client) -> None:
    assert_type(client.webhooks.list(message_stream="outbound"), Page[Webhook])
    hook = client.webhooks.get(7)
    assert_type(hook, Webhook)
    assert_type(hook.http_auth, HttpAuth | None)
    triggers = Triggers(open=OpenTrigger(enabled=True))
    headers = [HttpHeader(name="X", value="y")]
    assert_type(client.webhooks.create(url="https://e.com", triggers=triggers, http_headers=headers), Webhook)
    assert_type(client.webhooks.edit(7, http_headers=hook.http_headers, triggers=hook.triggers, verify=True), Webhook)
    assert_type(client.webhooks.verify(7), WebhookVerification)
    client.webhooks.delete(7)
    client.webhooks.create(triggers=triggers)  # type: ignore[call-arg]
    client.webhooks.edit(7, message_stream="outbound")  # type: ignore[call-arg]
    client.webhooks.create(url="https://e.com", http_auth=("u", "p"))  # type: ignore[arg-type]
    Triggers(opened=OpenTrigger())  # type: ignore[call-arg]


def server(client: Client) -> None:
    assert_type(client.server.get(), Server)
    assert_type(client.server.get().color, ServerColor | str)
    assert_type(client.server.edit(color=ServerColor.RED, track_links=TrackLinks.NONE, track_opens=True), Server)
    client.server.edit(id=7)  # type: ignore[call-arg]
    client.server.edit(delivery_type="Live")  # type: ignore[call-arg]
    client.server.edit(track_opens="yes")  # type: ignore[arg-type]


def outbound(client: Client) -> None:
    email = TemplateEmail(
        to="a@example.com", template_alias="welcome", template_model={"name": "A", "items": [1, None]}
    )
    assert_type(client.outbound.send_template(email), SendResult)
    bulk = BulkEmail(subject="s", text_body="t", messages=[BulkMessage(to="a@example.com", template_model={"a": 1})])
    assert_type(client.outbound.send_bulk(bulk), BulkStatus)
    assert_type(client.outbound.bulk_status("x").percentage_completed, float)
    assert_type(client.outbound.list_bulk(count=2), Page[BulkStatus])
    TemplateEmail(to="a@example.com", template_alias="welcome")  # type: ignore[call-arg]
    BulkMessage(to="a@example.com", subject="s")  # type: ignore[call-arg]
    client.outbound.send_template(bulk)  # type: ignore[arg-type]
    client.outbound.bulk_status(7)  # type: ignore[arg-type]
    str(client.outbond)  # type: ignore[attr-defined]
