"""Bulk requests: one content for many recipients (contract section 2.5)."""

from __future__ import annotations

import pytest

HARD = "hardbounce@bounce-testing.postmarkapp.com"
CONTENT = {"From": "Shop <shop@example.com>", "Subject": "Hi {{name}}", "HtmlBody": "<p>Hello {{name}}"}


def _bulk(*messages, **changes):
    """Return a request for messages; None leaves a field out."""
    fields = {**CONTENT, "Messages": list(messages), **changes}
    return {name: value for name, value in fields.items() if value is not None}


@pytest.fixture
def send(api):
    """Send a request that must be accepted, and give its state afterwards."""

    def send(*messages, **changes):
        response = api.post("/email/bulk", _bulk(*messages, **changes))
        assert response.status_code == 200, response.text
        return api.get(f"/email/bulk/{response.json()['Id']}").json()

    return send


def test_each_message_is_rendered_with_its_own_values(send, sandbox):
    send(
        {"To": "a@example.com", "TemplateModel": {"name": "Ada"}},
        {"To": "b@example.com", "Cc": "c@example.com", "Bcc": "d@example.com", "TemplateModel": {"name": "<Bob>"}},
        {"To": "e@example.com"},
        InlineCss=False,
    )
    found = sandbox.messages()
    assert {message.subject for message in found} == {"Hi Ada", "Hi <Bob>", "Hi "}
    bob = next(message for message in found if message.to[0].email == "b@example.com")
    assert (bob.html_body, bob.text_body) == ("<p>Hello &lt;Bob&gt;", None)
    assert [bob.cc[0].email, bob.bcc[0].email, bob.message_stream] == ["c@example.com", "d@example.com", "broadcast"]


def test_the_response_and_the_state_have_the_fields_of_the_service(api, send):
    response = api.post("/email/bulk", _bulk({"To": "a@example.com"}, {"To": HARD})).json()
    assert {**response, "Id": "", "ID": "", "SubmittedAt": ""} == {
        "Id": "",
        "ID": "",
        "SubmittedAt": "",
        "Status": "Accepted",
        "TotalMessages": 2,
        "PercentageCompleted": 0,
        "ReleasedCount": 0,
        "FailedCount": 0,
        "Subject": "Hi {{name}}",
    }
    state = send({"To": HARD}, {"To": "b@example.com"}, {"To": f"{HARD}, c@example.com"}, Subject=None)
    assert (state["Status"], state["PercentageCompleted"], state["TotalMessages"]) == ("Completed", 100, 3)
    assert (state["ReleasedCount"], state["FailedCount"], "Subject" in state) == (2, 1, False)


def test_shared_fields_apply_to_each_message_and_its_own_take_precedence(send, sandbox):
    send(
        {"To": "a@example.com"},
        {"To": "b@example.com", "Metadata": {"User": "2"}, "Headers": [{"Name": "x-a", "Value": "own"}]},
        Tag="news",
        ReplyTo="help@example.com",
        TrackOpens=True,
        TrackLinks="HtmlOnly",
        Metadata={"user": "1", "k": "v"},
        Headers=[{"Name": "X-A", "Value": "1"}, {"Name": "X-B", "Value": "2"}],
        Attachments=[{"Name": "a.txt", "Content": "aGVsbG8=", "ContentType": "text/plain"}],
    )
    first, second = sorted(sandbox.messages(), key=lambda message: message.to[0].email)
    assert (first.metadata, second.metadata) == ({"user": "1", "k": "v"}, {"k": "v", "User": "2"})
    assert [(header.name, header.value) for header in first.headers] == [("X-A", "1"), ("X-B", "2")]
    assert [(header.name, header.value) for header in second.headers] == [("X-B", "2"), ("x-a", "own")]
    for message in (first, second):
        assert (message.tag, message.track_opens, message.track_links) == ("news", True, "HtmlOnly")
        assert (message.reply_to[0].email, message.attachment("a.txt").content) == ("help@example.com", b"hello")


def test_a_template_gives_the_content(api, send, sandbox):
    api.post("/templates", {"Name": "Welcome", "Alias": "welcome", "Subject": "Dear {{n}}", "TextBody": "{{n}}!"})
    without = {"Subject": None, "HtmlBody": None, "TemplateAlias": "welcome", "TemplateId": None}
    state = send({"To": "a@example.com", "TemplateModel": {"n": "Ada"}}, **without)
    assert [(message.subject, message.text_body) for message in sandbox.messages()] == [("Dear Ada", "Ada!")]
    assert state["Subject"] == "Dear {{n}}"


def test_a_message_that_cannot_be_rendered_fails_alone(send, sandbox):
    state = send(
        {"To": "a@example.com", "TemplateModel": {"rows": [1]}},
        {"To": "b@example.com", "TemplateModel": {"rows": "text"}},
        HtmlBody="{{#each rows}}{{.}}{{/each}}",
    )
    assert (state["ReleasedCount"], state["FailedCount"]) == (1, 1)
    assert [message.to[0].email for message in sandbox.messages("is:delivered")] == ["a@example.com"]


def test_the_default_stream_is_the_first_active_broadcast_stream(api, send, sandbox, rejected):
    news = {"ID": "news", "Name": "News", "MessageStreamType": "Broadcasts"}
    assert api.post("/message-streams", news).ok
    send({"To": "a@example.com"}, MessageStream="news")
    assert sandbox.messages()[0].message_stream == "news"
    rejected(api.post("/email/bulk", _bulk({"To": "a@example.com"}, MessageStream="x")), 422, 1226)
    rejected(api.post("/email/bulk", _bulk({"To": "a@example.com"}, MessageStream="inbound")), 422, 1236)
    api.post("/message-streams/news/archive", {})
    rejected(api.post("/email/bulk", _bulk({"To": "a@example.com"}, MessageStream="news")), 422, 1226)


@pytest.mark.parametrize(
    "changes, code, text",
    [
        ({"From": None}, 300, "Invalid 'From' address: ''"),
        ({"From": "x" * 300 + "@example.com"}, 300, "the limit is 255"),
        ({"Messages": None}, 300, "at least one message"),
        ({"Messages": []}, 300, "at least one message"),
        ({"Messages": {"To": "a@example.com"}}, 403, "must be an array"),
        ({"Messages": [5]}, 403, "'Messages[0]' must be an object"),
        ({"Messages": [{}]}, 300, "Zero recipients"),
        ({"Messages": [{"To": ",".join(f"{n}@example.com" for n in range(51))}]}, 300, "the limit is 50"),
        ({"Messages": [{"To": "a@example.com", "TemplateModel": []}]}, 403, "must be an object"),
        ({"HtmlBody": None}, 300, "TextBody or HtmlBody"),
        ({"HtmlBody": "{{#x}}"}, 1122, "cannot be parsed"),
        ({"TemplateAlias": "x"}, 11, "2 problems"),
        ({"HtmlBody": None, "Subject": None, "TemplateAlias": "x"}, 1101, "not valid or was not found"),
        ({"Attachments": [{"Name": "a.exe", "Content": "", "ContentType": "a/b"}]}, 411, "not allowed"),
        ({"TrackLinks": "Some"}, 300, "TrackLinks"),
    ],
    ids=range(15),
)
def test_a_single_problem_has_its_own_code(api, sandbox, changes, code, text):
    response = api.post("/email/bulk", _bulk({"To": "a@example.com"}, **changes))
    assert (response.status_code, response.json()["ErrorCode"]) == (422, code), response.text
    assert text in f"{response.json()['Message']} {response.headers.get('X-Sandbox-Reason', '')}"
    assert not sandbox.messages()


def test_several_problems_are_reported_together_and_nothing_is_sent(api, sandbox, client):
    ten = {str(number): "x" for number in range(10)}
    request = _bulk(
        {"To": "a@example.com"},
        {"To": "b@"},
        {"Cc": 5},
        {"To": "c@example.com", "Metadata": ten},
        Tag=5,
        Metadata={"k": "v"},
    )
    error = api.post("/email/bulk", request).json()
    assert error["ErrorCode"] == 11
    assert {name: [each["ErrorCode"] for each in listed] for name, listed in error["Errors"].items()} == {
        "Tag": [403],
        "Messages[1]": [300],
        "Messages[2].Cc": [403],
        "Messages[3]": [300],
    }
    assert not sandbox.messages()
    assert api.get("/email/bulk").json() == {"Requests": []}


@pytest.mark.costly
def test_requests_are_listed_page_by_page(api, send, rejected):
    ids = [send({"To": "a@example.com"}, Subject=str(number))["Id"] for number in range(5)]
    page = api.get("/email/bulk", count=2).json()
    found = [*page["Requests"]]
    while "PaginationKey" in page:
        send({"To": "a@example.com"})  # pages stay as they are
        page = api.get("/email/bulk", count=2, paginationKey=page["PaginationKey"]).json()
        found += page["Requests"]
    assert [each["Id"] for each in found] == ids[::-1]
    rejected(api.get("/email/bulk", paginationKey="x"), 422, 13)
    for count in ("0", "501", "x", "²"):
        rejected(api.get("/email/bulk", count=count), 422, 403)


def test_each_server_sees_only_its_own_requests(send, open_api, sandbox, account, rejected):
    state = send({"To": "a@example.com"})
    other = open_api(sandbox, account.post("/servers", {"Name": "Second"}).json()["ApiTokens"][0])
    rejected(other.get(f"/email/bulk/{state['Id']}"), 404, 12)
    rejected(other.get("/email/bulk", paginationKey=state["Id"]), 422, 13)
    assert other.get("/email/bulk").json() == {"Requests": []}


def test_messages_are_recorded_with_their_request(send, api, sandbox):
    send({"To": "a@example.com", "Metadata": {"emailapi-key": "k1"}})
    assert api.found(messagestream="broadcast", **{"metadata_emailapi-key": "k1"})["TotalCount"] == 1
    sandbox.reset()
    assert api.get("/email/bulk").json() == {"Requests": []}


@pytest.mark.slow
def test_a_large_request_is_accepted_at_once(send, sandbox):
    state = send(*({"To": f"{number}@example.com", "TemplateModel": {"name": "x"}} for number in range(3000)))
    assert state["ReleasedCount"] == 3000
