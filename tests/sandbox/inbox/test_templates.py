"""The pages of templates: the list, the preview with a model, and its problems."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest


@pytest.fixture
def template(api: Any) -> int:
    layout = {"Name": "Frame", "Alias": "frame", "TemplateType": "Layout", "HtmlBody": "<main>{{{@content}}}</main>"}
    assert api.post("/templates", layout).status_code == 200
    made = {
        "Name": "Welcome <b>",
        "Alias": "welcome",
        "Subject": "Hi {{name}}",
        "HtmlBody": "<p>{{name}}</p>{{#each items}}{{title}}{{/each}}{{missing}}",
        "TextBody": "{{name}}",
        "LayoutTemplate": "frame",
    }
    return int(api.post("/templates", made).json()["TemplateId"])


def _frame(page: str) -> str:
    return unescape(re.search(r'<iframe[^>]* src="([^"]*)"', page)[1])  # type: ignore[index]


def test_the_list_names_each_template(browsing: Any, template: int) -> None:
    page = browsing.get("/templates").text
    assert f'/templates/{template}">Welcome &lt;b&gt;</a>' in page
    assert "welcome" in page
    assert "Layout" in page


def test_without_templates_the_next_step_is_shown(browsing: Any) -> None:
    page = browsing.get("/templates").text
    assert "No templates yet" in page
    assert "<code>emailapi templates push</code>" in page


@pytest.mark.costly
def test_the_preview_starts_with_the_suggested_model(browsing: Any, sandbox: Any, template: int) -> None:
    page = browsing.get(f"/templates/{template}").text
    assert "Hi name_Value" in page
    framed = browsing.session.get(sandbox.url + _frame(page))
    assert "<main><p>name_Value</p>" in framed.text
    assert "default-src 'none'" in framed.headers["Content-Security-Policy"]


def test_a_given_model_is_rendered_and_its_problems_are_named(browsing: Any, sandbox: Any, template: int) -> None:
    model = {"name": "<i>Dana</i>", "items": [{"title": "x"}], "other": 1}
    page = browsing.get(f"/templates/{template}", model=json.dumps(model)).text
    assert "Hi &lt;i&gt;Dana&lt;/i&gt;" in page
    assert "{{missing}}: the model has no such name" in unescape(page)
    assert re.search(r"Not used: <code>other</code>", page)
    assert "&lt;i&gt;Dana" in browsing.session.get(sandbox.url + _frame(page)).text


@pytest.mark.parametrize(
    "model", ["{", "[]", "1", "[" * 5000, '{"a": 1e999}', "\ud83d".encode("utf-8", "replace").decode()]
)
def test_an_invalid_model_is_reported_and_stays_in_the_field(browsing: Any, template: int, model: str) -> None:
    response = browsing.get(f"/templates/{template}", model=model)
    assert response.status_code == 200
    assert "The suggested model is used." in response.text


def _send(api: Any, template: int, **model: Any) -> str:
    body = {"From": "a@example.com", "To": "b@example.com", "TemplateId": template, "TemplateModel": model}
    response = api.post("/email/withTemplate", body)
    assert response.status_code == 200, response.text
    return str(response.json()["MessageID"])


@pytest.mark.costly
def test_a_model_is_kept_for_its_template(browsing: Any, sandbox: Any, template: int) -> None:
    large = {"name": "Dana", "items": [{"title": "x" * 100_000}]}
    shown = browsing.post(f"/templates/{template}/model", model=json.dumps(large), width="w375")
    assert shown.url.endswith(f"/templates/{template}?width=w375")
    page = browsing.get(f"/templates/{template}").text
    assert "Hi Dana" in page
    assert "<p>Dana</p>" in browsing.session.get(sandbox.url + _frame(page)).text
    assert "Hi name_Value" in browsing.get(f"/templates/{template}", of="suggested").text


def test_a_model_that_is_not_valid_is_shown_again_and_not_kept(browsing: Any, template: int) -> None:
    page = browsing.post(f"/templates/{template}/model", model='{"name": ').text
    assert "The model is not valid JSON" in page
    assert '{"name": </textarea>' in unescape(page)
    assert "Hi name_Value" in browsing.get(f"/templates/{template}").text


def test_the_model_of_a_message_is_shown_with_the_names_that_it_lacks(
    browsing: Any, sandbox: Any, template: int, api: Any
) -> None:
    first, last = _send(api, template, name="First"), _send(api, template, name="Last")
    page = browsing.get(f"/templates/{template}", of=first).text
    assert "Hi First" in page
    assert "<p>First</p>" in browsing.session.get(sandbox.url + _frame(page)).text
    assert "The model lacks: <code>missing</code>" in page
    assert f"of={last}" in page
    assert "Hi Last" in browsing.get(f"/templates/{template}", of="last").text


def test_the_model_of_a_message_of_another_template_is_not_shown(browsing: Any, template: int, api: Any) -> None:
    other = {"Name": "Other", "Subject": "{{name}}", "TextBody": "x"}
    message = _send(api, int(api.post("/templates", other).json()["TemplateId"]), name="Secret")
    assert "Secret" not in browsing.get(f"/templates/{template}", of=message).text


@pytest.mark.parametrize("of", ["saved", "given"])
def test_an_email_is_sent_with_the_model_that_is_shown(browsing: Any, sandbox: Any, template: int, of: str) -> None:
    browsing.post(f"/templates/{template}/model", model='{"name": "Saved"}')
    model = {"model": '{"name": "Given"}'} if of == "given" else {}
    form = {"from": "a@example.com", "to": "me@example.com", "of": of, **model}
    shown = browsing.post(f"/templates/{template}/send", **form)
    (message,) = sandbox.messages()
    assert message.subject == f"Hi {of.title()}"
    assert f"/m/{message.message_id}" in shown.url


def test_an_address_that_is_not_valid_is_said_above_the_template(browsing: Any, template: int) -> None:
    form = {"from": "a@example.com", "to": "nobody", "page": f"/templates/{template}"}
    page = browsing.post(f"/templates/{template}/send", **form).text
    assert re.search(r'class="notice bad"[^>]*>[^<]*nobody', page)


def test_a_sample_template_has_a_layout_and_no_problem(browsing: Any, sandbox: Any) -> None:
    page = browsing.post("/templates/sample").text
    number = re.search(r'/templates/(\d+)">Sample welcome', page)[1]  # type: ignore[index]
    shown = browsing.get(f"/templates/{number}").text
    assert "None: every name is in the model." in shown
    assert "address_Value" in browsing.session.get(sandbox.url + _frame(shown)).text


def test_an_unknown_template_is_an_error_page(browsing: Any, template: int) -> None:
    assert browsing.get(f"/templates/{template + 9}").status_code == 404
    assert browsing.session.get(f"{browsing.url}/frame/AAAA/template").status_code == 404
