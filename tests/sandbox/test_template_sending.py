"""Emails with templates: what is rendered, kept, rejected, and what bounces."""

from __future__ import annotations

import json

import pytest

STANDARD = {
    "Name": "Welcome",
    "Alias": "welcome",
    "Subject": "Hi {{name}}",
    "HtmlBody": "<style>b{color:red}</style><b>{{name}}</b>",
    "TextBody": "Hello {{name}}, {{#each xs}}{{.}};{{/each}}",
}
LAYOUT = {
    "Name": "Frame",
    "Alias": "frame",
    "TemplateType": "Layout",
    "HtmlBody": "<i>{{shop}}</i>{{{@content}}}",
    "TextBody": "{{{@content}}} - {{shop}}",
}
NOT_FOUND = "associated with this request is not valid or was not found."


@pytest.fixture
def make(api):
    """Makes a template, and returns its id."""

    def make(template=STANDARD, **changes):
        answer = api.post("/templates", {**template, **changes})
        assert answer.status_code == 200, answer.text
        return answer.json()["TemplateId"]

    return make


@pytest.fixture
def templated(api):
    """Returns an email with the template `welcome`, with these fields changed; None leaves one out."""

    def templated(**changes):
        email = {"From": "a@example.com", "To": "b@example.com", "TemplateAlias": "welcome", "TemplateModel": {}}
        return {name: value for name, value in {**email, **changes}.items() if value is not None}

    return templated


@pytest.fixture
def send(api, templated):
    """Sends such an email."""
    return lambda **changes: api.post("/email/withTemplate", templated(**changes))


@pytest.fixture
def sent(api, send):
    """Sends an email that must be accepted, and returns its details."""

    def sent(**changes):
        response = send(**changes)
        assert response.status_code == 200, response.text
        return api.details(response.json()["MessageID"])

    return sent


def test_an_email_has_the_rendered_content(make, send, api):
    make()
    response = send(TemplateModel={"name": "Ann & Bob", "xs": [1, 2.50]}).json()
    assert (response["ErrorCode"], response["Message"], response["To"]) == (0, "OK", "b@example.com")
    details = api.details(response["MessageID"])
    assert details["Subject"] == "Hi Ann & Bob"
    assert details["TextBody"] == "Hello Ann & Bob, 1;2.5;"
    assert details["HtmlBody"] == (
        '<html><head><style>b{color:red}</style></head><body><b style="color: red;">Ann &amp; Bob</b></body></html>'
    )
    assert api.found(subject="Ann & Bob")["TotalCount"] == 1


def test_everything_else_of_the_email_is_kept(make, sent):
    make()
    details = sent(
        Tag="t",
        Metadata={"a": 5},
        Cc="C <c@example.com>",
        ReplyTo="r@example.com",
        Headers=[{"Name": "X-A", "Value": "b"}],
        Attachments=[{"Name": "a.txt", "Content": "aGVsbG8=", "ContentType": "text/plain"}],
        TrackOpens=True,
        TrackLinks="HtmlOnly",
    )
    assert (details["Tag"], details["Metadata"], details["Attachments"]) == ("t", {"a": "5"}, ["a.txt"])
    assert (details["Cc"], details["TrackOpens"], details["TrackLinks"]) == (
        [{"Email": "c@example.com", "Name": "C"}],
        True,
        "HtmlOnly",
    )
    assert "X-A: b\r\n" in details["Body"]
    assert "Reply-To: r@example.com\r\n" in details["Body"]


def test_names_that_the_model_lacks_render_as_nothing(make, sent):
    make(Subject="{{name}}", HtmlBody="", TextBody="{{#name}}x{{/name}}")
    details = sent()
    assert (details["Subject"], details["TextBody"], details["HtmlBody"]) == ("", "", None)
    assert details["MessageEvents"][0]["Type"] == "Delivered"


def test_the_layout_is_around_both_bodies(make, sent):
    make(LAYOUT)
    make(LayoutTemplate="frame", HtmlBody="{{name}}")
    details = sent(TemplateModel={"shop": "S&S", "name": "N"}, InlineCss=False)
    assert (details["HtmlBody"], details["TextBody"]) == ("<i>S&amp;S</i>N", "Hello N,  - S&S")


def test_a_body_that_the_layout_does_not_have_stands_alone(make, sent):
    make(LAYOUT, HtmlBody="")
    make(LayoutTemplate="frame", TextBody="")
    details = sent(TemplateModel={"shop": "S", "name": "N"}, InlineCss=False)
    assert details["HtmlBody"] == "<style>b{color:red}</style><b>N</b>"


def test_css_is_not_inlined_on_request(make, sent):
    make()
    assert sent(InlineCss=False)["HtmlBody"] == "<style>b{color:red}</style><b></b>"


def test_an_edited_template_is_rendered_as_it_is_now(make, sent, api):
    make(LAYOUT)
    make(LayoutTemplate="frame", HtmlBody="", TextBody="one")
    assert sent()["TextBody"] == "one - "
    api.put("/templates/welcome", {"TextBody": "two"})
    api.put("/templates/frame", {"TextBody": "[{{{@content}}}]"})
    assert sent()["TextBody"] == "[two]"


@pytest.mark.parametrize("text, line", [("a\nb", "a b"), ("a\r\n\r\nb", "a b"), ("a\0b", "a b"), ("\r\na\n", " a ")])
def test_a_subject_is_one_line(make, sent, text, line):
    make()
    assert sent(TemplateModel={"name": text})["Subject"] == f"Hi {line}"


def test_the_id_wins_over_the_alias(make, sent):
    make()
    number = make(Alias="other", Subject="Other")
    for written in (number, str(number)):
        assert sent(TemplateId=written)["Subject"] == "Other"
    assert sent(TemplateId=0)["Subject"] == "Hi "


@pytest.mark.parametrize(
    "changes, code, text",
    [
        ({"TemplateAlias": None}, 1101, f"The 'TemplateId' {NOT_FOUND}"),
        ({"TemplateAlias": "nothing"}, 1101, f"The Template's 'Alias' {NOT_FOUND}"),
        ({"TemplateId": 77}, 1101, f"The 'TemplateId' {NOT_FOUND}"),
        ({"TemplateId": -1}, 1101, f"The 'TemplateId' {NOT_FOUND}"),
        ({"TemplateId": 10**30}, 1101, f"The 'TemplateId' {NOT_FOUND}"),
        ({"TemplateId": "9" * 40}, 1101, f"The 'TemplateId' {NOT_FOUND}"),
        ({"TemplateId": "x"}, 403, "'TemplateId' must be a whole number, not a string."),
        ({"TemplateId": True}, 403, "'TemplateId'"),
        ({"TemplateId": 1.5}, 403, "'TemplateId'"),
        ({"TemplateAlias": "frame"}, 1101, "is a layout: no email can be sent with it"),
        ({"TemplateAlias": "gone"}, 1101, "was deleted"),
        ({"TemplateModel": None}, 1120, "A 'TemplateModel' is required when using a template to send an email."),
        ({"TemplateModel": []}, 403, "'TemplateModel' must be an object, not an array."),
        ({"TemplateModel": "x"}, 403, "'TemplateModel' must be an object"),
        ({"TemplateModel": {"a": ["\ud800"]}}, 1122, "lone surrogate"),
        ({"TemplateModel": {"\ud800": 1}}, 1122, "lone surrogate"),
        ({"Subject": "Hi"}, 1123, "'Subject' must not be given"),
        ({"HtmlBody": "<p>"}, 1123, "'HtmlBody'"),
        ({"TextBody": "x"}, 1123, "'TextBody'"),
        ({"InlineCss": "yes"}, 403, "'InlineCss' must be a boolean"),
        ({"From": "x"}, 300, "'From'"),
        ({"To": None}, 300, "Zero recipients specified"),
        ({"MessageStream": "none"}, 1235, "does not exist on this server"),
        ({"Metadata": {"x" * 21: 1}}, 300, "metadata"),
    ],
)
def test_emails_that_are_rejected(make, api, send, rejected, changes, code, text):
    make()
    make(LAYOUT)
    make(Alias="gone")
    api.delete("/templates/gone")
    rejected(send(**changes), 422, code, text)
    assert api.found()["TotalCount"] == 0


@pytest.mark.parametrize(
    "model, text",
    [
        ("[" * 120 + "]" * 120, "nested more than 100 levels deep"),
        ('{"a":' * 120 + "1" + "}" * 120, "nested more than 100 levels deep"),
        ("1e999", "a number that is too large"),
        ("[-1e999]", "a number that is too large"),
    ],
    ids=["arrays", "objects", "number", "number-in-array"],
)
def test_models_that_are_rejected(make, api, templated, rejected, model, text):
    make()
    body = json.dumps(templated(TemplateModel={"a": 0})).replace('{"a": 0}', f'{{"a": {model}}}')
    for path, data in (
        ("/email/withTemplate", body),
        ("/templates/validate", body.replace("TemplateModel", "TestRenderModel")),
    ):
        data = data.replace('"TemplateAlias"', '"TextBody"') if "validate" in path else data
        rejected(api.request("POST", path, data=data, headers={"Content-Type": "application/json"}), 422, 1122, text)


@pytest.mark.parametrize("field", ["Subject", "HtmlBody", "TextBody"])
def test_content_that_is_blank_is_not_given(make, sent, field):
    """Clients in Go send empty texts for what they do not use."""
    make()
    assert sent(**{field: ""})["Subject"] == "Hi "


def test_names_of_fields_match_in_any_case_but_not_those_of_the_model(make, api):
    make()
    body = {"from": "a@example.com", "TO": "b@example.com", "templateAlias": "welcome", "templatemodel": {"Name": "x"}}
    response = api.post("/email/withTemplate/", body)
    assert api.details(response.json()["MessageID"])["Subject"] == "Hi "


@pytest.mark.parametrize(
    "model, reason",
    [
        (
            {"name": "N", "xs": {"a": 1}},
            "'TextBody' cannot be rendered: line 1, character 17: {{#each xs}} needs an array:"
            " the model has another value.",
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


def test_a_layout_that_does_not_fit_the_model_says_so(make, sent):
    make(LAYOUT, TextBody="\n{{#each shop}}{{/each}}{{{@content}}}")
    make(LayoutTemplate="frame")
    (event,) = sent(TemplateModel={"shop": "S"})["MessageEvents"]
    assert "line 2, character 1: In the layout: {{#each shop}} needs an array" in event["Details"]["Summary"]


def test_an_email_that_is_too_large_when_it_is_rendered_is_rejected(make, send, rejected):
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
def test_batches_that_are_rejected(api, rejected, body, code):
    rejected(api.post("/email/batchWithTemplates", body), 422, code)


def test_faults_meet_emails_with_templates(make, api, templated):
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
