"""`emailapi doctor`: checks of what a program needs to send emails."""

from __future__ import annotations

import argparse
import os
import platform
import stat
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from .._version import __version__
from ..errors import ConfigurationError, ConnectionFailed, EmailAPIError, Unauthorized
from .declaring import add_connection, describe, token_of
from .failures import MISCONFIGURED, REJECTED, combined, exit_code
from .output import show_rows

if TYPE_CHECKING:
    from ..account_client import AccountClient
    from ..models.domains import Dns
    from ..models.servers import Server

_LIBRARIES = ("requests", "urllib3", "attrs", "cattrs")
_SANDBOX = ("flask", "waitress", "aiosmtpd", "trustme")


class Check(NamedTuple):
    """
    The result of a check.

    Attributes:
        check: Its name.
        state: `ok`, `warn` or `fail`.
        found: The facts.
        advice: A remedy, for a check that is not ok.
        code: The exit code that the result stands for.
    """

    check: str
    state: str
    found: str
    advice: str = ""
    code: int = 0


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    text = (
        "Check the versions, the token and its kind, the connection and TLS, and whether the sender's domain is set up."
        " The domain is read with the account token, if EMAILAPI_ACCOUNT_TOKEN is set. The exit code is 3 if the token"
        " is missing or wrong, 4 if the service cannot be reached, 1 if another check fails."
    )
    describe(parser, text, "emailapi doctor\nemailapi doctor --json")
    add_connection(parser, run)


def run(options: argparse.Namespace) -> int:
    """Print all checks."""
    checks = [*_checks(options)]
    rows = [{name: value for name, value in check._asdict().items() if name != "code"} for check in checks]
    show_rows(options, rows, ("check", "state", "found", "advice"), "")
    codes = [check.code for check in checks if check.state == "fail"]
    return MISCONFIGURED if MISCONFIGURED in codes else combined(codes)


def _checks(options: argparse.Namespace) -> Iterator[Check]:
    from ..client import Client

    yield _versions()
    yield _sandbox()
    token = None
    try:
        token = token_of(options.token_file)
        with Client(token) as client:
            url = client._session.base_url
            server = client.server.get()
            sender = client._options.sender
    except EmailAPIError as error:
        yield _failed(error, token)
        return
    yield Check("token", "ok", f"server token of the server {server.name!r}")
    yield from _token_file(options.token_file)
    yield from _connection(url)
    yield _delivery(server)
    if sender is None:
        yield Check("sender", "warn", "there is no default sender", "set EMAILAPI_SENDER, or give each email a sender")
        return
    yield Check("sender", "ok", str(sender))
    yield from _domain(sender.email)


def _token_file(path: str | None) -> Iterator[Check]:
    """Warn of a file that other users of the machine can read."""
    if path is not None and os.name == "posix":
        mode = os.stat(path).st_mode
        if stat.S_ISREG(mode) and mode & 0o044:
            yield Check("token file", "warn", f"{path} can be read by other users", f"chmod 600 {path}")


def _versions() -> Check:
    found = ", ".join(f"{name} {_version_of(name)}" for name in _LIBRARIES)
    return Check("versions", "ok", f"emailapi {__version__}, Python {platform.python_version()}, {found}")


def _version_of(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # as in a zip file
        return "of unknown version"


def _sandbox() -> Check:
    missing = [name for name in _SANDBOX if find_spec(name) is None]
    if missing:
        advice = "pip install 'emailapi-sdk[sandbox]' to run `emailapi sandbox`"
        return Check("sandbox", "warn", f"{', '.join(missing)} not installed", advice)
    return Check("sandbox", "ok", f"installed, flask {_version_of('flask')}")


def _failed(error: EmailAPIError, token: str | None) -> Check:
    """Return the check that an error stands for."""
    code = exit_code(error)
    if isinstance(error, Unauthorized):
        if _is_account_token(token):
            advice = "set EMAILAPI_SERVER_TOKEN to a server token"
            return Check("token", "fail", "this is an account token", advice, MISCONFIGURED)
        return Check("token", "fail", "the service does not know this token", "copy the server token again", code)
    if isinstance(error, ConfigurationError):
        name = "token" if "token" in error.message else "configuration"
        return Check(name, "fail", error.message, "", MISCONFIGURED)
    if isinstance(error, ConnectionFailed) and "certificate" in error.message:
        advice = (
            "set REQUESTS_CA_BUNDLE to a file with the authority of the certificate, or EMAILAPI_BASE_URL to another"
        )
        return Check("TLS", "fail", error.message, f"{advice} host", code)
    if isinstance(error, ConnectionFailed) and "TLS" in error.message:
        return Check("TLS", "fail", str(error), "check that EMAILAPI_BASE_URL is an https server", code)
    return Check("connection", "fail", str(error), "check EMAILAPI_BASE_URL, the network and its proxy", code)


def _is_account_token(token: str | None) -> bool:
    from ..account_client import AccountClient
    from ..settings import resolve_token

    try:
        with AccountClient(resolve_token(token, "server token")) as account:
            account.servers.list(count=1)
    except EmailAPIError:
        return False
    return True


def _connection(url: str) -> Iterator[Check]:
    from .._hosts import is_loopback

    parts = urlsplit(url)
    local = is_loopback(parts.hostname or "")
    yield Check("connection", "ok", f"{url}, on this machine: a sandbox, no email leaves" if local else url)
    if parts.scheme == "https":
        yield Check("TLS", "ok", "the certificate is valid")
    elif not local:
        yield Check("TLS", "warn", "none: the token is sent in clear", "use https")


def _delivery(server: Server) -> Check:
    if server.delivery_type == "Sandbox":
        return Check(
            "delivery", "warn", "the server is a sandbox of the service: emails are not delivered", "use a live server"
        )
    return Check("delivery", "ok", "the server delivers emails")


def _domain(address: str) -> Iterator[Check]:
    from ..account_client import AccountClient
    from ..settings import from_environment

    name = address.rpartition("@")[2].lower()
    if not from_environment("account token")[0]:
        yield Check("domain", "warn", f"{name} was not checked", "set EMAILAPI_ACCOUNT_TOKEN to check SPF and DKIM")
        return
    try:
        with AccountClient() as account:
            found = _dns_of(account, address, name)
    except EmailAPIError as error:
        yield Check("domain", "fail", str(error), "check EMAILAPI_ACCOUNT_TOKEN", exit_code(error))
        return
    if found is None:
        advice = "add the domain, or the address as a sender signature, in the account"
        yield Check("domain", "fail", f"{name} is not in the account", advice, REJECTED)
        return
    dkim = f"set the TXT record {found.dkim_pending_host or found.dkim_host}"
    yield _record("DKIM", found.dkim_verified, dkim, "fail")
    if found.weak_dkim:
        yield Check("DKIM key", "warn", "the key is short", "make a new one: account.domains.rotate_dkim")
    yield _record("SPF", found.spf_verified, f"set the TXT record of {found.spf_host or name}", "warn")
    cname = f"set the CNAME record {found.return_path_domain} to {found.return_path_domain_cname_value}"
    yield _record("return path", found.return_path_domain_verified, cname, "warn")


def _dns_of(account: AccountClient, address: str, name: str) -> Dns | None:
    """Return the records of the domain, or of the sender signature of the address."""
    for domain in account.domains.list(count=500).iter_all():
        if domain.name.lower() == name:
            return account.domains.get(domain)
    for signature in account.signatures.list(count=500).iter_all():
        if signature.email_address.lower() == address.lower():
            return account.signatures.get(signature)
    return None


def _record(name: str, verified: bool, advice: str, otherwise: str) -> Check:
    if verified:
        return Check(name, "ok", "the record was found")
    return Check(name, otherwise, "the record was not found", advice, REJECTED if otherwise == "fail" else 0)
