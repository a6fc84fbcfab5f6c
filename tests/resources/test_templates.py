"""`client.templates` and `account.templates` against contract sections 2.7 and 2.16."""

from __future__ import annotations

import pytest

from emailapi import (
    ContentValidation,
    NotFound,
    Page,
    PushAction,
    PushedTemplate,
    Template,
    TemplateDetails,
    TemplateFault,
    TemplateType,
    TemplateValidation,
)

LISTED = Template(
    template_id=1234,
    alias="welcome-v1.2",
    name="Welcome",
    active=True,
    template_type=TemplateType.STANDARD,
    layout_template="my-layout",
)
LAYOUT = Template(
    template_id=1235, alias="", name="My layout", active=True, template_type=TemplateType.LAYOUT, layout_template=None
)

CALLS = [
    (
        lambda client: client.templates.list(
            count=50, offset=2, template_type=TemplateType.STANDARD, layout_template="my-layout"
        ),
        "GET /templates",
        {"query": "templates_query", "response": "templates"},
        Page((LISTED, LAYOUT), 4, 2),
    ),
    (
        lambda client: client.templates.get("welcome-v1.2"),
        "GET /templates/welcome-v1.2",
        {"response": "template"},
        TemplateDetails(
            template_id=1234,
            alias="welcome-v1.2",
            name="Welcome",
            active=True,
            template_type=TemplateType.STANDARD,
            layout_template="my-layout",
            subject="Hi {{name}}",
            html_body="<p>Hi {{name}}</p>",
            text_body="Hi {{name}}",
            associated_server_id=23,
        ),
    ),
    (
        lambda client: client.templates.create(
            name="Welcome",
            subject="Hi {{name}}",
            html_body="<p>Hi {{name}}</p>",
            text_body="Hi {{name}}",
            alias="welcome-v1.2",
            template_type=TemplateType.STANDARD,
            layout_template="my-layout",
        ),
        "POST /templates",
        {"body": "template_create", "response": "template_saved"},
        LISTED,
    ),
    (
        lambda client: client.templates.edit(
            1234,
            name="Welcome",
            subject="Hello {{name}}",
            html_body="<p>Hello {{name}}</p>",
            text_body="Hello {{name}}",
            alias="welcome-v1.3",
            layout_template="",
        ),
        "PUT /templates/1234",
        {"body": "template_edit", "response": "template_saved"},
        LISTED,
    ),
    (lambda client: client.templates.delete("welcome"), "DELETE /templates/welcome", {}, None),
    (
        lambda client: client.templates.validate(
            subject="Hi {{name}}",
            html_body="<p>{{name}</p>",
            text_body="Hi {{name}}",
            test_render_model={"name": "Jane", "items": [1, None, {"deep": True}]},
            inline_css_for_html_test_render=False,
            template_type="Standard",
            layout_template="my-layout",
        ),
        "POST /templates/validate",
        {"body": "template_validate", "response": "template_validate"},
        TemplateValidation(
            all_content_is_valid=True,
            subject=ContentValidation(content_is_valid=True, validation_errors=(), rendered_content="Hi!"),
            html_body=ContentValidation(
                content_is_valid=False,
                validation_errors=(
                    TemplateFault(message="The 'each' block is not closed.", line=2, character_position=17),
                    TemplateFault(message="Something else.", line=None, character_position=None),
                ),
                rendered_content="",
            ),
            text_body=ContentValidation(content_is_valid=True, validation_errors=(), rendered_content="Hi Jane"),
            suggested_template_model={"name": "name_Value", "items": [{"deep": "deep_Value"}]},
        ),
    ),
    (
        lambda account: account.templates.push(source_server_id=23, destination_server_id=42, perform_changes=False),
        "PUT /templates/push",
        {"body": "templates_push", "response": "templates_push"},
        Page(
            (
                # A dry run has made nothing that could have an id.
                PushedTemplate(
                    action=PushAction.CREATE,
                    template_id=None,
                    alias="welcome",
                    name="Welcome",
                    template_type=TemplateType.STANDARD,
                ),
                PushedTemplate(
                    action=PushAction.EDIT,
                    template_id=7,
                    alias="my-layout",
                    name="My layout",
                    template_type=TemplateType.LAYOUT,
                ),
            ),
            2,
        ),
    ),
]


@pytest.mark.parametrize("call, line, files, expected", CALLS)
def test_each_method_sends_the_documented_request_and_reads_the_response(contract, call, line, files, expected):
    assert contract(call, line, **files) == expected


def test_parts_that_were_not_submitted_are_none(service):
    service.respond("POST", "/templates/validate", {"AllContentIsValid": True, "HtmlBody": None, "Subject": {}})
    found = service.client.templates.validate(text_body="x")
    assert (found.html_body, found.text_body, found.subject) == (None, None, ContentValidation())


@pytest.mark.parametrize(
    "given, path", [(7, "7"), ("7", "7"), ("a.b-c_D", "a.b-c_D"), ("a/b", "a%2Fb"), ("ü ?#", "%C3%BC%20%3F%23")]
)
def test_an_id_or_alias_is_one_segment_of_the_path(service, given, path):
    service.respond("GET", f"/templates/{path}", {"ErrorCode": 1101, "Message": "No such template."}, 422)
    with pytest.raises(NotFound):
        service.client.templates.get(given)
    assert service.calls[0].path_url == f"/templates/{path}"
