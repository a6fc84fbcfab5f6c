"""The tags, paths and blocks of the template language, and the errors of templates."""

from __future__ import annotations

import pytest

from emailapi.sandbox.templating.parsing import DEPTH, ERRORS, parse

MIKE = {"name": "Mike"}


@pytest.mark.parametrize(
    "source, text",
    [
        ("{{}}", "{{}}"),
        ("{{{}}}", "{{{}}}"),
        ("{{{{name}}", "{{Mike"),
        ("{{{name}}", "{Mike"),
        ("{{name}}}", "Mike}"),
        ("{{name}}}}", "Mike}}"),
        ("{{{{name}}}}", "{Mike}"),
        ("{ {name} }", "{ {name} }"),
        ("{{na{me}}", "{{na{me}}"),
        ("{{name", "{{name"),
        ("{{! a {b} }}", "{{! a {b} }}"),
        ("a{b{c:d}}", "a{b{c:d}}"),
        ("@media x{a{b:c}}", "@media x{a{b:c}}"),
        ("", ""),
    ],
)
def test_only_two_or_three_braces_make_a_tag(rendered, source, text):
    assert rendered(source, MIKE) == text


@pytest.mark.parametrize(
    "source, text",
    [
        ("{{name}} {{ name }} {{\nname\r\n}}", "Mike Mike Mike"),
        ("{{name}}{{Name}}{{NAME}}", "Mike"),
        ("{{! a\nb }}x{{!}}", "x"),
        ("{{else}}{{this.name}}", ""),
    ],
)
def test_tags_may_span_lines_and_keys_match_by_case(rendered, source, text):
    assert rendered(source, MIKE) == text


@pytest.mark.parametrize(
    "path",
    ["name", ".name", "name.", "a../name", "../name", "../../../name", "a.b../../name"],
)
def test_paths_lead_to_a_name(rendered, path):
    """A dot before or behind changes nothing, and a path cannot leave the model."""
    assert rendered(f"{{{{{path}}}}}", MIKE) == "Mike"


@pytest.mark.parametrize(
    "path", ["a.b.", "größe", "नमस्ते", "e\u0301", "a‿b", "x1", "_", "1", ".", "../", "../.", "../../x"]
)
def test_valid_paths_are_accepted(errors, path):
    assert errors(f"{{{{{path}}}}}") == []


@pytest.mark.parametrize(
    "path",
    [
        "first name",
        "a-b",
        "..",
        ".. ",
        "./",
        "/x",
        "a/b",
        ".../a",
        "../../..",
        "a..b",
        "@index",
        ">part",
        "=<% %>=",
        "[0]",
        "$",
        "a,b",
        "a$b",
        "a²",
        "\U0001f600",
        "#a",
        "@content",
    ],
)
def test_invalid_paths_are_rejected(errors, path):
    (error,) = errors(f"x{{{{ {path} }}}}")
    assert error[:2] == (1, 2)
    assert f"'{path.strip()}' is not a valid name" in error[2]


@pytest.mark.parametrize("tag", ["{{{a-b}}}", "{{&a-b}}", "{{{!a}}}", "{{{#a}}}", "{{{/a}}}"])
def test_raw_tags_contain_only_a_path(errors, tag):
    assert [error[:2] for error in errors(tag)] == [(1, 1)]


@pytest.mark.parametrize(
    "source, places",
    [
        ("{{/}}", [1]),
        ("{{//}}", [1]),
        ("{{/each}}", [1]),
        ("{{#each}}", [1, 1]),
        ("{{#each }}", [1, 1]),
        ("{{#each}}x{{/each}}", [1]),
        ("{{#eachs}}{{name}}{{/each}}", [1]),
        ("{{#each_item}}{{/each}}", [1]),
        ("{{#each\tx}}{{/each}}", [1]),
        ("{{# each x}}{{/ each x}}", [1, 13]),
        ("{{#each x}}{{/each }}", [1, 12]),
        ("{{#each x}}{{/ each}}", [1, 12]),
        ("{{#each x}}{{/x}}", [1, 12]),
        ("{{#each a b}}{{/each}}", [1]),
        ("{{#if x}}a{{/if}}", [1, 1, 11]),
        ("{{#a}}{{/b}}", [1, 7]),
        ("{{#a}}", [1]),
        ("{{#a}}{{^a}}x", [1]),
        ("{{{#a}}}{{/a}}", [1, 9]),
        ("{{#a}}{{#b}}{{/a}}{{/b}}", [1, 13]),
        ("{{^#each x}}{{/each}}", [1, 1, 13]),
        ("1{{first name}}", [2]),
    ],
)
def test_invalid_blocks_are_rejected(errors, source, places):
    """Unclosed blocks are reported where they open; `each` closes by `{{/each}}` and opens with a space."""
    assert [error[:2] for error in errors(source)] == [(1, place) for place in places]


@pytest.mark.parametrize(
    "source",
    [
        "{{#a}}{{^b}}x{{/b}}{{/a}}",
        "{{# a }}{{/ a }}",
        "{{#each xs}}{{#each ys}}{{.}}{{/each}}{{/each}}",
        "{{#each  xs }}{{/each}}",
        "{{#each xs}}{{#each xs}}{{/each}}{{/each}}",
        "{{#a}}{{^a}}{{#a}}{{/a}}",
        "{{##a}}{{//a}}",
    ],
)
def test_valid_blocks_are_accepted(errors, source):
    assert errors(source) == []


def test_all_errors_are_reported_sorted_by_position(errors):
    found = errors("xy{{#a.b}}\nz{{c-d}}\n{{/each}}{{#if x}}")
    assert [error[:2] for error in found] == [(1, 3), (2, 2), (3, 1), (3, 10), (3, 10)]
    assert [error[2].partition(":")[0] for error in found] == [
        "The block 'a.b' is not closed.",
        "'c-d' is not a valid name",
        "{{/each}} closes nothing",
        "'if x' is not a valid name",
        "The block 'if x' is not closed.",
    ]
    assert "a condition is {{#name}}...{{/name}}" in found[3][2]


@pytest.mark.parametrize(
    "before, place",
    [
        ("", (1, 1)),
        ("ab\r\ncd", (2, 3)),
        ("a\rb", (1, 4)),
        ("\n\n", (3, 1)),
        ("\u00e9", (1, 2)),
        ("\U0001f600", (1, 3)),
        ("\U0001f600\n\U0001f600x", (2, 4)),
        ("\ud800", (1, 2)),
        ("{{x}} {{!\n}}", (2, 3)),
    ],
)
def test_positions_count_lines_by_line_feeds_and_characters_in_utf16(errors, before, place):
    assert errors(f"{before}{{{{x y}}}}")[0][:2] == place


def test_each_error_of_a_line_has_its_own_position(errors):
    assert [error[1] for error in errors("\U0001f600{{a b}}\u00e9{{c d}}{{e f}}")] == [3, 11, 18]


def test_at_most_100_errors_are_reported(errors):
    assert len(errors("{{a b}}\n" * 1000)) == ERRORS
    assert len(errors("{{#a}}{{#b}}" * 1000)) == ERRORS
    assert len(errors("{{#a}}{{#b}}" * (DEPTH // 2))) == ERRORS


def nested(*paths):
    """Return blocks in each other."""
    return "".join(f"{{{{#{path}}}}}" for path in paths) + "".join(f"{{{{/{path}}}}}" for path in reversed(paths))


@pytest.mark.parametrize("step", ["a", "a.", "../a"], ids=["inwards", "inwards-with-dot", "outwards-and-back"])
def test_blocks_can_be_nested_100_levels_deep(errors, step):
    names = [f"{step}{number}" if step != "a." else f"a{number}." for number in range(DEPTH + 1)]
    assert errors(nested(*names[:DEPTH])) == []
    assert [error[2] for error in errors(nested(*names))] == [f"The template is nested more than {DEPTH} levels deep."]


@pytest.mark.parametrize(
    "source",
    [
        "{{" + "a." * DEPTH + "a}}",
        "{{#" + "a." * DEPTH + "a}}{{/" + "a." * DEPTH + "a}}",
        "{{#each " + "a." * (DEPTH - 1) + "a}}{{/each}}",
        "{{#a.a}}{{" + "a." * (DEPTH - 2) + "a}}{{/a.a}}",
    ],
    ids=["value", "section", "loop", "value-in-section"],
)
def test_each_name_of_a_path_is_a_level(errors, source):
    assert [error[2] for error in errors(source)] == [f"The template is nested more than {DEPTH} levels deep."]
    assert errors(source.replace("a.a", "a", 1).replace("/a.a", "/a", 1)) == []


def test_a_template_is_parsed_once(errors):
    source = "Hello {{name}}, parsed once"
    assert parse(source) is parse("".join([*source]))
    assert parse("x" * 100_000) is not parse("x" * 100_000)


@pytest.mark.parametrize(
    "tag", ["{{{ pm:unsubscribe }}}", "{{{pm:unsubscribe_url}}}", "{{ pm:unsubscribe }}", "{{pm:unsubscribe_url}}"]
)
def test_tags_of_the_service_are_kept(rendered, errors, tag):
    assert rendered(f'<a href="{tag}">{{{{name}}}}</a>', MIKE) == f'<a href="{tag}">Mike</a>'
    assert errors("{{pm:other}}") != []


def test_content_placeholders_are_found():
    assert parse("{{{@content}}}x{{{ @content }}}").slots == (0, 15)
