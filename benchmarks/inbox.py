"""
Pages of the sandbox's inbox among many messages: on the server, on the way, and painted by Chromium.

    python -m benchmarks.inbox [--messages 100000] [--rounds 30]

The messages are put into a data file directly, as `benchmarks.searches` does. Of each page are measured the CPU time of
the thread that makes it (the median, scaled to a machine on which Flask's empty view takes 66 us), the time until its
last byte has left, and the time until Chromium has painted it, from the start of the navigation. The two times are by
the clock on the wall: they tell something on a quiet machine only. The time painted is also shown scaled in the same
way, as a browser is slow where Python is. The last line tells whether the lists meet each budget.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import requests
from playwright.sync_api import sync_playwright

from emailapi import Client, Email
from emailapi.sandbox import Sandbox, running
from emailapi.sandbox.app import create_app
from emailapi.sandbox.finding import catch_up
from emailapi.sandbox.surroundings import Surroundings

from .measure import request_of, slowness
from .searches import fill, index

SERVER, LEFT, PAINTED = 5.0, 100.0, 300.0
PAGES = {
    "newest 50": "",
    "older 50": "?before={middle}",
    "one word": "?q=bobo",
    "a word that all have": "?q=thanks",
    "is:bounced": "?q=is%3Abounced",
    "needs a look": "?q=is%3Abounced+OR+is%3Acomplained+OR+is%3Adelayed+OR+is%3Asuppressed",
    "a stream": "?stream=outbound",
    "live update": "/rows",
}
TABS = ("preview", "text", "html", "links", "checks", "raw")
# When the largest part of the page was first painted, in milliseconds.
_PAINT = """() => new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
        .observe({ type: "largest-contentful-paint", buffered: true });
    setTimeout(() => resolve(-1), 5000);
})"""
_PARAGRAPH = '<p style="margin:0">Dear Dana, <a href="https://shop.example.com/{0}">order {0}</a> is on its way.</p>\n'


@attrs.frozen
class Result:
    """
    What a page took, in milliseconds; None if it was not measured.

    Attributes:
        page: The page.
        factor: How much slower the machine was then than that of the budget for the server's CPU.
        cpu: CPU of its thread.
        left: Until its last byte has left.
        painted: Until the browser has painted it.
    """

    page: str
    factor: float
    cpu: float
    left: float
    painted: float | None = None

    @property
    def server(self) -> float:
        """The CPU, scaled."""
        return self.cpu / self.factor

    @property
    def scaled(self) -> float | None:
        """The time until the browser has painted it, scaled."""
        return None if self.painted is None else self.painted / self.factor


def _median(run: Callable[[], float], rounds: int) -> float:
    run()
    return statistics.median(run() for _ in range(rounds)) * 1000


def _beside_empty(run: Callable[[], float], rounds: int) -> tuple[float, float]:
    """Return the median in milliseconds, and how slow the machine was between blocks of ten rounds."""
    samples, factors = [], []
    for _ in range(max(rounds // 10, 1)):
        run()
        samples += [run() for _ in range(min(rounds, 10))]
        factors.append(slowness(1))
    return statistics.median(samples) * 1000, statistics.median(factors)


def _server_cpu(app: Any, host: str, path: str) -> Callable[[], float]:
    request = request_of(app, path, host)

    def run() -> float:
        began = time.thread_time()
        request()
        return time.thread_time() - began

    return run


def _leaving(session: requests.Session, url: str) -> Callable[[], float]:
    def run() -> float:
        began = time.perf_counter()
        session.get(url, timeout=60).raise_for_status()
        return time.perf_counter() - began

    return run


def _painting(browser: Any, url: str) -> Callable[[], float]:
    def run() -> float:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(url, timeout=120_000)
        milliseconds = float(page.evaluate(_PAINT))
        page.close()
        return milliseconds / 1000

    return run


def measure(sandbox: Sandbox, app: Any, browser: Any, paths: dict[str, str], rounds: int) -> Iterator[Result]:
    """Yield what each page takes."""
    host = sandbox.url.partition("//")[2]
    with requests.Session() as session:
        session.trust_env = False
        for name, path in paths.items():
            url = f"{sandbox.inbox_url}/4000001{path}"
            painted = None
            if browser is not None and not path.startswith("/rows"):
                painted = _median(_painting(browser, url), max(rounds // 5, 3))
            cpu, factor = _beside_empty(_server_cpu(app, host, f"/inbox/4000001{path}"), rounds)
            yield Result(name, factor, cpu, _median(_leaving(session, url), rounds), painted)


def _send_large(sandbox: Sandbox) -> str:
    """Send an email of 1 MB of HTML, let it be indexed, and return the path of its page."""
    html = "".join([_PARAGRAPH.format(number) for number in range(9_300)])
    email = Email(sender="shop@example.com", to="dana@example.com", subject="Large", html_body=html)
    with Client(sandbox.token, base_url=sandbox.url) as client:
        sent = client.outbound.send(email)
    catch_up(sandbox.store)
    return f"/m/{sent.message_id}"


def _first_view(sandbox: Sandbox, app: Any, tab: str, emails: int) -> float:
    """Return the scaled CPU of the first view of a tab, the median of so many new emails."""
    host = sandbox.url.partition("//")[2]
    views = [_server_cpu(app, host, f"/inbox/4000001{_send_large(sandbox)}?tab={tab}") for _ in range(emails)]
    return statistics.median(view() / slowness(1) for view in views) * 1000


def _report(results: Iterator[Result]) -> list[Result]:
    """Print what pages took, and return it."""
    print(f"{'milliseconds':24}{'server':>10}{'left':>10}{'painted':>10}{'scaled':>10}{'machine':>10}")
    shown = []
    for each in results:
        painted, scaled = ("" if time is None else f"{time:.0f}" for time in (each.painted, each.scaled))
        factor = f"{each.factor:.1f} x"
        print(f"{each.page:24}{each.server:10.2f}{each.left:10.1f}{painted:>10}{scaled:>10}{factor:>10}", flush=True)
        shown.append(each)
    return shown


def _verdict(results: list[Result]) -> str:
    """Return whether the lists meet each budget, in one line."""
    largest = {
        "server": (max(each.server for each in results), SERVER),
        "left": (max(each.left for each in results), LEFT),
    }
    painted = [(each.painted, each.scaled) for each in results if each.painted is not None and each.scaled is not None]
    if painted:
        largest["painted"] = (max(raw for raw, _ in painted), PAINTED)
        largest["painted, scaled"] = (max(scaled for _, scaled in painted), PAINTED)
    words = [
        f"{name} {'met' if most <= budget else 'NOT MET'} ({most:.3g} of {budget:g} ms)"
        for name, (most, budget) in largest.items()
    ]
    return f"budgets of lists: {'; '.join(words)}"


def _run(sandbox: Sandbox, app: Any, browser: Any, count: int, rounds: int) -> None:
    fill(sandbox, 0, count)
    index(sandbox)
    middle = sandbox.messages(limit=2_000)[-1].message_id
    print(f"{count:,} messages; server: CPU, scaled to a machine on which Flask's empty view takes 66 us")
    paths = {name: path.format(middle=middle) for name, path in PAGES.items()}
    lists = _report(measure(sandbox, app, browser, paths, rounds))
    large, emails = _send_large(sandbox), max(rounds // 10, 1)
    print("an email of 1 MB of HTML, of which no budget speaks, each tab after a first view of it:")
    _report(measure(sandbox, app, browser, {tab: f"{large}?tab={tab}" for tab in TABS}, emails))
    first = [f"{tab} {_first_view(sandbox, app, tab, emails):.0f}" for tab in TABS]
    print(f"server, the first view of an email by a tab: {', '.join(first)}")
    print(_verdict(lists))


@contextmanager
def _started(data: Path) -> Iterator[tuple[Sandbox, Any]]:
    """Start a sandbox, and give its application, whose views run in the thread that calls them."""
    apps: list[Any] = []

    def keeping(here: Surroundings) -> Any:
        apps.append(create_app(here))
        return apps[0]

    setattr(running, "create_app", keeping)  # noqa: B010 - of another module, for this process
    with Sandbox(data) as sandbox:
        yield sandbox, apps[0]


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, _started(Path(folder) / "messages.db") as (sandbox, app):
        path = shutil.which("chromium")
        if path is None:
            print("chromium is not installed: nothing is painted")
            _run(sandbox, app, None, options.messages, options.rounds)
            return
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            _run(sandbox, app, browser, options.messages, options.rounds)
            browser.close()


if __name__ == "__main__":
    main()
