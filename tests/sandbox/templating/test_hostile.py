"""Templates and models of any kind: no foreign error, and time in proportion to the input."""

from __future__ import annotations

import contextlib
import sys

import pytest
from hypothesis import given, strategies as st

from emailapi.sandbox.template_content import Content
from emailapi.sandbox.templating.inlining import inline_css
from emailapi.sandbox.templating.parsing import ERRORS, _parse, parse
from emailapi.sandbox.templating.places import RenderingFailed
from emailapi.sandbox.templating.rendering import merged, render, suggested_model
from emailapi.wire import dump_json

PIECES = st.sampled_from(
    [
        *("{{", "}}", "{{{", "}}}", "{", "}", "#", "^", "/", "!", "&", ".", "..", "../", " ", "\n", "\r", "\t"),
        *("{{#a}}", "{{^a}}", "{{/a}}", "{{#each xs}}", "{{/each}}", "{{a}}", "{{{a.b}}}", "{{#a.b}}", "{{/a.b}}"),
        *("{{../a}}", "{{.}}", "{{! a }}", "{{{@content}}}", "{{{pm:unsubscribe}}}", "each", "a", "xs", "<b>"),
        *("\U0001f600", "\u0301", "\ud800", "\0", "\u2028"),
    ]
)
HTML = st.sampled_from(
    [
        *("<", ">", "/>", "</", "'", '"', "=", " ", "<!--", "-->", "<![CDATA[", "]]>", "<!doctype html>", "&", "&#0;"),
        *("<div>", "</div>", "<p>", "<b ", "</b>", "<table>", "<tr>", "<td>", "</table>", "<svg>", "<select>", "<br>"),
        *("<style>", "</style>", "<style>p{color:red}", "@media x{", "}", "{", ":", ";", "a:b", "@import url(", ")"),
        *(
            " style='",
            " class=a",
            ".a{",
            ":not(",
            ":has(b)",
            "p > b ~ i",
            "*",
            "/*",
            "*/",
            "\\",
            "url(",
            "\0",
            "\ufffd",
        ),
    ]
)
SOURCES = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=60))
NAMES = st.sampled_from(["a", "b", "xs", "", ".", "each", "é"])
VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=8)
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)
MODELS = st.dictionaries(NAMES, VALUES, max_size=5)


@pytest.mark.costly
@given(SOURCES, SOURCES, MODELS, st.booleans())
def test_no_template_or_model_raises_an_unexpected_error(source, layout, model, html):
    body, outer = parse(source), parse(layout)
    lines = source.count("\n") + 1
    places = [(error.line or 0, error.character_position or 0) for error in body.errors]
    assert places == sorted(places)
    assert all(1 <= line <= lines and character >= 1 for line, character in places)
    shape = suggested_model([body, outer])
    dump_json(merged(shape, model))
    if body.errors or outer.errors:
        return
    for values in (model, shape, merged(shape, model)):
        for content in (None, body):
            with contextlib.suppress(RenderingFailed):
                assert isinstance(render(outer, values, html=html, content=content), str)


@pytest.mark.costly
@given(st.tuples(*[SOURCES] * 5), MODELS)
def test_an_email_is_rendered_or_has_a_failure(texts, model):
    subject, html, text, layout_html, layout_text = (each.replace("\ud800", "") for each in texts)
    content = Content(subject=subject, html_body=html, text_body=text, layout_html=layout_html, layout_text=layout_text)
    rendered = content.render(model)
    assert "\n" not in rendered.subject
    for part, name in ((rendered.html_body, "HtmlBody"), (rendered.text_body, "TextBody")):
        given_text = html if name == "HtmlBody" else text
        assert (part is None) == (not given_text or f"'{name}' cannot be rendered: " in rendered.failure)


@given(st.lists(st.one_of(HTML, st.text(max_size=5)), max_size=60).map("".join))
def test_no_html_makes_the_inliner_raise(html):
    assert isinstance(inline_css(html), str)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_a_text_without_tags_renders_unchanged(text):
    text = text.replace("{{", "{ ")
    assert render(parse(text), {}, html=True) == text


@pytest.mark.parametrize(
    "piece",
    [
        *("{", "}", "{{", "{{{", "{{a", "{{a}", "{{}}", "{{a}}", "{{a b}}", "{{a b}}\n", "{{#a}}", "{{#a}}{{#b}}"),
        *("{{/a}}", "{{#each x}}", "{{/each}}", "{{{@content}}}", "a.", "../", "{{! ", "\n", "\U0001f600{{x y}}"),
    ],
)
def test_parsing_takes_linear_time(piece):
    """Twice the template takes about twice as many lines of Python, and never four times as many."""

    def steps(size):
        text, count = piece * size, 0

        def trace(frame, event, _):
            nonlocal count
            count += 1
            return trace

        previous = sys.gettrace()
        sys.settrace(trace)
        try:
            suggested_model([_parse(text)])
            suggested_model([_parse(f"{{{{{text}}}}}")])
        finally:
            sys.settrace(previous)
        return count

    assert steps(800) < 3 * steps(400) + 2000


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize("piece", ["{", "{{a", "{{#a}}", "{{a b}}", "a.", "\U0001f600{{a b}}", "{{#a}}{{#b}}"])
def test_large_templates_are_parsed(piece):
    """They end: what takes time with the square of the length would take minutes here."""
    text = piece * (400_000 // len(piece))
    for source in (text, f"{{{{{text}}}}}"):
        suggested_model([parse(source)])
        assert len(parse(source).errors) <= ERRORS
