"""The page of a template in Chromium: the model, its preview, sending, and narrow screens."""

from __future__ import annotations

from typing import Any

import pytest

from emailapi.sandbox import Sandbox

pytestmark = pytest.mark.slow


@pytest.fixture
def template(sandbox: Sandbox, page: Any) -> Any:
    """The page of a template that the inbox's own button has made."""
    page.goto(f"{sandbox.url}/inbox/4000001/templates")
    page.locator("button >> text=Make a sample with a layout").click()
    page.locator("a >> text=Sample welcome").click()
    page.frame_locator("iframe").locator("text=Welcome, name_Value").wait_for()
    return page


@pytest.mark.exhaustive
def test_a_model_is_written_and_rendered(template: Any) -> None:
    template.get_by_label("Model as JSON").fill('{"name": "Dana", "action_url": "https://example.com/"}')
    template.locator("button >> text=Save and render").click()
    template.frame_locator("iframe").locator("text=Welcome, Dana").wait_for()
    assert template.locator("text=The model lacks").count() == 1
    template.locator("a.filter >> text=Suggested").click()
    template.frame_locator("iframe").locator("text=Welcome, name_Value").wait_for()


@pytest.mark.exhaustive
def test_what_was_written_stays_where_it_is_no_model(template: Any) -> None:
    template.get_by_label("Model as JSON").fill('{"name": ')
    template.locator("button >> text=Save and render").click()
    template.wait_for_selector("[role=alert] >> text=not valid JSON")
    assert template.get_by_label("Model as JSON").input_value() == '{"name": '


def test_the_sent_email_leads_back_to_its_template_and_model(template: Any) -> None:
    template.get_by_label("To", exact=True).fill("dana@example.com")
    template.locator("button >> text=Send").last.click()
    template.wait_for_selector("h1 >> text=Welcome, name_Value")
    template.locator("dd a >> text=Sample welcome").click()
    template.wait_for_selector("a.filter[aria-current] >> text=Last sent")


@pytest.mark.exhaustive
def test_nothing_scrolls_sideways_on_a_narrow_screen(template: Any) -> None:
    template.get_by_label("Model as JSON").fill('{"name": "%s"}' % ("x" * 400))
    template.locator("button >> text=Save and render").click()
    template.wait_for_selector(f"strong >> text={'x' * 100}")
    template.set_viewport_size({"width": 320, "height": 640})
    assert template.evaluate("document.documentElement.scrollWidth") == 320
