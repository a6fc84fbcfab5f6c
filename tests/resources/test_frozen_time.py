"""A program with freezegun uses the client: only its time stands still."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from freezegun import freeze_time

from emailapi import InvalidArgument

RESPONSES = Path(__file__).parents[1] / "responses"

# A program of its own, so that nothing was imported or generated before. It prints what each call returns.
PROGRAM = """
import json, re, sys
from contextlib import nullcontext
from pathlib import Path

import responses
from freezegun import freeze_time

import attrs

frozen = lambda: freeze_time("2026-07-01 12:00:00", tz_offset=3)
moment = sys.argv[1]
outer = frozen() if moment == "import inside" else nullcontext()
with outer:
    from emailapi import AccountClient, Client, Retry

ONE, ID = Retry(attempts=1), "x"
CALLS = {
    "messages_outbound": lambda: client.messages.list(),
    "messages_outbound_details": lambda: client.messages.get(ID),
    "messages_outbound_opens": lambda: client.messages.opens(),
    "messages_outbound_clicks": lambda: client.messages.clicks(),
    "messages_inbound": lambda: client.inbound.list(),
    "messages_inbound_details": lambda: client.inbound.get(ID),
    "triggers_inboundrules": lambda: client.inbound_rules.list(),
    "bounces": lambda: client.bounces.list(),
    "bounce": lambda: client.bounces.get(1),
    "bounce_activate": lambda: client.bounces.activate(1),
    "deliverystats": lambda: client.bounces.delivery_stats(),
    "templates": lambda: client.templates.list(),
    "template": lambda: client.templates.get(1),
    "message_streams": lambda: client.streams.list(),
    "message_stream_archive": lambda: client.streams.archive(ID),
    "suppressions_dump": lambda: client.suppressions.list("outbound"),
    "webhooks": lambda: client.webhooks.list(),
    "stats_outbound_sends": lambda: client.stats.sends(),
    "stats_outbound_opens_emailclients": lambda: client.stats.email_clients(),
    "server": lambda: client.server.get(),
    "email_bulk_list": lambda: client.outbound.list_bulk(),
    "email_bulk_status": lambda: client.outbound.bulk_status(ID),
    "email": lambda: client.outbound.send({"sender": "a@b.example", "to": "receiver@example.com", "text_body": "x"}),
    "servers": lambda: account.servers.list(),
    "domains": lambda: account.domains.list(),
    "senders": lambda: account.signatures.list(),
    "data_removal": lambda: account.data_removals.get(1),
}

def plain(value):
    if isinstance(value, (list, tuple)) or hasattr(value, "iter_all"):
        unreadable = getattr(value, "unreadable", ())
        return [*map(plain, value), *unreadable]
    if attrs.has(type(value)):
        return {field.name: plain(getattr(value, field.name)) for field in attrs.fields(type(value))}
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)

def results(names=CALLS):
    found = {}
    for name in names:
        body = (Path(sys.argv[2]) / f"{name}.json").read_bytes()
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            for method in ("GET", "POST", "PUT"):
                mock.add_callback(method, re.compile(".*"), lambda _, body=body: (200, {}, body))
            found[name] = plain(CALLS[name]())
    return found

with Client("t", retry=ONE, reconcile=False) as client, AccountClient("t", retry=ONE) as account:
    if moment == "before":
        results()
    elif moment == "some before":
        results(["server"])
    if moment in ("before", "some before", "inside"):
        with frozen():
            found = results()
    else:
        with frozen() if moment != "never" else nullcontext():
            results(["server"] if moment == "some inside" else [] if moment == "never" else CALLS)
        found = results()
print(json.dumps(found))
"""


# Which readers are generated before the frozen time, in it and after it; "import inside" imports the package in it.
MOMENTS = ("before", "some before", "inside", "some inside", "after", "import inside")


@pytest.fixture(scope="module")
def results():
    """Give what the program's calls return, by when it freezes its time."""
    running = {
        moment: subprocess.Popen(
            [sys.executable, "-W", "error", "-c", PROGRAM, moment, RESPONSES],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for moment in ("never", *MOMENTS)
    }
    ended = {moment: (process.communicate(), process.returncode) for moment, process in running.items()}
    for (_, errors), code in ended.values():
        assert code == 0, errors.decode()
    return {moment: json.loads(output) for moment, ((output, _), _) in ended.items()}


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_every_call_reads_the_same_records(results, moment):
    """Readers are generated at first use: before, inside or after the frozen time, they read the same."""
    assert results[moment] == results["never"]


@pytest.mark.slow
def test_there_are_dates_to_be_read(results):
    """The responses that the test above compares have instants and days in them, in UTC."""
    never = results["never"]
    assert never["messages_outbound"][0]["received_at"] == "2017-02-25T18:59:44.045361+00:00"
    assert never["email"]["submitted_at"].endswith("+00:00")
    assert {len(row["date"]) for row in never["stats_outbound_sends"]["_days"]} == {len("2014-01-01")}
    instants = json.dumps(never).count("+00:00")
    assert instants > 15


EMPTY = {"TotalCount": 0, "Messages": [], "Days": []}


@pytest.mark.costly
def test_dates_of_a_frozen_program_keep_their_instants(service):
    """The standard idioms give freezegun's own classes, inside the frozen time and after it."""
    service.respond("GET", "/messages/outbound", EMPTY)
    service.respond("GET", "/stats/outbound/sends", EMPTY)
    with freeze_time("2026-07-01 12:00:00"):
        now, today, naive = datetime.now(UTC), date.today(), datetime.now()  # noqa: DTZ005, DTZ011 - as users write
        service.client.messages.list(from_date=now - timedelta(minutes=5), to_date=today)
        service.client.stats.sends(from_date=now, to_date=today)
        with pytest.raises(InvalidArgument, match="'from_date': a datetime must have a time zone"):
            service.client.messages.list(from_date=naive)
    service.client.messages.list(from_date=now - timedelta(minutes=5), to_date=today)
    service.client.stats.sends(from_date=now, to_date=today)
    with pytest.raises(InvalidArgument, match="'to_date': a datetime must have a time zone"):
        service.client.stats.sends(to_date=naive)
    lists = {"count": "100", "offset": "0", "fromdate": "2026-07-01T07:55:00", "todate": "2026-07-01"}
    stats = {"fromdate": "2026-07-01", "todate": "2026-07-01"}
    assert service.queries == [lists, stats, lists, stats]
    assert type(now).__name__ == type(naive).__name__ == "FakeDatetime"
