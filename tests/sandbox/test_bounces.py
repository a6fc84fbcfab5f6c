"""Bounces: counted, found, shown and undone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emailapi.sandbox.instants import micros
from emailapi.sandbox.tables import bounces, servers, suppressions
from emailapi.sandbox.tables.bounces import Bounce

DOMAIN = "bounce-testing.postmarkapp.com"
HARD, SOFT = f"hardbounce@{DOMAIN}", f"softbounce@{DOMAIN}"
KEYS = set(
    "ID Type TypeCode Name Tag MessageID ServerID MessageStream Description Details Email From BouncedAt DumpAvailable"
    " Inactive CanActivate Subject".split()
)


@pytest.fixture
def found(api):
    """Finds bounces, and gives the envelope."""

    def find(**query):
        response = api.get("/bounces", **{"count": 50, "offset": 0, **query})
        assert response.status_code == 200, response.text
        return response.json()

    return find


@pytest.fixture
def complaint(api, sandbox):
    """The id of a complaint about an email to a@example.com, which no call makes yet."""
    uuid = api.accepted(To="a@example.com")
    with sandbox.store.transaction() as db:
        now = micros(sandbox.clock.now())
        row = db.row("SELECT id, stream FROM messages WHERE uuid = ?", uuid)
        suppressions.add(db, row["stream"], "a@example.com", "SpamComplaint", "Recipient", now)
        return bounces.add(
            db,
            Bounce(
                message=row["id"],
                stream=row["stream"],
                type="SpamComplaint",
                email="a@example.com",
                bounced_at=now,
                description="",
                details="",
                content="",
                inactive=True,
                can_activate=False,
            ),
        )


def emails(envelope):
    return [row["Email"] for row in envelope["Bounces"]]


def test_a_listed_bounce_has_every_key(api, found):
    message = api.accepted(To=HARD, Tag="t", Subject="Hi", From='"Joe" <joe@example.com>')
    envelope = found()
    assert set(envelope) == {"TotalCount", "Bounces"}
    (row,) = envelope["Bounces"]
    assert set(row) == KEYS | {"RecordType"}
    assert (row["Type"], row["TypeCode"], row["Name"]) == ("HardBounce", 1, "Hard bounce")
    assert (row["MessageID"], row["Tag"], row["Subject"]) == (message, "t", "Hi")
    assert (row["Email"], row["From"], row["MessageStream"]) == (HARD, "joe@example.com", "outbound")
    assert (row["Inactive"], row["CanActivate"], row["DumpAvailable"]) == (True, True, True)
    assert row["RecordType"] == "Bounce"
    assert row["ID"] > 2**32


def test_a_bounce_is_read_by_its_id(api, found):
    api.accepted(To=SOFT)
    (row,) = found()["Bounces"]
    one = api.get(f"/bounces/{row['ID']}").json()
    assert set(one) == KEYS | {"Content"}
    assert SOFT in one["Content"]
    assert {name: one[name] for name in KEYS} == {name: row[name] for name in KEYS}
    assert api.get(f"/bounces/{row['ID']}/dump").json() == {"Body": one["Content"]}
    (event,) = api.details(row["MessageID"])["MessageEvents"]
    assert event["Details"]["BounceID"] == str(row["ID"])


def test_bounces_are_listed_newest_first_in_pages(api, found, pass_time):
    for subject in ("0", "1", "2"):
        api.post("/email/batch", [api.email(To=SOFT, Subject=f"{subject}{part}") for part in "ab"])
        pass_time(timedelta(minutes=1))
    subjects = [row["Subject"] for row in found()["Bounces"]]
    assert subjects == ["2b", "2a", "1b", "1a", "0b", "0a"]
    page = found(count=2, offset=3)
    assert ([row["Subject"] for row in page["Bounces"]], page["TotalCount"]) == (["1a", "0b"], 6)


@pytest.mark.parametrize(
    "query",
    [
        {"type": "HardBounce"},
        {"type": "hardbounce"},
        {"inactive": "true"},
        {"inactive": "True"},
        {"emailFilter": "ARDBOUNCE@bounce"},
        {"EMAILFILTER": "hard"},
        {"tag": "t"},
        {"messagestream": "outbound", "tag": "t"},
        {"type": "HardBounce", "inactive": "true", "emailFilter": "hard", "tag": "t"},
    ],
    ids=str,
)
def test_each_filter_finds_its_bounce(api, found, query):
    api.accepted(To=HARD, Tag="t")
    api.accepted(To=SOFT, Tag="T")
    api.accepted(To=HARD, MessageStream="broadcast", Tag="t")
    envelope = found(**query)
    assert (emails(envelope), envelope["TotalCount"]) == ([HARD], 1)


@pytest.mark.parametrize(
    "query",
    [
        {"type": "Blocked"},
        {"inactive": "true", "type": "SoftBounce"},
        {"emailFilter": "%"},
        {"tag": "other"},
        {"messageID": "00000000-0000-0000-0000-000000000000"},
        {"messagestream": "nowhere"},
        {"offset": 2},
    ],
    ids=str,
)
def test_a_filter_without_a_match_finds_nothing(api, found, query):
    api.accepted(To=f"{HARD}, {SOFT}")
    assert emails(found(**query)) == []


def test_bounces_are_found_by_message_id(api, found):
    api.accepted(To=SOFT)
    message = api.accepted(To=f"{SOFT}, dnserror@{DOMAIN}")
    assert set(emails(found(messageID=message.upper()))) == {SOFT, f"dnserror@{DOMAIN}"}
    assert found(inactive="false")["TotalCount"] == 3


def test_a_range_includes_both_eastern_days(api, found, pass_time):
    pass_time(timedelta(0))
    api.accepted(To=SOFT)
    pass_time(timedelta(days=1))
    api.accepted(To=HARD)
    assert emails(found(fromdate="2026-11-22")) == emails(found(fromdate="2026-11-22T07:00:00")) == [HARD]
    assert emails(found(todate="2026-11-21")) == emails(found(todate="2026-11-21T07:00:00")) == [SOFT]
    assert emails(found(todate="2026-11-21T06:59:59")) == emails(found(fromdate="2026-11-23")) == []


@pytest.mark.parametrize(
    "query, text",
    [
        ({"count": None}, "count"),
        ({"count": 501}, "count"),
        ({"offset": -1}, "offset"),
        ({"count": 500, "offset": 9501}, "10000"),
        ({"type": "Hard"}, "HardBounce"),
        ({"inactive": "1"}, "true, false"),
        ({"fromdate": "yesterday"}, "fromdate"),
        ({"todate": "2026-02-30"}, "todate"),
    ],
    ids=str,
)
def test_an_invalid_query_is_code_1000(api, rejected, query, text):
    rejected(api.get("/bounces", **{"count": 1, "offset": 0, **query}), 422, 1000, text)


@pytest.mark.parametrize("number", ["1", "0", "tags", "-1", "1.5", "99999999999999999999999"])
def test_an_unknown_id_is_code_1001(api, rejected, number):
    api.accepted(To=HARD)
    for path in (f"/bounces/{number}", f"/bounces/{number}/dump"):
        rejected(api.get(path), 422, 1001, number)
    rejected(api.put(f"/bounces/{number}/activate"), 422, 1001, number)


def test_an_empty_id_is_code_1002(api, rejected):
    rejected(api.get("/bounces//dump"), 400, 1002)
    rejected(api.put("/bounces//activate"), 400, 1002)


def test_a_dump_is_kept_for_30_days(api, found, pass_time):
    pass_time(timedelta(0))
    api.accepted(To=HARD)
    number = found()["Bounces"][0]["ID"]
    pass_time(timedelta(days=30, seconds=-1))
    assert api.get(f"/bounces/{number}/dump").json()["Body"]
    pass_time(timedelta(seconds=1))
    assert api.get(f"/bounces/{number}/dump").json() == {"Body": ""}
    assert api.get(f"/bounces/{number}").json()["DumpAvailable"] is False


@pytest.mark.parametrize("body", [None, {}])
def test_activating_reactivates_the_address(api, found, rejected, body):
    api.accepted(To=HARD)
    api.accepted(To=HARD, MessageStream="broadcast")
    rejected(api.send(To=HARD), 422, 406)
    number = found()["Bounces"][0]["ID"]
    response = api.put(f"/bounces/{number}/activate", body).json()
    assert set(response) == {"Message", "Bounce"}
    assert response["Message"] == "OK"
    assert set(response["Bounce"]) == KEYS | {"Content"}
    assert (response["Bounce"]["ID"], response["Bounce"]["Inactive"]) == (number, False)
    assert found(inactive="true")["TotalCount"] == 0
    assert found(inactive="true", messagestream="broadcast")["TotalCount"] == 1
    rejected(api.send(To=HARD, MessageStream="broadcast"), 422, 406)
    api.accepted(To=HARD)
    assert [row["Inactive"] for row in found()["Bounces"]] == [True, False]


def test_activating_an_active_address_changes_nothing(api, found):
    api.accepted(To=HARD)
    number = found()["Bounces"][0]["ID"]
    first = api.put(f"/bounces/{number}/activate").json()
    assert api.put(f"/bounces/{number}/activate").json() == first


def test_a_bounce_that_does_not_deactivate_is_code_1003(api, found, rejected):
    """A bounce of a type that never deactivates cannot be activated: code 1003."""
    api.accepted(To="dnserror@bounce-testing.postmarkapp.com")
    rejected(api.put(f"/bounces/{found()['Bounces'][0]['ID']}/activate"), 422, 1003, "dnserror@")


def test_a_soft_bounce_can_be_activated(api, found):
    api.accepted(To=SOFT)
    bounce = found()["Bounces"][0]
    assert (bounce["CanActivate"], bounce["Inactive"]) == (True, False)
    activated = api.put(f"/bounces/{bounce['ID']}/activate").json()["Bounce"]
    assert (activated["ID"], activated["Inactive"]) == (bounce["ID"], False)


def test_a_complaint_suppresses_permanently(api, found, complaint, rejected):
    """A complaint tells no sender, and neither it nor another bounce undoes the suppression."""
    row = found(type="SpamComplaint")["Bounces"][0]
    assert (row["ID"], row["CanActivate"]) == (complaint, False)
    assert set(row) == (KEYS | {"RecordType"}) - {"From"}
    rejected(api.put(f"/bounces/{complaint}/activate"), 422, 1003)
    rejected(api.send(To="a@example.com"), 422, 406)


def test_delivery_stats_count_bounces_by_type(api, complaint):
    for stream in ("outbound", "broadcast"):
        api.accepted(To=f"{HARD}, {SOFT}", MessageStream=stream)
    api.accepted(To=SOFT)
    assert api.get("/deliverystats").json() == {
        "InactiveMails": 2,
        "Bounces": [
            {"Name": "All", "Count": 6},
            {"Type": "HardBounce", "Name": "Hard bounce", "Count": 2},
            {"Type": "SoftBounce", "Name": "Soft bounce", "Count": 3},
            {"Type": "SpamComplaint", "Name": "Spam complaint", "Count": 1},
        ],
    }


def test_delivery_stats_without_bounces_have_only_the_sum(api):
    assert api.get("/deliverystats").json() == {"InactiveMails": 0, "Bounces": [{"Name": "All", "Count": 0}]}


def test_bounces_of_other_servers_are_not_visible(api, sandbox, open_api, found, rejected):
    api.accepted(To=HARD)
    number = found()["Bounces"][0]["ID"]
    with sandbox.store.transaction() as db:
        token = servers.tokens(db, servers.create(db, "Second", 0))[0]
    other = open_api(sandbox, token)
    assert other.get("/bounces", count=1, offset=0).json() == {"TotalCount": 0, "Bounces": []}
    assert other.get("/deliverystats").json()["InactiveMails"] == 0
    rejected(other.get(f"/bounces/{number}"), 422, 1001)
    rejected(other.put(f"/bounces/{number}/activate"), 422, 1001)
    rejected(other.get("/bounces", count=0, offset=0), 422, 1000)
