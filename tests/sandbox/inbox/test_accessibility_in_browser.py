"""The inbox by keyboard, by assistive technology, and with settings for people who see differently."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from emailapi import Client
from emailapi.sandbox import Sandbox

from .test_pages import PATHS

Send = Callable[..., str]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HTML = '<html lang="en"><p>Your code is 739204.</p><a href="https://shop.example.com/track">Track</a></html>'

# What can have the focus and is shown, in the order of the document; the email's own frame is left out.
FOCUSABLE = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter((each) => each.tabIndex >= 0 && !each.disabled && each.type !== "hidden" && each.checkVisibility({
        visibilityProperty: true, contentVisibilityAuto: true }) && each.getClientRects().length)"""


@pytest.fixture
def paths(sandbox: Sandbox, client: Client, send: Send) -> list[str]:
    """Paths of all pages, with something on each of them."""
    message = send(html_body=HTML, tag="welcome", track_opens=True, track_links="HtmlAndText", metadata={"order": "1"})
    send(subject="Second", to=["dana@example.com", "kim@example.com"])
    sandbox.events.bounce(message, "SoftBounce")
    client.suppressions.create("outbound", ["nora@example.com"])
    client.webhooks.create(url="http://127.0.0.1:9/", message_stream="outbound")
    template = client.templates.create(name="Welcome", alias="welcome", subject="Hi {{name}}", text_body="Hi {{name}}")
    sandbox.faults.fail(times=1)
    tabs = [f"/m/{message}?tab={tab}" for tab in ("preview", "headers", "checks")]
    return [*PATHS, "?q=tag%3Anothing+colour%3Ared", "/m/nothing", f"/templates/{template.template_id}", *tabs]


@pytest.mark.parametrize("scheme, rules", [("light", RULES), ("dark", ["color-contrast"])])
def test_no_rule_of_axe_is_broken(sandbox: Sandbox, paths: list[str], page: Any, scheme: str, rules: list[str]) -> None:
    """The rules of WCAG 2.2, level AA: names and roles, landmarks, contrast, the size of targets."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page.emulate_media(color_scheme=scheme)
    broken = {}
    for path in paths if scheme == "light" else ["", "/lab", "/webhooks", *paths[-3:]]:
        page.goto(f"{sandbox.inbox_url}/4000001{path}")
        results = axe.Axe().run(
            page,
            context={"exclude": [["iframe"]]},
            options={"runOnly": rules, "resultTypes": ["violations"]},
        )
        for rule in results.response["violations"]:
            broken[path, rule["id"]] = [node["html"][:200] for node in rule["nodes"]][:3]
    assert broken == {}


@pytest.mark.parametrize("path", ["", "/lab", "/webhooks", "/connect", "message"])
def test_everything_is_reached_by_tab_in_the_order_of_the_page_and_is_seen_to_be(
    sandbox: Sandbox, paths: list[str], page: Any, path: str
) -> None:
    where = next(each for each in paths if "tab=headers" in each) if path == "message" else path
    page.goto(f"{sandbox.inbox_url}/4000001{where}")
    page.evaluate(f"() => {{ window.order = ({FOCUSABLE})() }}")
    reached, unseen = [], []
    for _ in range(2 * page.evaluate("order.length") + 20):
        page.keyboard.press("Tab")
        place, outline, html = page.evaluate(
            """() => {
                const it = document.activeElement, { outlineStyle, outlineWidth } = getComputedStyle(it);
                const outline = `${outlineStyle} ${parseFloat(outlineWidth) >= 2}`;
                return [order.indexOf(it), it.type === "datetime-local" ? "its own" : outline, it.outerHTML];
            }"""
        )
        if place < 0:
            break
        # The browser marks the part of a date that has the focus.
        if outline not in {"solid true", "auto true", "its own"}:
            unseen.append(html[:120])
        # The parts of a date are reached one after the other.
        if reached[-1:] != [place]:
            reached.append(place)
    assert reached == [*range(page.evaluate("order.length"))]
    assert unseen == []


@pytest.mark.parametrize("motion, animation", [("no-preference", "fresh"), ("reduce", "none")])
def test_a_new_row_fades_in_unless_less_motion_is_asked_for(
    sandbox: Sandbox, send: Send, page: Any, motion: str, animation: str
) -> None:
    page.emulate_media(reduced_motion=motion)
    send(subject="First")
    page.goto(f"{sandbox.inbox_url}/4000001")
    send(subject="Second")
    page.wait_for_selector("a.row.fresh >> text=Second")
    assert page.evaluate("getComputedStyle(document.querySelector('a.row.fresh')).animationName") == animation


def test_with_the_colours_of_the_system_states_and_the_current_parts_can_be_told_apart(
    sandbox: Sandbox, send: Send, page: Any
) -> None:
    send(track_opens=True, html_body=HTML)
    page.emulate_media(forced_colors="active")
    page.goto(f"{sandbox.inbox_url}/4000001")
    for key in "jx":
        page.keyboard.press(key)
    colour = "selector => getComputedStyle(document.querySelector(selector)).backgroundColor"
    page_colour = page.evaluate(colour, "body")
    for current, other in ((".nav a[aria-current]", ".nav a:not([aria-current])"), (".filter[aria-current]", ".bar")):
        assert page.evaluate(colour, current) != page.evaluate(colour, other)
    assert page.evaluate(colour, "a.row.chosen") != page_colour
    mark = page.evaluate("getComputedStyle(document.querySelector('.state'), '::before').backgroundColor")
    assert mark not in {page_colour, "rgba(0, 0, 0, 0)"}


@pytest.mark.parametrize("size", [(640, 400), (320, 256)])
def test_at_large_zoom_everything_can_be_read_without_scrolling_sideways(
    sandbox: Sandbox, paths: list[str], chromium: Any, size: tuple[int, int]
) -> None:
    """A window of 1,280 x 800 at 200 %, and one of 1,280 x 1,024 at 400 %."""
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, device_scale_factor=1280 / size[0])
    page = context.new_page()
    wide = {}
    for path in paths:
        page.goto(f"{sandbox.inbox_url}/4000001{path}")
        wide[path] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    context.close()
    assert {path: more for path, more in wide.items() if more > 0} == {}
