"""
CPU time of a template in the sandbox: parsed, rendered with 100 rows, and its CSS inlined.

    python -m benchmarks.templates [--rounds 31]

No other program renders this language, so that the budgets are milliseconds instead of ratios.
"""

from __future__ import annotations

from typing import Any

from emailapi.sandbox.templating.inlining import inline_css
from emailapi.sandbox.templating.parsing import _parse, parse
from emailapi.sandbox.templating.rendering import render

from .measure import Case, cpu_seconds, medians, report, rounds_asked

REPEAT = 10
ROWS = 100
STYLE = (
    "<style>td { padding: 4px } .price { text-align: right } .sale { color: red }"
    " p { margin: 0 } h1 { color: navy }</style>"
)
ROW = (
    '<tr><td class="name">{{name}}</td><td class="price">{{price.amount}} {{price.currency}}</td>'
    '{{#sale}}<td class="sale">-{{percent}}%</td>{{^sale}}<td></td>{{/sale}}</tr>'
)
# Some 6 kB: a row for the loop, and rows and paragraphs as a newsletter has.
TEMPLATE = f"{STYLE}<h1>{{{{title}}}}</h1><table>{{{{#each rows}}}}{ROW}{{{{/each}}}}</table>" + (
    "<p>{{greeting}}, {{customer.name}}: this is a paragraph of a newsletter, as long as one.</p>" * 60
)
MODEL: dict[str, Any] = {
    "title": "News",
    "greeting": "Hello",
    "customer": {"name": "Jane & Joe"},
    "rows": [
        {
            "name": f"Thing <{number}>",
            "price": {"amount": number * 1.5, "currency": "EUR"},
            "sale": {"percent": 10} if number % 3 else None,
        }
        for number in range(ROWS)
    ],
}
LIMITS = {"parse": 1.0, f"render {ROWS} rows": 5.0, "inline the CSS": 5.0}


def main() -> None:
    """Measure and print."""
    rounds = rounds_asked(__doc__, 31)
    html = render(parse(TEMPLATE), MODEL, html=True)
    if parse(TEMPLATE).errors or html.count("<tr>") != ROWS or inline_css(html) == html:
        raise AssertionError("the template is not rendered as it should be")
    runs = (lambda: _parse(TEMPLATE), lambda: render(parse(TEMPLATE), MODEL, html=True), lambda: inline_css(html))
    cases = [Case(name, run) for name, run in zip(LIMITS, runs, strict=True)]
    found = medians(cases, rounds, lambda case: cpu_seconds(case.run, REPEAT))
    report(f"{len(TEMPLATE)} B of template, {len(html)} B of HTML", found, [], unit="ms", scale=1e3)
    for name, limit in LIMITS.items():
        word = "within" if found[name] * 1e3 <= limit else "OVER"
        print(f"{word} budget: {name} takes {found[name] * 1e3:.2f} ms, allowed {limit:g}")


if __name__ == "__main__":
    main()
