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


@pytest.mark.exhaustive
def test_no_rule_of_axe_is_broken(sandbox: Sandbox, paths: list[str], page: Any) -> None:
    """The rules of WCAG 2.2, level AA: names and roles, landmarks, contrast, the size of targets."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    broken = {}
    dark = {"", "/lab", "/webhooks", *paths[-3:]}
    for path in paths:
        page.goto(f"{sandbox.inbox_url}/4000001{path}")
        for scheme, rules in (("light", RULES), ("dark", ["color-contrast"])) if path in dark else (("light", RULES),):
            page.emulate_media(color_scheme=scheme)
            results = axe.Axe().run(
                page,
                context={"exclude": [["iframe"]]},
                options={"runOnly": rules, "resultTypes": ["violations"]},
            )
            for rule in results.response["violations"]:
                broken[path, scheme, rule["id"]] = [node["html"][:200] for node in rule["nodes"]][:3]
    assert broken == {}


@pytest.mark.exhaustive
def test_everything_is_reached_by_tab_in_the_order_of_the_page_and_is_seen_to_be(
    sandbox: Sandbox, paths: list[str], page: Any
) -> None:
    for path in ("", "/lab", "/webhooks", "/connect", next(each for each in paths if "tab=headers" in each)):
        page.goto(f"{sandbox.inbox_url}/4000001{path}")
        _tab_through(page, path)


def _tab_through(page: Any, path: str) -> None:
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
        if place < 0 or (place == 0 and reached):
            break
        # The browser marks the part of a date that has the focus.
        if outline not in {"solid true", "auto true", "its own"}:
            unseen.append(html[:120])
        # The parts of a date are reached one after the other.
        if reached[-1:] != [place]:
            reached.append(place)
    assert reached == [*range(page.evaluate("order.length"))], path
    assert unseen == [], path


@pytest.mark.exhaustive
def test_a_new_row_fades_in_unless_less_motion_is_asked_for(sandbox: Sandbox, send: Send, page: Any) -> None:
    send(subject="First")
    page.goto(f"{sandbox.inbox_url}/4000001")
    send(subject="Second")
    page.wait_for_selector("a.row.fresh >> text=Second")
    for motion, animation in (("no-preference", "fresh"), ("reduce", "none")):
        page.emulate_media(reduced_motion=motion)
        assert page.evaluate("getComputedStyle(document.querySelector('a.row.fresh')).animationName") == animation


@pytest.mark.exhaustive
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


@pytest.mark.exhaustive
def test_at_large_zoom_everything_can_be_read_without_scrolling_sideways(
    sandbox: Sandbox, paths: list[str], page: Any
) -> None:
    """A window of 1,280 x 800 at 200 %, and one of 1,280 x 1,024 at 400 %."""
    zoom = page.context.new_cdp_session(page)
    wide = {}
    for path in paths:
        page.goto(f"{sandbox.inbox_url}/4000001{path}")
        for width, height in ((640, 400), (320, 256)):
            metrics = {"width": width, "height": height, "deviceScaleFactor": 1280 / width, "mobile": False}
            zoom.send("Emulation.setDeviceMetricsOverride", metrics)
            wide[path, width] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    zoom.send("Emulation.clearDeviceMetricsOverride")
    zoom.detach()
    assert {page: more for page, more in wide.items() if more > 0} == {}
