"""The links of an email as its recipient gets them."""

from __future__ import annotations

from typing import Any

import pytest

from emailapi.sandbox import Sandbox


@pytest.mark.exhaustive
@pytest.mark.slow
def test_an_email_with_more_links_than_a_key_can_number_is_received(sandbox: Sandbox, api: Any) -> None:
    count = 66_000
    api.accepted(HtmlBody="<a href=http://a.x>" * count, TrackLinks="HtmlOnly", TextBody=None)
    html = sandbox.messages()[0].as_received().html_body or ""
    assert html.count(f"{sandbox.url}/c/") == 65_536
    assert html.count("http://a.x") == count - 65_536
