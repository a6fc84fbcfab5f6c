"""
The options of a test run, and the examples of README.md and docs/, each of which is a test.

A document is a program of its own: it starts with no names, in an empty working directory, and in an environment that
says nothing to a client. Objects it leaves open are closed.
"""

from __future__ import annotations

import functools
import os
import random
import socket
import ssl
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

import pytest
from hypothesis import settings
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser
from sybil.sybil import SybilCollection

pytest_plugins = ["pytester"]

_Item = TypeVar("_Item", bound=pytest.Item)

_EXTENT = "--extent"
# How many random examples hypothesis tries.
_EXAMPLES = {"quick": 5, "usual": 25, "exhaustive": 300}

# The marks of tests that a quick run leaves out.
_NOT_QUICK = {"slow", "costly", "broker"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--extent` and `--exhaustive`."""
    group = parser.getgroup("how many cases run")
    group.addoption(_EXTENT, choices=_EXAMPLES, default="usual", help="quick: one case of each test, none of the slow")
    group.addoption(
        "--exhaustive",
        action="store_const",
        const="exhaustive",
        dest="extent",
        help="the same as --extent=exhaustive: all cases of tests marked exhaustive",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many random examples hypothesis tries."""
    for extent, examples in _EXAMPLES.items():
        settings.register_profile(extent, deadline=None, print_blob=True, max_examples=examples)
    settings.load_profile(config.getoption(_EXTENT))


@pytest.hookimpl(trylast=True)  # after the folders' own conftest.py, which add marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the cases that the run's extent leaves out, and begin with the files that take long."""
    extent = config.getoption(_EXTENT)
    if extent != "exhaustive":
        kept = _representative(items)
        if extent == "quick":  # whose tests have one case each
            kept = {item for item in kept if not any(map(item.get_closest_marker, _NOT_QUICK))}
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = [item for item in items if item in kept]
    # pytest-xdist gives whole files to its workers: one that takes long must not be the last.
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Create only one case of each test in a quick run: with all, its workers collect for half of its time."""
    if metafunc.config.getoption(_EXTENT) == "quick":
        once = functools.partial(_parametrize_once, metafunc.definition.nodeid, metafunc.parametrize)
        metafunc.parametrize = once  # type: ignore[method-assign]


def _parametrize_once(
    test: str, parametrize: Callable[..., None], names: Any, values: Iterable[Any], *args: Any, **options: Any
) -> None:
    """Call `parametrize` with one of the values, the same in each run; with a quick one if there is any."""
    cases = [*values]
    quick = [place for place, case in enumerate(cases) if not _NOT_QUICK & _names_of_marks(case)]
    place = random.Random(f"{test} {names}").choice(quick or range(len(cases)))  # noqa: S311
    ids = options.get("ids")
    if ids is not None and not callable(ids):
        options["ids"] = [[*ids][place]]
    parametrize(names, [cases[place]], *args, **options)


def _names_of_marks(case: object) -> set[str]:
    return {mark.name for mark in case.marks} if isinstance(case, type(pytest.param())) else set()


def _representative(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """
    Return the items of a run that is not exhaustive.

    Of the exhaustive tests these are some cases with each parameter, or as many as the mark says, and no test without
    parameters.
    """
    exhaustive = [item for item in items if isinstance(item, pytest.Function) and item.get_closest_marker("exhaustive")]
    kept = {*items} - {*exhaustive}
    for cases in _by_test(exhaustive):
        seen: set[tuple[str, int]] = set()
        for item in cases[: _most(cases[0])]:
            values = {(argument, id(value)) for argument, value in _parameters(item)}
            if not values <= seen:
                seen |= values
                kept.add(item)
    return kept


def _most(item: pytest.Function) -> int | None:
    mark = item.get_closest_marker("exhaustive")
    return mark.kwargs.get("cases") if mark else None


def _parameters(item: pytest.Function) -> Iterable[tuple[str, object]]:
    return item.callspec.params.items() if hasattr(item, "callspec") else ()


def _by_test(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """Yield the cases of each test, spread over the whole of its parameters, and in the same order each time."""
    cases: dict[str, list[_Item]] = defaultdict(list)
    for item in items:
        cases[item.nodeid.partition("[")[0]].append(item)
    for name, group in cases.items():
        yield random.Random(name).sample(group, len(group))  # noqa: S311


_HIDDEN = ("EMAILAPI_", "POSTMARK_")
_CLOSING = "closing the document"


def _begin(namespace: dict[str, Any]) -> None:
    # As of any program: some libraries look for the module of a function.
    namespace["__name__"] = "__main__"
    with ExitStack() as entered:
        folder = Path(entered.enter_context(tempfile.TemporaryDirectory()))
        entered.callback(os.chdir, Path.cwd())
        os.chdir(folder)
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_HIDDEN) and not name.lower().endswith("_proxy")
        }
        entered.enter_context(mock.patch.dict(os.environ, kept, clear=True))
        namespace[_CLOSING] = entered.pop_all()


def _end(namespace: dict[str, Any]) -> None:
    for name in ("client", "account", "sandbox"):
        if name in namespace:
            namespace[name].close()
    namespace[_CLOSING].close()


def _begin_with_mail_server(namespace: dict[str, Any]) -> None:
    """Begin where smtp.example.com is a server on this machine, whose certificate the system trusts."""
    import trustme

    _begin(namespace)
    with ExitStack() as entered:
        entered.push(namespace[_CLOSING])
        authority = trustme.CA()
        authority.cert_pem.write_to_path("ca.pem")
        os.environ["SSL_CERT_FILE"] = str(Path("ca.pem").absolute())
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(_MAIL_HOST).configure_cert(context)
        ports = {587: _mail_server(entered, tls_context=context), 465: _mail_server(entered, ssl_context=context)}
        ports[24] = _mail_store(entered, context)
        resolve = socket.getaddrinfo

        def found(host: str, port: int, *options: Any, **named: Any) -> Any:
            ours = host == _MAIL_HOST
            return resolve("127.0.0.1" if ours else host, ports[port] if ours else port, *options, **named)

        entered.enter_context(mock.patch("socket.getaddrinfo", found))
        namespace[_CLOSING] = entered.pop_all()


def _mail_server(entered: ExitStack, **tls: Any) -> int:
    """Start a server that accepts every login and every email; return its port."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.handlers import Sink
    from aiosmtpd.smtp import AuthResult

    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    controller = Controller(
        Sink(),
        hostname="127.0.0.1",
        port=port,
        server_hostname=_MAIL_HOST,
        authenticator=lambda *login: AuthResult(success=True),
        auth_require_tls="ssl_context" not in tls,
        **tls,
    )
    controller.start()
    entered.callback(controller.stop)
    return port


def _mail_store(entered: ExitStack, context: ssl.SSLContext) -> int:
    """Start an LMTP server with every mailbox but one; return its port."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.handlers import Sink
    from aiosmtpd.lmtp import LMTP

    class Mailboxes(Sink):
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802
            return "\r\n".join(
                "550 5.1.1 no such mailbox" if name.startswith("nobody@") else f"250 2.0.0 <{name}> kJ4xYz saved"
                for name in envelope.rcpt_tos
            )

    class Store(Controller):
        def factory(self) -> LMTP:
            return LMTP(self.handler, tls_context=context)

    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    store = Store(Mailboxes(), hostname="127.0.0.1", port=port)
    store.start()
    entered.callback(store.stop)
    return port


def _begin_with_django(namespace: dict[str, Any]) -> None:
    """Begin in a Django project, whose settings a document may change until it ends."""
    import django
    from django.conf import settings
    from django.core import mail
    from django.test.utils import override_settings

    from emailapi.django import signals

    _begin(namespace)
    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], SECRET_KEY="for documents")  # noqa: S106
        django.setup()
    entered: ExitStack = namespace[_CLOSING]

    def use_settings(**changes: Any) -> None:
        if "EMAILAPI" in changes:
            changes["EMAILAPI"] = {**getattr(settings, "EMAILAPI", {}), **changes["EMAILAPI"]}
        entered.enter_context(override_settings(**changes))

    def use_mailers(mailers: dict[str, Any], base_url: str) -> None:
        """Use the mailers of a document with another server, or before MAILERS what they come to."""
        if hasattr(mail, "mailers"):
            changed = {
                alias: {**mailer, "OPTIONS": {**mailer["OPTIONS"], "base_url": base_url}}
                for alias, mailer in mailers.items()
            }
            use_settings(MAILERS=changed)
        else:
            options = {**mailers["default"]["OPTIONS"], "base_url": base_url}
            upper = {name.upper(): value for name, value in options.items()}
            use_settings(EMAIL_BACKEND=mailers["default"]["BACKEND"], EMAILAPI=upper)

    use_settings(DEFAULT_FROM_EMAIL="shop@example.com", ROOT_URLCONF="emailapi.django.urls", ALLOWED_HOSTS=["*"])
    for signal in (signals.pre_send, signals.post_send, signals.tracking, signals.inbound):
        entered.callback(setattr, signal, "receivers", [*signal.receivers])
    namespace.update(use_settings=use_settings, use_mailers=use_mailers)


def _sybil(setup: Callable[[dict[str, Any]], None], patterns: Sequence[str], excludes: Sequence[str] = ()) -> Sybil:
    return Sybil(
        parsers=[PythonCodeBlockParser(), SkipParser()],
        patterns=patterns,
        excludes=excludes,
        setup=setup,
        teardown=_end,
    )


_MAIL_HOST = "smtp.example.com"
_BY_DJANGO = ["docs/guide/django.md"]
_BY_SMTP = ["docs/guide/smtp.md", "docs/guide/lmtp.md", "docs/guide/transports.md", "docs/guide/failover.md"]

_documents = [
    _sybil(_begin, ["README.md", "docs/**/*.md", "docs/*.md"], [*_BY_SMTP, *_BY_DJANGO]),
    _sybil(_begin_with_mail_server, _BY_SMTP),
    *([_sybil(_begin_with_django, _BY_DJANGO)] if find_spec("django") else []),
]
pytest_collect_file = SybilCollection(_documents).pytest()
