"""Names and addresses of servers, as users give them."""

from __future__ import annotations

import re

from .errors import ConfigurationError

_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*")
_NAME_LIMIT = 253


def as_host(given: object, option: str) -> str:
    """
    Return the name or address of a server, in ASCII and without brackets.

    Raises:
        ConfigurationError: The value is neither a name nor an address; the message names the option.
    """
    if not isinstance(given, str) or not given.strip():
        raise ConfigurationError(f"{option} must be the name or address of a server, got {given!r}")
    host = given.strip().removesuffix(".")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]  # as URLs write IPv6
    if not host.isascii():
        import idna

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise ConfigurationError(f"{option} {given!r} is not a valid international domain: {error}") from None
    if ":" in host:
        if not _is_ipv6(host):
            raise ConfigurationError(f"{option} must be a name or an address without a port, got {given!r}")
    elif not _NAME.fullmatch(host) or len(host) > _NAME_LIMIT:
        raise ConfigurationError(f"{option} {given!r} is not a valid host name")
    return host


def _is_ipv6(host: str) -> bool:
    import ipaddress

    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return host.isprintable() and " " not in host  # the address may be followed by the name of an interface


def is_loopback(host: str) -> bool:
    """Return whether a host name or address refers to this machine only."""
    import ipaddress

    if f".{host.lower()}".endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
