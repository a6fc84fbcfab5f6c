"""Validation of templates that are not stored."""

from __future__ import annotations

import pytest

LAYOUT = {"Name": "Frame", "Alias": "frame", "TemplateType": "Layout", "HtmlBody": "<i>{{shop}}</i>{{{@content}}}"}


@pytest.fixture
def validate(api):
    """Validates a template, and returns the response as JSON."""

    def validate(**fields):
        response = api.post("/templates/validate", fields)
        assert response.status_code == 200, response.text
        return response.json()

    return validate


def test_a_valid_template_is_rendered_with_the_suggested_model(validate):
    found = validate(
        Subject="{{#company}}{{name}}{{/company}} {{headline}}",
        HtmlBody="<b>{{#company}}{{#each phones}}{{.}},{{/each}}{{/company}}</b>{{#each people}}{{name}}{{/each}}",
        TextBody="{{^none}}nothing{{/none}}",
    )
    valid = {"ContentIsValid": True, "ValidationErrors": []}
    html = "<html><head></head><body><b>phones_1,phones_2,phones_3,</b>name_Value</body></html>"
    assert found == {
        "AllContentIsValid": True,
        "Subject": {**valid, "RenderedContent": "name_Value headline_Value"},
        "HtmlBody": {**valid, "RenderedContent": html},
        "TextBody": {**valid, "RenderedContent": "nothing"},
        "SuggestedTemplateModel": {
            "company": {"name": "name_Value", "phones": ["phones_1", "phones_2", "phones_3"]},
            "headline": "headline_Value",
            "people": [{"name": "name_Value"}],
            "none": {},
        },
    }


@pytest.mark.parametrize("absent", [{}, {"Subject": None, "HtmlBody": None}, {"Subject": "", "TestRenderModel": None}])
def test_parts_that_are_not_sent_are_null(validate, absent):
    found = validate(TextBody="plain", **absent)
    assert (found["Subject"], found["HtmlBody"], found["SuggestedTemplateModel"]) == (None, None, {})
    assert found["TextBody"]["RenderedContent"] == "plain"


def test_all_errors_are_listed_with_their_positions(validate):
    found = validate(Subject="{{a}}", HtmlBody="x\n{{#if b}}{{c-d}}{{/if}}", TestRenderModel={"a": 1})
    assert (found["AllContentIsValid"], found["Subject"]["ContentIsValid"]) == (False, True)
    assert (found["HtmlBody"]["ContentIsValid"], found["HtmlBody"]["RenderedContent"]) == (False, None)
    errors = found["HtmlBody"]["ValidationErrors"]
    assert [(error["Line"], error["CharacterPosition"]) for error in errors] == [(2, 1), (2, 1), (2, 10), (2, 17)]
    assert all(set(error) == {"Message", "Line", "CharacterPosition"} and error["Message"] for error in errors)


def test_the_test_model_replaces_suggested_values(validate):
    found = validate(
        TextBody="{{a}} {{b.c}} {{b.d}} {{#each xs}}{{n}};{{/each}}",
        TestRenderModel={"b": {"c": 1.50}, "xs": [{"n": 1}, {"n": 2}], "unused": "x"},
    )
    assert found["TextBody"]["RenderedContent"] == "a_Value 1.5 d_Value 1;2;"
    assert found["SuggestedTemplateModel"] == {
        "a": "a_Value",
        "b": {"c": 1.5, "d": "d_Value"},
        "xs": [{"n": 1}, {"n": 2}],
        "unused": "x",
    }


def test_a_model_that_does_not_fit_is_an_error_with_its_position(validate):
    found = validate(TextBody="\n{{#each xs}}x{{/each}}", TestRenderModel={"xs": "text"})
    (error,) = found["TextBody"]["ValidationErrors"]
    assert (error["Line"], error["CharacterPosition"], found["AllContentIsValid"]) == (2, 1, False)
    assert found["TextBody"]["RenderedContent"] is None


def test_a_text_that_is_too_long_when_rendered_is_an_error_without_a_position(validate):
    (error,) = validate(Subject="{{a}}", TestRenderModel={"a": "x" * 2001})["Subject"]["ValidationErrors"]
    assert error == {
        "Message": "The rendered text is longer than 2000 characters.",
        "Line": None,
        "CharacterPosition": None,
    }


def test_the_css_is_inlined_unless_disabled(validate):
    html = "<style>b{color:red}</style><b>x</b>"
    assert '<b style="color: red;">' in validate(HtmlBody=html)["HtmlBody"]["RenderedContent"]
    found = validate(HtmlBody=html, InlineCssForHtmlTestRender=False)
    assert found["HtmlBody"]["RenderedContent"] == html


def test_a_template_is_rendered_in_its_layout(api, validate, rejected):
    api.post("/templates", LAYOUT)
    fields = {"Subject": "{{a}}", "HtmlBody": "<b>{{a}}</b>", "TextBody": "{{a}}", "InlineCssForHtmlTestRender": False}
    found = validate(**fields, LayoutTemplate="frame", TestRenderModel={"shop": "S&S"})
    rendered = [found[part]["RenderedContent"] for part in ("Subject", "HtmlBody", "TextBody")]
    assert rendered == ["a_Value", "<i>S&amp;S</i><b>a_Value</b>", "a_Value"]
    assert found["SuggestedTemplateModel"] == {"a": "a_Value", "shop": "S&S"}
    rejected(api.post("/templates/validate", {**fields, "LayoutTemplate": "none"}), 422, 1101, "no layout 'none'")


def test_a_layout_shows_the_position_of_its_content(validate):
    found = validate(TemplateType="Layout", HtmlBody="<b>{{{@content}}}</b>", InlineCssForHtmlTestRender=False)
    assert found["HtmlBody"]["RenderedContent"] == "<b>{{{@content}}}</b>"


@pytest.mark.parametrize("body", ["<b></b>", "{{{@content}}}{{{@content}}}"])
def test_a_layout_requires_one_content_placeholder(validate, body):
    found = validate(TemplateType="Layout", HtmlBody=body)
    (error,) = found["HtmlBody"]["ValidationErrors"]
    assert "The layout content placeholder must be present exactly once" in error["Message"]
    assert not found["AllContentIsValid"]


def test_only_layouts_have_a_content_placeholder(validate):
    (error,) = validate(TextBody="{{{@content}}}")["TextBody"]["ValidationErrors"]
    assert "only layouts" in error["Message"]


@pytest.mark.parametrize(
    "fields, code, text",
    [
        ({}, 1109, "no fields of a template"),
        ({"TemplateType": "Standard"}, 1120, "One of Subject, HtmlBody, TextBody is required."),
        ({"Subject": "", "TextBody": None}, 1120, "is required"),
        ({"TextBody": 5}, 403, "'TextBody' must be a string"),
        ({"TextBody": "x", "TestRenderModel": []}, 403, "'TestRenderModel' must be an object"),
        ({"TextBody": "\ud800"}, 1122, "lone surrogate"),
        ({"TextBody": "x", "TestRenderModel": {"a": "\ud800"}}, 1122, "lone surrogate"),
        ({"Subject": "x" * 2001}, 1121, "limit is 2000"),
        ({"TextBody": "x", "TemplateType": "Mine"}, 1122, "'TemplateType'"),
        ({"TextBody": "x", "InlineCssForHtmlTestRender": 1}, 403, "boolean"),
        ({"Subject": "x", "TemplateType": "Layout"}, 1123, "A layout has no 'Subject'"),
        ({"TextBody": "x", "TemplateType": "Layout", "LayoutTemplate": "a"}, 1123, "no 'LayoutTemplate'"),
    ],
)
def test_invalid_requests_are_rejected(api, rejected, fields, code, text):
    rejected(api.post("/templates/validate", fields), 422, code, text)


def test_nothing_is_stored(api, validate):
    validate(Subject="x", TextBody="y")
    assert api.get("/templates", count=1, offset=0).json()["TotalCount"] == 0
