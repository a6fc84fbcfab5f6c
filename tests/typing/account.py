"""The types of an account's namespaces, and of counts: checked by mypy --strict, never run."""

from datetime import date
from typing import Any, assert_type

from emailapi import (
    AccountClient,
    BounceStats,
    ClickLocationStats,
    ClickPlatformStats,
    ClickStats,
    Client,
    DataRemoval,
    DeliveryType,
    Domain,
    NamedStats,
    NewServer,
    OpenPlatformStats,
    OpenStats,
    Page,
    PushedTemplate,
    SendStats,
    Server,
    Signature,
    SpamStats,
    SpfCheck,
    StatsFilters,
    TrackedStats,
)


def servers(account: AccountClient) -> None:
    assert_type(account.servers.list(name="Prod"), Page[Server])
    assert_type(account.servers.get(7).api_tokens, tuple[str, ...])
    assert_type(account.servers.create(name="S", delivery_type=DeliveryType.SANDBOX), Server)
    assert_type(account.servers.edit(7, inbound_spam_threshold=5), Server)
    account.servers.delete(7)
    settings: NewServer = {"name": "S", "track_opens": True}
    account.servers.create(**settings)
    account.servers.create(color="Red")  # type: ignore[call-arg]
    account.servers.edit(7, delivery_type="Live")  # type: ignore[call-arg]
    account.servers.list(tag="t")  # type: ignore[call-arg]
    account.servers.get("7")  # type: ignore[arg-type]
    wrong: NewServer = {"color": "Red"}  # type: ignore[typeddict-item]
    assert_type(wrong, NewServer)


def domains(account: AccountClient) -> None:
    assert_type(account.domains.list(count=1), Page[Domain])
    assert_type(account.domains.create(name="example.com", return_path_domain="pm.example.com"), Domain)
    assert_type(account.domains.edit(7, return_path_domain="pm.example.com"), Domain)
    assert_type(account.domains.verify_dkim(7), Domain)
    assert_type(account.domains.verify_return_path(7), Domain)
    assert_type(account.domains.verify_spf(7), SpfCheck)
    assert_type(account.domains.rotate_dkim(7).dkim_pending_host, str)
    account.domains.create()  # type: ignore[call-arg]
    account.domains.edit(7, name="example.com")  # type: ignore[call-arg]
    account.domains.list(name="example.com")  # type: ignore[call-arg]


def signatures(account: AccountClient) -> None:
    assert_type(account.signatures.list(), Page[Signature])
    assert_type(account.signatures.create(from_email="a@example.com", name="A"), Signature)
    assert_type(account.signatures.edit(7, name="A", reply_to_email=""), Signature)
    account.signatures.resend(7)
    account.signatures.request_new_dkim(7)
    account.signatures.create(name="A")  # type: ignore[call-arg]
    account.signatures.edit(7, reply_to_email="")  # type: ignore[call-arg]
    account.signatures.edit(7, name="A", from_email="a@example.com")  # type: ignore[call-arg]


def others(account: AccountClient) -> None:
    assert_type(account.data_removals.create(requested_by="a", requested_for="b"), DataRemoval)
    assert_type(account.data_removals.get(7), DataRemoval)
    pushed = account.templates.push(source_server_id=1, destination_server_id=2, perform_changes=False)
    assert_type(pushed, Page[PushedTemplate])
    account.data_removals.create(requested_by="a")  # type: ignore[call-arg]
    account.templates.push(source_server_id=1, destination_server_id=2)  # type: ignore[call-arg]
    account.templates.list()  # type: ignore[attr-defined]
    str(account.bounces)  # type: ignore[attr-defined]


def stats(client: Client) -> None:
    filters: StatsFilters = {"tag": "t", "from_date": date(2026, 1, 1)}
    assert_type(client.stats.sends(**filters), SendStats)
    assert_type(client.stats.sends().days, tuple[SendStats, ...])
    assert_type(client.stats.sends().days[0].date, date | None)
    assert_type(client.stats.bounces(), BounceStats)
    assert_type(client.stats.spam(), SpamStats)
    assert_type(client.stats.tracked(), TrackedStats)
    assert_type(client.stats.opens(), OpenStats)
    assert_type(client.stats.open_platforms(), OpenPlatformStats)
    assert_type(client.stats.email_clients(), NamedStats)
    assert_type(client.stats.read_times().counts, dict[str, int])
    assert_type(client.stats.clicks(message_stream="news"), ClickStats)
    assert_type(client.stats.browser_families(), NamedStats)
    assert_type(client.stats.click_platforms(), ClickPlatformStats)
    assert_type(client.stats.click_locations(), ClickLocationStats)
    client.stats.sends(fromdate=date(2026, 1, 1))  # type: ignore[call-arg]
    client.stats.clicks(count=5)  # type: ignore[call-arg]
    client.stats.opens(from_date="2026-01-01")  # type: ignore[arg-type]


def wide(client: Client, filters: dict[str, Any]) -> None:
    client.stats.sends(**filters)
