"""The vendor's own client against the sandbox: templates, on one server and pushed to another."""

from __future__ import annotations

import postmark
import pytest

from emailapi.sandbox.tables import servers

STANDARD = {"name": "Welcome", "alias": "welcome", "subject": "Hi {{name}}", "html_body": "<p>", "text_body": "Hello"}
LAYOUT = {"name": "Frame", "alias": "frame", "template_type": "Layout", "html_body": "{{{@content}}}"}


@pytest.mark.costly
def test_the_vendors_client_manages_templates(vendor):
    """It makes, reads, changes, lists and removes a template, by id and by alias."""
    vendor.templates.create(LAYOUT)
    made = vendor.templates.create({**STANDARD, "layout_template": "frame"})
    assert (made.name, made.active, made.template_type.value) == ("Welcome", True, "Standard")
    found = vendor.templates.get("welcome")
    assert found == vendor.templates.get(made.template_id)
    assert (found.subject, found.html_body, found.text_body) == ("Hi {{name}}", "<p>", "Hello")
    assert (found.alias, found.layout_template) == ("welcome", "frame")
    assert vendor.templates.edit("welcome", {"subject": "Bye", "layout_template": ""}).layout_template is None
    page = vendor.templates.list(count=5)
    assert ([template.alias for template in page.items], page.total) == (["welcome", "frame"], 2)
    layouts = postmark.models.templates.enums.TemplateTypeFilter("Layout")
    assert [template.alias for template in vendor.templates.list(template_type=layouts).items] == ["frame"]
    assert vendor.templates.delete(made.template_id).error_code == 0
    assert not vendor.templates.get(made.template_id).active


@pytest.mark.costly
def test_the_vendors_client_sends_with_templates(vendor):
    vendor.templates.create(STANDARD)
    email = {"sender": "a@example.com", "to": "b@example.com", "template_alias": "welcome"}
    sent = vendor.outbound.send_with_template({**email, "template_model": {"name": "Ann"}, "metadata": {"k": "v"}})
    message = vendor.outbound.get(sent.message_id)
    assert (message.subject, message.text_body, message.metadata) == ("Hi Ann", "Hello", {"k": "v"})
    both = [{**email, "template_model": {}}, {**email, "template_model": {"name": "Bob"}}]
    assert [sent.message for sent in vendor.outbound.send_batch_with_template(both)] == ["OK", "OK"]
    with pytest.raises(postmark.PostmarkAPIException, match="not valid or was not found"):
        vendor.outbound.send_with_template({**email, "template_alias": "nothing"})


def test_the_vendors_client_validates_a_template(vendor):
    found = vendor.templates.validate({"subject": "Hi {{name}}", "html_body": "<b>{{#each xs}}{{.}}{{/each}}</b>"})
    assert (found.all_content_is_valid, found.text_body) == (True, None)
    assert (found.subject.rendered_content, found.html_body.validation_errors) == ("Hi name_Value", [])
    assert found.suggested_template_model == {"name": "name_Value", "xs": ["xs_1", "xs_2", "xs_3"]}
    found = vendor.templates.validate({"text_body": "x\n{{a b}}", "test_render_model": {"a": 1}})
    (error,) = found.text_body.validation_errors
    assert (error.line, error.character_position, found.text_body.rendered_content) == (2, 1, None)


@pytest.mark.costly
def test_the_vendors_client_raises_its_errors_by_our_codes(vendor):
    for code, call in (
        (1101, lambda: vendor.templates.get("nothing")),
        (1120, lambda: vendor.templates.create({"name": "x"})),
        (1131, lambda: vendor.templates.create({**LAYOUT, "html_body": "x"})),
    ):
        with pytest.raises(postmark.PostmarkAPIException) as caught:
            call()
        assert (caught.value.error_code, caught.value.http_status) == (code, 422)


@pytest.mark.costly
def test_the_vendors_client_pushes_templates(sandbox, vendor, vendor_account):
    with sandbox.store.transaction() as db:
        second = servers.create(db, "Second", 0)
    vendor.templates.create(LAYOUT)
    request = {"source_server_id": str(servers.FIRST), "destination_server_id": str(second), "perform_changes": False}
    plan = vendor_account.templates.push(request)
    assert (plan.total_count, plan.templates[0].action.value, plan.templates[0].template_id) == (1, "Create", None)
    done = vendor_account.templates.push({**request, "perform_changes": True})
    assert done.templates[0].template_id is not None
    assert vendor_account.templates.push(request).templates[0].action.value == "Edit"
