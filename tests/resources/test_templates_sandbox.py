"""`client.templates` and `account.templates` against the sandbox, each call once."""

from __future__ import annotations

import pytest

from emailapi import (
    AccountClient,
    Client,
    Conflict,
    ContentValidation,
    InvalidRequest,
    NotFound,
    PushAction,
    PushedTemplate,
    Template,
    TemplateDetails,
    TemplateType,
    TemplateValidation,
)
from emailapi.sandbox import Sandbox
from emailapi.sandbox.tables import servers

FRAME = {"name": "Frame", "template_type": TemplateType.LAYOUT, "html_body": "<b>{{{@content}}}</b>"}
WELCOME = {"name": "Welcome", "subject": "Hi {{name}}", "text_body": "Hello {{name}}"}


@pytest.fixture(scope="module")
def layout(sandbox):
    """A layout with the alias `frame`, of the first server."""
    with Client(sandbox.token, base_url=sandbox.url) as client:
        return client.templates.create(alias="frame", **FRAME)


def test_create_returns_an_active_template(client, layout):
    made = client.templates.create(alias="create", layout_template="frame", **WELCOME)
    assert made == Template(
        template_id=made.template_id,
        alias="create",
        name="Welcome",
        active=True,
        template_type=TemplateType.STANDARD,
        layout_template="frame",
    )
    assert made.template_id > layout.template_id


def test_get_accepts_an_id_or_an_alias(client, layout):
    made = client.templates.create(alias="get", layout_template="frame", **WELCOME)
    found = client.templates.get("get")
    assert found == client.templates.get(made.template_id)
    assert found == TemplateDetails(
        template_id=made.template_id,
        alias="get",
        name="Welcome",
        active=True,
        template_type=TemplateType.STANDARD,
        layout_template="frame",
        subject="Hi {{name}}",
        text_body="Hello {{name}}",
        associated_server_id=found.associated_server_id,
    )
    assert found.associated_server_id


def test_list_filters_and_pages_templates(client, layout):
    """A listing is narrowed by type and by layout, and walked page by page."""
    client.templates.create(alias="listed", **FRAME)
    made = [
        client.templates.create(alias=f"list{number}", layout_template="listed", **WELCOME).template_id
        for number in range(3)
    ]
    page = client.templates.list(count=2, layout_template="listed")
    assert (page.total_count, len(page)) == (3, 2)
    assert [template.template_id for template in page.iter_all()] == made[::-1]
    layouts = client.templates.list(template_type=TemplateType.LAYOUT)
    assert {template.alias for template in layouts} == {"frame", "listed"}


def test_edit_changes_only_the_given_settings(client, layout):
    made = client.templates.create(alias="edit", layout_template="frame", **WELCOME)
    changed = client.templates.edit("edit", subject="Bye")
    assert changed == made
    assert client.templates.get("edit").subject == "Bye"
    assert client.templates.edit(made.template_id, layout_template="").layout_template is None


def test_a_deleted_template_is_inactive(client):
    client.templates.create(alias="delete", **FRAME)
    user = client.templates.create(alias="user", layout_template="delete", **WELCOME)
    with pytest.raises(Conflict, match=f"used by {user.template_id}"):
        client.templates.delete("delete")
    client.templates.delete("user")
    client.templates.delete("delete")
    assert client.templates.get("user").active is False
    with pytest.raises(NotFound, match="not valid or was not found"):
        client.templates.delete("user")


def test_validate_returns_errors_or_rendered_parts(client, layout):
    found = client.templates.validate(
        subject="Hi {{name}}",
        html_body="<i>{{name}}</i>",
        layout_template="frame",
        test_render_model={"name": "Ann"},
        inline_css_for_html_test_render=False,
    )
    assert found == TemplateValidation(
        all_content_is_valid=True,
        subject=ContentValidation(content_is_valid=True, rendered_content="Hi Ann"),
        html_body=ContentValidation(content_is_valid=True, rendered_content="<b><i>Ann</i></b>"),
        suggested_template_model={"name": "Ann"},
    )
    found = client.templates.validate(subject="Hi", text_body="Hello\n{{first-name}}")
    assert (found.all_content_is_valid, found.subject.content_is_valid) == (False, True)
    (fault,) = found.text_body.validation_errors
    assert (fault.line, fault.character_position, found.text_body.rendered_content) == (2, 1, "")
    with pytest.raises(InvalidRequest) as caught:
        client.templates.validate(template_type=TemplateType.STANDARD)
    assert caught.value.code == 1120


def test_rejected_requests_raise_the_class_of_their_code(client):
    for changes, code in (({"subject": None}, 1120), ({"text_body": "{{#a}}"}, 1122), ({"alias": "a b"}, 1122)):
        with pytest.raises(InvalidRequest) as caught:
            client.templates.create(**{**WELCOME, **changes})
        assert caught.value.code == code
    for id_or_alias in (77, "no such one"):
        with pytest.raises(NotFound) as caught:
            client.templates.get(id_or_alias)
        assert caught.value.code == 1101


def test_push_copies_templates_to_another_server():
    """A push copies what has an alias, or tells what it would do; an unknown server is `NotFound`."""
    with Sandbox() as sandbox, AccountClient(sandbox.account_token, base_url=sandbox.url) as account:
        with sandbox.store.transaction() as db:
            second = servers.create(db, "Second", 0)
            token = servers.tokens(db, second)[0]
        with Client(sandbox.token, base_url=sandbox.url) as client:
            client.templates.create(alias="frame", **FRAME)
        ids = {"source_server_id": servers.FIRST, "destination_server_id": second}
        plan = account.templates.push(**ids, perform_changes=False)
        frame = PushedTemplate(action=PushAction.CREATE, alias="frame", name="Frame", template_type=TemplateType.LAYOUT)
        assert (plan.items, plan.total_count) == ((frame,), 1)
        done = account.templates.push(**ids, perform_changes=True)
        with Client(token, base_url=sandbox.url) as client:
            assert client.templates.get("frame").template_id == done[0].template_id
        with pytest.raises(NotFound, match="The destination server was not found."):
            account.templates.push(source_server_id=servers.FIRST, destination_server_id=99, perform_changes=True)
        same = {"source_server_id": servers.FIRST, "destination_server_id": servers.FIRST}
        with pytest.raises(InvalidRequest) as caught:
            account.templates.push(**same, perform_changes=True)
        assert caught.value.__notes__ == ["The sandbox says why: The source is the destination."]
