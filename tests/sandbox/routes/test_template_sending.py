"""Emails with templates: what is rendered, kept and rejected."""

from __future__ import annotations

import json

import pytest

NOT_FOUND = "associated with this request is not valid or was not found."


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


def test_all_other_fields_of_the_email_are_kept(make, sent):
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


def test_names_missing_in_the_model_render_as_empty(make, sent):
    make(Subject="{{name}}", HtmlBody="", TextBody="{{#name}}x{{/name}}")
    details = sent()
    assert (details["Subject"], details["TextBody"], details["HtmlBody"]) == ("", "", None)
    assert details["MessageEvents"][0]["Type"] == "Delivered"


def test_the_layout_is_around_both_bodies(make, sent, layout):
    make(layout)
    make(LayoutTemplate="frame", HtmlBody="{{name}}")
    details = sent(TemplateModel={"shop": "S&S", "name": "N"}, InlineCss=False)
    assert (details["HtmlBody"], details["TextBody"]) == ("<i>S&amp;S</i>N", "Hello N,  - S&S")


def test_a_body_without_a_layout_body_is_rendered_alone(make, sent, layout):
    make(layout, HtmlBody="")
    make(LayoutTemplate="frame", TextBody="")
    details = sent(TemplateModel={"shop": "S", "name": "N"}, InlineCss=False)
    assert details["HtmlBody"] == "<style>b{color:red}</style><b>N</b>"


def test_css_is_not_inlined_on_request(make, sent):
    make()
    assert sent(InlineCss=False)["HtmlBody"] == "<style>b{color:red}</style><b></b>"


def test_the_current_version_of_a_template_is_rendered(make, sent, api, layout):
    make(layout)
    make(LayoutTemplate="frame", HtmlBody="", TextBody="one")
    assert sent()["TextBody"] == "one - "
    api.put("/templates/welcome", {"TextBody": "two"})
    api.put("/templates/frame", {"TextBody": "[{{{@content}}}]"})
    assert sent()["TextBody"] == "[two]"


@pytest.mark.parametrize("text, line", [("a\nb", "a b"), ("a\r\n\r\nb", "a b"), ("a\0b", "a b"), ("\r\na\n", " a ")])
def test_a_subject_is_one_line(make, sent, text, line):
    make()
    assert sent(TemplateModel={"name": text})["Subject"] == f"Hi {line}"


def test_the_id_takes_precedence_over_the_alias(make, sent):
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
def test_invalid_emails_are_rejected(make, api, send, rejected, changes, code, text, layout):
    make()
    make(layout)
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
def test_invalid_models_are_rejected(make, api, templated, rejected, model, text):
    make()
    body = json.dumps(templated(TemplateModel={"a": 0})).replace('{"a": 0}', f'{{"a": {model}}}')
    for path, data in (
        ("/email/withTemplate", body),
        ("/templates/validate", body.replace("TemplateModel", "TestRenderModel")),
    ):
        data = data.replace('"TemplateAlias"', '"TextBody"') if "validate" in path else data
        rejected(api.request("POST", path, data=data, headers={"Content-Type": "application/json"}), 422, 1122, text)


@pytest.mark.parametrize("field", ["Subject", "HtmlBody", "TextBody"])
def test_blank_content_counts_as_missing(make, sent, field):
    """Clients in Go send empty texts for what they do not use."""
    make()
    assert sent(**{field: ""})["Subject"] == "Hi "


def test_names_of_fields_match_in_any_case_but_not_those_of_the_model(make, api):
    make()
    body = {"from": "a@example.com", "TO": "b@example.com", "templateAlias": "welcome", "templatemodel": {"Name": "x"}}
    response = api.post("/email/WITHtemplate/", body)
    assert api.details(response.json()["MessageID"])["Subject"] == "Hi "
