"""A template and emails with it; endpoints of the inbound hook, which are those of the tests of webhooks."""

from __future__ import annotations

import pytest

from ..posting.conftest import endpoint, posted, receiver

__all__ = ["endpoint", "posted", "receiver"]

STANDARD = {
    "Name": "Welcome",
    "Alias": "welcome",
    "Subject": "Hi {{name}}",
    "HtmlBody": "<style>b{color:red}</style><b>{{name}}</b>",
    "TextBody": "Hello {{name}}, {{#each xs}}{{.}};{{/each}}",
}
LAYOUT = {
    "Name": "Frame",
    "Alias": "frame",
    "TemplateType": "Layout",
    "HtmlBody": "<i>{{shop}}</i>{{{@content}}}",
    "TextBody": "{{{@content}}} - {{shop}}",
}


@pytest.fixture
def layout():
    """Return the parts of the layout `frame`."""
    return LAYOUT


@pytest.fixture
def make(api):
    """Makes a template, and returns its id."""

    def make(template=STANDARD, **changes):
        response = api.post("/templates", {**template, **changes})
        assert response.status_code == 200, response.text
        return response.json()["TemplateId"]

    return make


@pytest.fixture
def templated(api):
    """Returns an email with the template `welcome`, with these fields changed; None leaves one out."""

    def templated(**changes):
        email = {"From": "a@example.com", "To": "b@example.com", "TemplateAlias": "welcome", "TemplateModel": {}}
        return {name: value for name, value in {**email, **changes}.items() if value is not None}

    return templated


@pytest.fixture
def send(api, templated):
    """Sends such an email."""
    return lambda **changes: api.post("/email/withTemplate", templated(**changes))


@pytest.fixture
def sent(api, send):
    """Sends an email that must be accepted, and returns its details."""

    def sent(**changes):
        response = send(**changes)
        assert response.status_code == 200, response.text
        return api.details(response.json()["MessageID"])

    return sent
