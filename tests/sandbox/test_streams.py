"""Message streams: their rules, and their way to the archive and back."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

NEW = {"ID": "news", "Name": "News", "MessageStreamType": "Broadcasts"}
KEYS = set(
    "ID ServerID Name Description MessageStreamType CreatedAt UpdatedAt ArchivedAt ExpectedPurgeDate"
    " SubscriptionManagementConfiguration".split()
)
PATH = "/message-streams"


def handling(kind):
    return {"SubscriptionManagementConfiguration": {"UnsubscribeHandlingType": kind}}


@pytest.fixture
def create(api):
    """Makes a stream with these fields changed, and returns the response."""
    return lambda **changes: api.post(PATH, {**NEW, **changes})


@pytest.fixture
def edit(api):
    """Changes the stream `news`, and returns the response."""
    return lambda **changes: api.request("PATCH", f"{PATH}/news", json=changes)


@pytest.fixture
def do(api):
    """Posts a verb of a stream without a body, and returns the response."""
    return lambda verb, stream="news": api.request("POST", f"{PATH}/{stream}/{verb}")


@pytest.fixture
def ids(api):
    """Lists the ids of streams."""

    def ids(**query):
        response = api.get(PATH, **query).json()
        assert set(response) == {"MessageStreams", "TotalCount"}
        assert response["TotalCount"] == len(response["MessageStreams"])
        return [stream["ID"] for stream in response["MessageStreams"]]

    return ids


def test_a_server_starts_with_three_streams(api):
    streams = api.get(PATH).json()["MessageStreams"]
    assert [(stream["ID"], stream["MessageStreamType"]) for stream in streams] == [
        ("outbound", "Transactional"),
        ("inbound", "Inbound"),
        ("broadcast", "Broadcasts"),
    ]
    assert all(set(stream) == KEYS and stream["ServerID"] == 4_000_001 for stream in streams)
    unsubscribing = [stream["SubscriptionManagementConfiguration"] for stream in streams]
    assert unsubscribing == [{"UnsubscribeHandlingType": kind} for kind in ("None", "None", "Postmark")]


def test_a_new_stream_can_send(api, create):
    made = create(Description="Letters\nof news").json()
    assert set(made) == KEYS
    assert (made["ID"], made["Name"], made["Description"]) == ("news", "News", "Letters\nof news")
    assert (made["UpdatedAt"], made["ArchivedAt"], made["ExpectedPurgeDate"]) == (None, None, None)
    assert made["SubscriptionManagementConfiguration"] == {"UnsubscribeHandlingType": "Postmark"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*-0[45]:00", made["CreatedAt"])
    assert api.get(f"{PATH}/news").json() == made
    assert create(ID="more").json()["Description"] is None
    api.accepted(MessageStream="news")


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"ID": None}, 1222),
        ({"ID": ""}, 1222),
        ({"ID": "x" * 31}, 1227),
        ({"ID": "1x"}, 1227),
        ({"ID": "-x"}, 1227),
        ({"ID": "News"}, 1227),
        ({"ID": "a b"}, 1227),
        ({"ID": "a/b"}, 1227),
        ({"ID": "n\u00e9ws"}, 1227),
        ({"ID": "news\n"}, 1227),
        ({"ID": "\ud800"}, 1227),
        ({"ID": "pm-news"}, 1233),
        ({"ID": "all"}, 1237),
        ({"ID": "outbound"}, 1230),
        ({"Name": None}, 1223),
        ({"Name": " "}, 1223),
        ({"Name": "x" * 101}, 1224),
        ({"Name": "a\nb"}, 403),
        ({"Description": "x" * 1001}, 1231),
        ({"Description": "a <b>"}, 1234),
        ({"Description": "1 > 0"}, 1234),
        ({"MessageStreamType": None}, 1221),
        ({"MessageStreamType": "All"}, 1221),
        ({"MessageStreamType": "Other"}, 1221),
        ({"MessageStreamType": "Inbound"}, 1228),
        (handling("Other"), 1240),
        (handling("Custom"), 1238),
        (handling("None"), 1239),
        ({"MessageStreamType": "Inbound", **handling("Postmark")}, 1239),
        ({"MessageStreamType": "Inbound", **handling("Custom")}, 1239),
        ({"MessageStreamType": "Transactional", **handling("Custom")}, 1238),
        ({"ID": 5}, 403),
        ({"Name": ["x"]}, 403),
        ({"Description": {}}, 403),
        ({"MessageStreamType": 1}, 403),
        ({"SubscriptionManagementConfiguration": "None"}, 403),
        (handling(True), 403),
    ],
    ids=str,
)
def test_an_invalid_stream_is_rejected_by_its_code(create, ids, rejected, changes, code):
    rejected(create(**changes), 422, code)
    assert len(ids()) == 3


@pytest.mark.parametrize("body", [None, [], "news", 5])
def test_a_body_must_be_an_object(api, create, edit, rejected, body):
    """A stream is described by a JSON object and nothing else."""
    create()
    for method, path in (("POST", PATH), ("PATCH", f"{PATH}/news")):
        response = api.request(method, path, data=json.dumps(body), headers={"Content-Type": "application/json"})
        rejected(response, 422, 403, "object")


@pytest.mark.parametrize(
    "changes",
    [
        {"ID": "x"},
        {"ID": "a-0_" + "x" * 26},
        {"ID": "pm"},
        {"ID": "allx"},
        {"Name": "x" * 100},
        {"Description": "x" * 1000},
        {"Description": None, "SubscriptionManagementConfiguration": None},
        {"SubscriptionManagementConfiguration": {}},
        {"MessageStreamType": "Transactional"},
        {"MessageStreamType": "Transactional", **handling("None")},
        {"MessageStreamType": "Transactional", **handling("Postmark")},
        handling("Postmark"),
        {"Colour": "red"},
    ],
    ids=str,
)
def test_a_stream_at_the_limits_is_accepted(create, changes):
    assert create(**changes).status_code == 200


@pytest.mark.costly
def test_a_server_has_at_most_ten_streams(create, do, rejected):
    for number in range(7):
        assert create(ID=f"s{number}").status_code == 200
    rejected(create(), 422, 1225, "10")
    assert do("archive", "s0").status_code == 200
    assert create().status_code == 200
    rejected(do("unarchive", "s0"), 422, 1225)


def test_an_edit_changes_only_the_given_fields(create, edit, api, pass_time):
    pass_time(timedelta(0))
    made = create(Description="d").json()
    pass_time(timedelta(hours=1))
    edited = edit(Name="Newer", Description=None).json()
    assert edited == {**made, "Name": "Newer", "UpdatedAt": edited["UpdatedAt"]}
    assert edited["UpdatedAt"] > made["CreatedAt"]
    assert edit(Description="", **handling("Postmark")).json()["Description"] is None
    assert edit(ID="other", MessageStreamType="Transactional").json()["ID"] == "news"
    assert api.get(f"{PATH}/news").json()["MessageStreamType"] == "Broadcasts"


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"Name": ""}, 1223),
        ({"Name": "x" * 101}, 1224),
        ({"Description": "x" * 1001}, 1231),
        ({"Description": "<p>"}, 1234),
        (handling("Custom"), 1238),
        (handling("None"), 1239),
        (handling("none"), 1240),
        ({"Name": 5}, 403),
    ],
    ids=str,
)
def test_an_invalid_edit_changes_nothing(api, create, edit, rejected, changes, code):
    made = create().json()
    rejected(edit(**{"Name": "Newer", **changes}), 422, code)
    assert api.get(f"{PATH}/news").json() == made


def test_an_unknown_stream_is_code_1226(api, do, edit, rejected):
    for response in (
        api.get(f"{PATH}/news"),
        edit(Name="x"),
        do("archive"),
        do("unarchive"),
        api.get(f"{PATH}/OUTBOUND"),
    ):
        rejected(response, 422, 1226)


def test_streams_are_listed_by_type_and_archived_on_request(api, create, do, ids, rejected):
    create()
    do("archive")
    assert ids(MessageStreamType="Broadcasts") == ids(messagestreamtype="broadcasts") == ["broadcast"]
    assert ids(MessageStreamType="Inbound") == ["inbound"]
    assert ids(MessageStreamType="All") == ids(IncludeArchivedStreams="False") == ["outbound", "inbound", "broadcast"]
    assert ids(MessageStreamType="Broadcasts", IncludeArchivedStreams="true") == ["broadcast", "news"]
    rejected(api.get(PATH, MessageStreamType="Other"), 422, 1221, "Transactional")
    rejected(api.get(PATH, IncludeArchivedStreams="yes"), 422, 403, "IncludeArchivedStreams")


def test_an_archived_stream_cannot_send(api, create, do, pass_time, rejected):
    pass_time(timedelta(0))
    create()
    api.accepted(MessageStream="news")
    assert do("archive").json() == {
        "ID": "news",
        "ServerID": 4_000_001,
        "ExpectedPurgeDate": "2027-01-05T07:00:00.0000000-05:00",
    }
    shown = api.get(f"{PATH}/news").json()
    assert shown["ArchivedAt"] == "2026-11-21T07:00:00.0000000-05:00"
    assert shown["ExpectedPurgeDate"] == "2027-01-05T07:00:00.0000000-05:00"
    rejected(api.send(MessageStream="news"), 422, 1235, "archived")
    items = api.post("/email/batch", [api.email(MessageStream="news"), api.email()]).json()
    assert [item["ErrorCode"] for item in items] == [1235, 0]
    assert api.found(messagestream="news")["TotalCount"] == 1
    rejected(do("archive"), 422, 1241, "already")


@pytest.mark.parametrize("stream", ["outbound", "inbound", "broadcast"])
def test_a_default_stream_cannot_be_archived(do, ids, rejected, stream):
    rejected(do("archive", stream), 422, 1229, stream)
    assert len(ids()) == 3


def test_an_archived_stream_can_be_restored(api, create, do, pass_time):
    pass_time(timedelta(0))
    made = create().json()
    do("archive")
    pass_time(timedelta(days=45, seconds=-1))
    assert do("unarchive").json() == made
    assert do("unarchive").json() == made
    api.accepted(MessageStream="news")


def test_an_archived_stream_is_deleted_after_45_days(api, create, do, edit, ids, pass_time, rejected):
    pass_time(timedelta(0))
    create()
    do("archive")
    pass_time(timedelta(days=45))
    rejected(do("unarchive"), 422, 1232)
    rejected(create(), 422, 1230)
    for response in (api.get(f"{PATH}/news"), edit(Name="x"), do("archive"), api.get(f"{PATH}/news/suppressions/dump")):
        rejected(response, 422, 1226)
    rejected(api.send(MessageStream="news"), 422, 1235)
    assert "news" not in ids(IncludeArchivedStreams="true")
