"""Emails with templates that cannot be rendered, and batches of them."""

from __future__ import annotations

import pytest

NO_ARRAY = "{{#each xs}} needs an array: the model has another value."


@pytest.mark.parametrize(
    "model, reason",
    [
        (
            {"name": "N", "xs": {"a": 1}},
            f"'TextBody' cannot be rendered: line 1, character 17: {NO_ARRAY}",
        ),
        ({"name": "x" * 2001}, "'Subject' cannot be rendered: The rendered text is longer than 2000 characters."),
    ],
    ids=["loop", "subject"],
)
def test_an_email_that_cannot_be_rendered_bounces(make, sent, api, model, reason):
    """It is accepted, as the service renders later: what renders is kept, and the bounce has the reason."""
    make()
    details = sent(TemplateModel=model, To="b@example.com, c@example.com")
    assert [(event["Type"], event["Details"]["Summary"]) for event in details["MessageEvents"]] == [
        ("Bounced", reason)
    ] * 2
    bounces = api.get("/bounces", count=5, offset=0).json()["Bounces"]
    assert {(row["Type"], row["TypeCode"], row["Details"], row["Inactive"]) for row in bounces} == {
        ("TemplateRenderingFailed", 100010, reason, False)
    }
    assert reason in api.get(f"/bounces/{bounces[0]['ID']}/dump").json()["Body"]
    assert [bool(details["Subject"]), bool(details["TextBody"])].count(True) == 1
    assert details["HtmlBody"]


def test_the_error_of_a_layout_that_does_not_fit_the_model_says_so(make, sent, layout):
    make(layout, TextBody="\n{{#each shop}}{{/each}}{{{@content}}}")
    make(LayoutTemplate="frame")
    (event,) = sent(TemplateModel={"shop": "S"})["MessageEvents"]
    assert "line 2, character 1: In the layout: {{#each shop}} needs an array" in event["Details"]["Summary"]


@pytest.mark.costly
def test_an_email_that_is_too_large_when_rendered_is_rejected(make, send, rejected):
    make(HtmlBody="{{{x}}}", TextBody="{{x}}")
    file = {"Name": "a.txt", "Content": "QUFB" * 500_000, "ContentType": "text/plain"}
    rejected(send(TemplateModel={"x": "x" * 4_500_000}, Attachments=[file]), 422, 300, "larger than 10 MB")


def test_suppressed_recipients_are_rejected(make, send, rejected):
    make()
    hard = "hardbounce@bounce-testing.postmarkapp.com"
    assert send(To=hard).status_code == 200
    rejected(send(To=hard), 422, 406, hard)


def test_a_batch_has_an_item_for_each_email(make, api, templated):
    make()
    emails = [
        templated(TemplateModel={"name": "one"}),
        templated(TemplateAlias="nothing"),
        templated(TemplateModel=None),
        templated(To="World"),
        {},
        5,
        templated(TemplateModel={"name": "two"}),
    ]
    responses = api.post("/email/batchWithTemplates", {"Messages": emails}).json()
    assert [response["ErrorCode"] for response in responses] == [0, 1101, 1120, 300, 1120, 403, 0]
    assert all(set(response) == {"ErrorCode", "Message"} for response in responses[1:6])
    assert [api.details(response["MessageID"])["Subject"] for response in (responses[0], responses[-1])] == [
        "Hi one",
        "Hi two",
    ]
    request = next(each for each in api.sandbox.requests() if each.path == "/email/batchWithTemplates")
    assert len(request.message_ids) == 2
    assert [rejection.index for rejection in request.rejections] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "body, code",
    [
        ([], 403),
        ({}, 403),
        ({"Messages": None}, 403),
        ({"Messages": {}}, 403),
        ({"Messages": []}, 403),
        ({"Messages": [{}] * 501}, 410),
    ],
)
def test_invalid_batches_are_rejected(api, rejected, body, code):
    rejected(api.post("/email/batchWithTemplates", body), 422, code)


def test_faults_apply_to_template_emails(make, api, templated):
    make()
    with api.sandbox.faults.bounce_all("SoftBounce", to="x@example.com"):
        both = [templated(To="x@example.com"), templated()]
        first, second = api.post("/email/batchWithTemplates", {"messages": both}).json()
    assert api.details(first["MessageID"])["MessageEvents"][0]["Type"] == "Bounced"
    assert api.details(second["MessageID"])["MessageEvents"][0]["Type"] == "Delivered"


def test_the_recipient_gets_the_link_to_unsubscribe_from_a_broadcast(make, api, send):
    stream = {"ID": "news", "Name": "News", "MessageStreamType": "Broadcasts"}
    assert api.post("/message-streams", stream).status_code == 200
    make(HtmlBody='<a href="{{{ pm:unsubscribe_url }}}">{{name}}</a>', TextBody="Leave: {{{ pm:unsubscribe }}}")
    assert send(MessageStream="news", TemplateModel={"name": "N"}).status_code == 200
    (message,) = api.sandbox.messages()
    assert "{{{ pm:unsubscribe }}}" in message.text_body
    copy = message.as_received()
    assert f"{api.sandbox.url}/u/" in copy.text_body
    assert f'<a href="{api.sandbox.url}/u/' in copy.html_body
    assert "pm:unsubscribe" not in copy.text_body + copy.html_body
