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
    assert "No templates yet" in browsing.get("/templates").text


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
def test_what_is_no_model_is_said_and_stays_in_the_field(browsing: Any, template: int, model: str) -> None:
    response = browsing.get(f"/templates/{template}", model=model)
    assert response.status_code == 200
    assert "The suggested model is used." in response.text


def test_an_unknown_template_is_an_error_page(browsing: Any, template: int) -> None:
    assert browsing.get(f"/templates/{template + 9}").status_code == 404
    assert browsing.session.get(f"{browsing.url}/frame/AAAA/template").status_code == 404
