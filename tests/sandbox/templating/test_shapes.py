"""The model that a template suggests."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "source, model",
    [
        ("plain", {}),
        ("{{.}}{{../}}", {}),
        ("{{a}} {{{b}}} {{& c.d}}", {"a": "a_Value", "b": "b_Value", "c": {"d": "d_Value"}}),
        ("{{#each xs}}{{/each}}", {"xs": ["xs_1", "xs_2", "xs_3"]}),
        ("{{#each xs}}{{.}}{{/each}}", {"xs": ["xs_1", "xs_2", "xs_3"]}),
        ("{{#each xs}}{{a}}{{b.c}}{{/each}}", {"xs": [{"a": "a_Value", "b": {"c": "c_Value"}}]}),
        ("{{#each a.xs}}{{.}}{{/each}}", {"a": {"xs": ["xs_1", "xs_2", "xs_3"]}}),
        ("{{#t}}x{{/t}}{{^u}}y{{/u}}", {"t": {}, "u": {}}),
        ("{{#p}}{{name}}{{../t}}{{/p}}", {"p": {"name": "name_Value"}, "t": "t_Value"}),
        ("{{a}}{{a.b}}", {"a": "a_Value"}),
        ("{{a.b}}{{a}}", {"a": "a_Value"}),
        ("{{a}}{{#a}}{{b}}{{/a}}", {"a": {"b": "b_Value"}}),
        ("{{#each a}}{{x}}{{/each}}{{a.y}}", {"a": [{"x": "x_Value", "y": "y_Value"}]}),
        (
            "{{#each xs}}{{k}}{{#each ys}}{{hue}}{{/each}}{{#each zs}}{{.}}{{/each}}{{/each}}",
            {"xs": [{"k": "k_Value", "ys": [{"hue": "hue_Value"}], "zs": ["zs_1", "zs_2", "zs_3"]}]},
        ),
        ("{{#p}}{{#each ../p.xs}}{{.}}{{/each}}{{/p}}", {"p": {"xs": ["xs_1", "xs_2", "xs_3"]}}),
        ("{{! a }}{{{@content}}}{{{pm:unsubscribe}}}", {}),
    ],
)
def test_the_suggested_model_has_all_names(suggested, source, model):
    assert suggested(source) == model


def test_one_level_up_leaves_a_loop_in_the_suggested_model(suggested):
    """The template itself needs two when it is rendered: the service's suggestion differs from its engine."""
    assert suggested("{{#each xs}}{{../t}}{{/each}}") == {"xs": ["xs_1", "xs_2", "xs_3"], "t": "t_Value"}


def test_all_parts_of_a_template_share_one_suggested_model(suggested):
    assert suggested("{{a.b}}", "{{#a}}{{c}}{{/a}}", "{{d}}") == {"a": {"b": "b_Value", "c": "c_Value"}, "d": "d_Value"}
