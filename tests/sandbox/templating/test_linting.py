"""Mistakes in templates that are rendered without a word."""

from __future__ import annotations

from typing import Any

import pytest

from emailapi.sandbox.templating.linting import lint, unused_keys
from emailapi.sandbox.templating.parsing import parse

from ...growth import assert_linear

MODEL: dict[str, Any] = {
    "name": "Dana",
    "nothing": None,
    "order": {"number": 1, "items": [{"title": "Cleat"}]},
    "xs": ["a"],
    "none": [],
}


@pytest.mark.parametrize(
    "source",
    [
        "{{name}} {{{name}}} {{& name}} {{nothing}} {{order.number}} {{! anything else }}",
        "{{#order}}{{number}} {{../name}}{{/order}}",
        "{{#each order.items}}{{title}} {{../../../name}}{{/each}}",
        "{{#each xs}}{{.}}{{/each}}",
        "{{#missing}}{{whatever}}{{/missing}}{{^missing}}x{{/missing}}",
        "{{#name}}x{{^name}}y{{/name}}",
        "{{#each none}}{{title}}{{/each}}",
        "{{{ pm:unsubscribe }}} {{pm:unsubscribe_url}} {{{@content}}}",
        "a{b{c:d}} {{}} {{{{name}}",
    ],
)
def test_what_renders_as_it_reads_is_not_found(source: str) -> None:
    assert lint(parse(source), MODEL) == []


@pytest.mark.parametrize(
    "source, part",
    [
        ("{{nam}}", "no such name"),
        ("{{order.nubmer}}", "no such name"),
        ("{{#order}}{{name}}{{/order}}", "no such name"),
        ("{{#each order.items}}{{number}}{{/each}}", "no such name"),
        ("{{order}}", "printed as nothing"),
        ("{{xs}}", "printed as nothing"),
        ("{{else}}", "{{^name}}"),
        ("{{#if name}}", "{{^name}}"),
        ("{{#each xs}}{{this}}{{/each}}", "{{.}}"),
        ("{{#each order.items}}{{this.title}}{{/each}}", "{{.}}"),
        ("{{#each xs}}{{@index}}{{/each}}", "no index"),
        ("{{> header}}", "no partials"),
        ("{{#each order.items}}{{../number}}{{/each}}", "one more '../'"),
        ("{{#each order}}{{number}}{{/each}}", "needs an array"),
        ("{{#each name}}x{{/each}}", "needs an array"),
        ("{{#eachs}}x{{/eachs}}", "read as a loop"),
    ],
)
def test_each_silent_mistake_is_found(source: str, part: str) -> None:
    found = lint(parse(source), MODEL)
    assert [part in each.message for each in found] == [True], found


def test_a_mistake_has_its_line_and_character() -> None:
    (found,) = lint(parse("😀\n {{nam}}"), MODEL)
    assert (found.line, found.character_position) == (2, 2)


def test_keys_that_no_template_uses_are_named() -> None:
    templates = [parse("{{name}}{{#each order.items}}{{title}}{{/each}}"), parse("{{#xs}}{{/xs}}")]
    assert unused_keys(templates, MODEL) == ["nothing", "order.number", "none"]


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["{{a}}", "{{#a}}", "{{/a}}", "{{#each a}}", "{{../", "{{", "{{#each xs}}{{b}}{{/each}}"]
)
def test_a_large_template_is_read_in_proportion_to_its_length(piece: str) -> None:
    assert_linear(lambda size: lint(parse(piece * (size // len(piece))), {"a": {"a": 1}, "xs": [{}]}), 18_750)
