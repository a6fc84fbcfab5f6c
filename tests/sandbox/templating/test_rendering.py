"""Templates, rendered with a model."""

from __future__ import annotations

import pytest

from emailapi.sandbox.templating.parsing import DEPTH, parse
from emailapi.sandbox.templating.places import RenderingFailed
from emailapi.sandbox.templating.rendering import LENGTH, STEPS, merged, render

FALSY = [None, False, 0, 0.0, "", [], {}]
TRUTHY = [" ", "0", "false", 1, -1, 0.5, True, [0], [None], {"a": None}]


@pytest.mark.parametrize("value", FALSY, ids=repr)
def test_falsy_values_render_the_inverse_section(rendered, value):
    assert rendered("{{#x}}t{{/x}}{{^x}}f{{/x}}{{#each x}}e{{/each}}", {"x": value}) == "f"
    assert rendered("{{#x}}t{{/x}}{{^x}}f{{/x}}{{#each x}}e{{/each}}") == "f"


@pytest.mark.parametrize("value", TRUTHY, ids=repr)
def test_truthy_values_render_the_section(rendered, value):
    assert rendered("{{#x}}t{{/x}}{{^x}}f{{/x}}", {"x": value}) == "t"


def test_a_section_and_its_inverse_are_if_and_else(rendered):
    for source in ("{{#a}}yes{{^a}}no{{/a}}", "{{^a}}no{{#a}}yes{{/a}}"):
        assert rendered(source, {"a": 1}) == "yes"
        assert rendered(source, {"a": 0}) == "no"


def test_sections_of_one_name_do_not_nest(rendered):
    """The second closes the first, so that the name is looked for in the scope around both."""
    assert rendered("{{#a}}1{{#a}}2{{/a}}", {"a": {"b": 1}}) == "12"
    assert rendered("{{#a}}{{#a}}{{b}}{{/a}}", {"a": {"b": "x"}}) == "x"


def test_a_section_renders_once_in_the_scope_of_its_value(rendered):
    model = {"p": {"name": "in"}, "name": "out", "xs": [1, 2], "s": "text"}
    assert rendered("{{#p}}{{name}}|{{../name}}{{/p}}|{{name}}", model) == "in|out|out"
    assert rendered("{{#xs}}once{{.}}{{/xs}}", model) == "once"
    assert rendered("{{#s}}[{{.}}]{{x}}{{/s}}", model) == "[text]"
    assert rendered("{{^none}}{{../name}}{{name}}{{/none}}", model) == "out"


def test_names_are_not_looked_up_in_outer_scopes(rendered):
    assert rendered("{{#p}}{{name}}{{/p}}", {"p": {"a": 1}, "name": "out"}) == ""


@pytest.mark.parametrize(
    "source, text",
    [
        ("{{#a.b}}{{../t}}|{{../../t}}{{/a.b}}", "A|T"),
        ("{{^a.no}}{{../t}}|{{../../t}}{{/a.no}}", "A|T"),
        ("{{#each xs}}{{../t}}|{{../../t}};{{/each}}", "|T;|T;"),
        ("{{#each a.xs}}{{../../t}}|{{../../../t}}{{/each}}", "A|T"),
        ("{{#a}}{{#each xs}}{{../../t}}|{{../../../t}}{{/each}}{{/a}}", "A|T"),
        ("{{#each xs}}{{../../../../t}};{{/each}}", "T;T;"),
        ("{{#a}}{{#b../t}}{{.}}{{../t}}{{/b../t}}{{/a}}", "AA"),
    ],
)
def test_each_name_of_a_path_is_a_scope(rendered, source, text):
    assert rendered(source, {"t": "T", "xs": [1, 2], "a": {"t": "A", "b": 1, "xs": [1]}}) == text


def test_loops_render_each_item(rendered):
    assert rendered("{{#each xs}}{{.}},{{/each}}", {"xs": [1, 0, None, "", "a", True, [1], {"b": 2}]}) == (
        "1,0,,,a,True,,,"
    )
    assert rendered("{{#each xs}}{{a}}{{#each ys}}{{.}}{{/each}};{{/each}}", {"xs": [{"a": 1, "ys": [2, 3]}, {}]}) == (
        "123;;"
    )
    assert rendered("{{#each .}}x{{/each}}", {}) == ""


@pytest.mark.parametrize("value", ["text", 1, 0.5, True, {"a": 1}], ids=repr)
def test_a_loop_over_another_type_fails_with_its_position(value):
    with pytest.raises(RenderingFailed) as caught:
        render(parse("a\n {{#each x.y}}{{/each}}"), {"x": {"y": value}}, html=True)
    fault = caught.value.fault
    assert fault.message == "{{#each x.y}} needs an array: the model has another value."
    assert (fault.line, fault.character_position) == (2, 2)


@pytest.mark.parametrize("value", [{"a": 1}, [1], None])
def test_objects_arrays_and_null_render_as_empty(rendered, value):
    assert rendered("[{{x}}{{{x}}}{{& x}}]", {"x": value}) == "[]"


def test_values_are_escaped_in_html_only_and_not_by_raw_tags(rendered):
    model = {"c": "<b>'\"&é€\U0001f600"}
    escaped = "&lt;b&gt;&#39;&quot;&amp;&#233;€&#128512;"
    assert rendered("{{c}}|{{{c}}}|{{&c}}|{{& c }}", model) == f"{escaped}|{model['c']}|{model['c']}|{model['c']}"
    assert rendered("{{c}}", model, html=False) == model["c"]


def test_values_are_not_templates(rendered):
    assert rendered("{{{a}}}", {"a": "{{b}}{{{@content}}}", "b": "x"}) == "{{b}}{{{@content}}}"


def test_a_layout_renders_its_content_with_the_same_model():
    layout, body = parse("<i>{{brand}}</i>{{{@content}}}{{#a}}{{{x}}}{{/a}}"), parse("Hi {{name}}")
    assert render(layout, {"brand": "B&B", "name": "N"}, html=True, content=body) == "<i>B&amp;B</i>Hi N"
    assert render(layout, {"brand": "B"}, html=True) == "<i>B</i>{{{@content}}}"
    assert render(parse("[{{{@content}}}{{{@content}}}]"), {}, html=True, content=parse("a{{{@content}}}")) == "[aa]"
    # The content stands in the scope of the section around its place.
    assert render(parse("{{#a}}{{{@content}}}{{/a}}"), {"a": {"name": "in"}}, html=True, content=body) == "Hi in"


@pytest.mark.costly
def test_the_rendered_text_is_limited():
    template = parse("{{#each xs}}{{../../x}}{{/each}}")
    text = "x" * (LENGTH // 10)
    assert len(render(template, {"xs": [0] * 10, "x": text}, html=True)) == LENGTH
    with pytest.raises(RenderingFailed, match=f"longer than {LENGTH} characters"):
        render(template, {"xs": [0] * 11, "x": text}, html=True)
    with pytest.raises(RenderingFailed, match=f"longer than {LENGTH} bytes"):
        render(parse("{{x}}"), {"x": "€" * (LENGTH // 2)}, html=True)


@pytest.mark.exhaustive(cases=1)
@pytest.mark.slow
@pytest.mark.parametrize("inner", ["x", "{{! nothing }}", "{{#z}}x{{/z}}"])
def test_deeply_nested_loops_are_limited(inner):
    """A loop that writes nothing counts, too."""
    source = "{{#each a}}{{#each ../../a}}{{#each ../../../../a}}{{#each ../../../../../../a}}"
    template = parse(source + inner + "{{/each}}" * 4)
    assert template.errors == ()
    with pytest.raises(RenderingFailed, match=rf"more than {STEPS} parts|longer than"):
        render(template, {"a": [*range(200)]}, html=True)


def test_the_deepest_template_is_rendered_within_the_deepest_layout():
    names = [f"a{number}" for number in range(DEPTH)]
    model: dict[str, object] = {"x": "deep"}
    for name in reversed(names * 2):
        model = {name: model}
    start, end = "".join(f"{{{{#{n}}}}}" for n in names), "".join(f"{{{{/{n}}}}}" for n in reversed(names))
    layout, body = parse(f"{start}{{{{{{@content}}}}}}{end}"), parse(f"{start}x{end}")
    assert layout.errors == body.errors == ()
    assert render(layout, model, html=True, content=body) == "x"


def test_given_values_replace_suggested_ones():
    suggested = {"a": "a_Value", "b": {"c": "c_Value", "d": "d_Value"}, "xs": ["xs_1"]}
    given = {"b": {"c": 1, "e": None}, "xs": [], "z": {"y": 2}}
    assert merged(suggested, given) == {
        "a": "a_Value",
        "b": {"c": 1, "d": "d_Value", "e": None},
        "xs": [],
        "z": {"y": 2},
    }
    assert merged({"a": {"b": 1}}, {"a": "text"}) == {"a": "text"}
