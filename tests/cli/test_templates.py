"""`emailapi templates`: templates as files, previews, and types."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

ORDER = {
    "name": "Order",
    "alias": "order",
    "subject": "Your order {{number}}",
    "html_body": "<ul>{{#each items}}<li>{{name}}: {{price}}</li>{{/each}}</ul>",
    "text_body": "Für {{user.name}}\r\n{{#note}}x{{/note}}",
}


@pytest.fixture
def order(client):
    """Let the server have a layout and a template with it."""
    client.templates.create(name="Base", alias="base", template_type="Layout", html_body="<b>{{{@content}}}</b>")
    return client.templates.create(**ORDER, layout_template="base")


@pytest.mark.costly
def test_templates_go_to_files_and_back(run, client, order, tmp_path):
    folder = tmp_path / "templates"
    assert {row["alias"] for row in run("templates", "pull", folder).json} == {"order", "base"}
    assert (folder / "order" / "content.txt").read_bytes().decode() == ORDER["text_body"]
    assert json.loads((folder / "_layouts" / "base" / "meta.json").read_text())["template_type"] == "Layout"
    assert {row["action"] for row in run("templates", "push", folder, "--dry-run").json} == {"none"}
    (folder / "order" / "content.html").write_text("<p>{{number}}</p>")
    client.templates.delete("order")
    done = run("templates", "push", folder)
    assert done.err == ""
    assert done.json[1] == {"alias": "order", "action": "create"}
    assert client.templates.get("order").html_body == "<p>{{number}}</p>"


@pytest.mark.costly
def test_a_change_needs_a_yes(run, client, order, tmp_path, monkeypatch):
    run("templates", "pull", tmp_path)
    (tmp_path / "order" / "content.txt").write_text("Hello")
    monkeypatch.setattr("sys.stdin", None)
    assert run("templates", "push", tmp_path).code == 2
    assert run("templates", "pull", tmp_path).code == 2
    assert client.templates.get("order").text_body == ORDER["text_body"]
    assert run("templates", "push", tmp_path, "--yes").code == 0
    assert client.templates.get("order").text_body == "Hello"


def test_an_error_has_its_line_and_column_and_nothing_is_changed(run, client, order, tmp_path):
    run("templates", "pull", tmp_path)
    (tmp_path / "order" / "content.txt").write_text("Hello\n{{#each}}")
    done = run("templates", "push", tmp_path, "--yes")
    assert (done.code, "content.txt, line 2, column 1" in done.error["message"]) == (2, True)
    assert client.templates.get("order").text_body == ORDER["text_body"]
    checked = run("templates", "validate", tmp_path)
    assert (checked.code, len([row for row in checked.json if row["problems"]])) == (1, 1)


@pytest.mark.parametrize(
    "meta, text",
    [("{", "line 1, column 2"), ('{"nme": 1}', "with a name"), ('{"name": "x", "nme": 1}', "'nme'")],
    ids=["broken", "missing", "unknown"],
)
def test_a_file_that_is_not_valid_is_named(run, client, tmp_path, meta, text):
    (tmp_path / "order").mkdir()
    (tmp_path / "order" / "meta.json").write_text(meta)
    done = run("templates", "push", tmp_path)
    assert (done.code, text in done.error["message"]) == (2, True)
    assert run("templates", "push", tmp_path / "no").code == 2


def test_a_template_is_previewed(run, order):
    model = '{"number": 7, "items": [{"name": "Tea & milk", "price": 4}], "user": {"name": "Ada"}}'
    assert run("templates", "preview", "order", "--model", model).json["subject"] == "Your order 7"
    html = run("templates", "preview", "order", "--model", model, "--part", "html").out
    assert "<li>Tea &amp; milk: 4</li>" in html
    assert run("templates", "preview", "nowhere").code == 1


def test_templates_are_listed(run, order):
    assert [row["alias"] for row in run("templates", "list", "--type", "Layout").json] == ["base"]
    assert len(run("templates", "list").json) == 2


@pytest.mark.exhaustive
@pytest.mark.slow
@pytest.mark.costly
def test_a_forgotten_name_is_an_error_of_mypy(run, client, order, tmp_path):
    client.templates.create(
        name="Odd", alias="odd-1", subject="{{1st}} {{class}}", text_body="{{#items}}{{.}}{{/items}}"
    )
    assert run("templates", "types", "--output", tmp_path / "models.py").json["templates"] == 2
    good = '{"number": 7, "items": [{"name": "Tea", "price": 4}], "user": {"name": "Ada"}, "note": None}'
    program = f"""
from emailapi import TemplateEmail
from models import OrderModel
model: OrderModel = {good}
email = TemplateEmail(to="ada@example.com", template_alias="order", template_model=dict(model))
"""
    for name, source in (
        ("good", program),
        ("bad", program.replace('"price": 4', "")),
        ("worse", program.replace('"number": 7,', "")),
    ):
        (tmp_path / f"{name}.py").write_text(source)
    check = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--cache-dir",
        str(tmp_path / "cache"),
        "good.py",
        "bad.py",
        "worse.py",
    ]
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    errors = sorted(line.partition(": ")[0] for line in done.stdout.splitlines() if ": error:" in line)
    assert errors == ["bad.py:4", "worse.py:4"], done.stdout
    assert "Missing key" in done.stdout
