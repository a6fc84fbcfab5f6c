"""The routes, and the modules that a start imports."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pkgutil import iter_modules

import pytest

from emailapi.sandbox import routes

NAMES = sorted(each.name for each in iter_modules(routes.__path__))

STARTS = """
import sys
from emailapi.sandbox import Sandbox
with Sandbox():
    print(*sys.modules)
"""

# What takes long to import, and most tests do not need.
LATER = (
    "css_inline",
    "emailapi.sandbox.inbox",
    "emailapi.sandbox.inbox_api",
    "emailapi.sandbox.processing",
    "emailapi.sandbox.routes.outbound",
    "emailapi.mime.codes",
    "emailapi.models.opens",
    "emailapi.sandbox.smtp.event_loop",
    "emailapi.sandbox.templating",
    "emailapi.webhooks.events",
    "emailapi.mime.writing",
    "trustme",
    "urllib3",
)


@pytest.mark.parametrize("name", NAMES)
def test_the_routes_of_each_module_are_served(name):
    for route in import_module(f"emailapi.sandbox.routes.{name}").routes:
        assert route in routes.routes_below(route.path.split("/")[1])


def test_no_route_is_served_twice():
    served = [(route.method, route.path) for word in routes.MODULES for route in routes.routes_below(word)]
    assert len(set(served)) == len(served)


@pytest.mark.costly
def test_a_start_imports_nothing_that_only_some_tests_need():
    done = subprocess.run([sys.executable, "-c", STARTS], capture_output=True, check=True, text=True)
    loaded = set(done.stdout.split())
    assert "emailapi.sandbox.app" in loaded
    assert not loaded & {*LATER}


def test_requests_that_come_at_once_find_the_routes_that_no_request_has_needed_yet(api):
    from emailapi.sandbox import url_maps

    url_maps._branch.cache_clear()
    routes.routes_below.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        found = [*pool.map(lambda _: api.request("GET", "/message-streams").status_code, range(8))]
    assert found == [200] * 8
