"""Verification of the credentials of webhook requests."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._hints import guard_repr
from .._secrets import hide_all
from ..errors import ConfigurationError
from .headers import header_values

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_Credentials = Sequence[tuple[str, str]]


@guard_repr
class Verifier:
    """
    Checks the credentials of webhook requests.

    The service does not sign requests. It authenticates by Basic auth (`HttpAuth`, or user and password in the URL), by
    secret headers (`HttpHeader`), and by its IP addresses. Each kind that is given must match. For rotation,
    give several credentials of a kind: one of them must match.

    Credentials are compared in constant time, and only their digests are stored.
    """

    def __init__(
        self,
        *,
        basic: tuple[str, str] | _Credentials = (),
        headers: Mapping[str, str | Sequence[str]] | None = None,
        networks: str | Network | Iterable[str | Network] = (),
        trust_proxies: int = 0,
    ) -> None:
        """
        Create a verifier.

        Args:
            basic: The user name and password of Basic auth, or several such pairs.
            headers: The accepted value, or values, of each header.
            networks: The networks or addresses that requests may come from, such as `"192.0.2.7"` or
                `"10.0.0.0/8"`.
            trust_proxies: The number of your own proxies in front of the application. The address of the client is the
                one that the outermost of them wrote into `X-Forwarded-For`. With 0 that header is ignored.

        Raises:
            ConfigurationError: There are no credentials, a credential is empty, or a value is not valid.
        """
        logins, values, kind = hide_all(basic), hide_all(headers), type(headers).__name__
        del basic, headers
        self._basic = [digest for pair in _pairs(logins) for digest in _login_digests(pair)]
        if values is not None and not isinstance(values, Mapping):
            raise ConfigurationError(f"headers must be a mapping of names to values, got {kind}")
        self._headers = {name: _header_digests(name, accepted) for name, accepted in (values or {}).items()}
        self._networks = _networks(networks)
        if isinstance(trust_proxies, bool) or not isinstance(trust_proxies, int) or trust_proxies < 0:
            raise ConfigurationError(f"trust_proxies must be an integer of at least 0, got {trust_proxies!r}")
        self._trust_proxies = trust_proxies
        self._open = False
        if not (self._basic or self._headers or self._networks):
            raise ConfigurationError(
                "a Verifier requires basic=, headers= or networks=; Verifier.insecure() accepts every request"
            )

    @classmethod
    def insecure(cls) -> Verifier:
        """Return a verifier that accepts every request, for development only: anyone can send events to it."""
        made = cls.__new__(cls)
        made._basic, made._headers, made._networks = [], {}, []
        made._trust_proxies, made._open = 0, True
        return made

    def check(self, headers: Mapping[str, Any] | Iterable[tuple[Any, Any]], remote_addr: str | None = None) -> bool:
        """
        Return whether a request has valid credentials.

        Args:
            headers: The headers of the request: a mapping, or pairs.
            remote_addr: The address of the peer; required for `networks`.
        """
        if self._open:
            return True
        # Iterators are read once for each kind.
        headers = tuple(headers) if isinstance(headers, Iterator) else headers
        # All kinds are checked, even if one does not match, to take the same time.
        found = [self._is_from_networks(headers, remote_addr)] if self._networks else []
        if self._basic:
            found.append(_any_equal(map(_decode_basic, header_values(headers, "Authorization")), self._basic))
        for name, digests in self._headers.items():
            given = [form for value in header_values(headers, name) for form in _forms(value)]
            found.append(_any_equal(given, digests))
        return all(found)

    def _is_from_networks(self, headers: object, remote_addr: str | None) -> bool:
        # Frameworks give a string; code of the user may give an object of `ipaddress`.
        given = str(remote_addr or "")
        if self._trust_proxies:
            chain = ",".join(header_values(headers, "X-Forwarded-For")).split(",")
            # A request with fewer addresses did not pass all proxies.
            if len(chain) < self._trust_proxies:
                return False
            given = chain[-self._trust_proxies]
        address = _address(given)
        return address is not None and any(address in network for network in self._networks)

    def __repr__(self) -> str:
        """Show the kinds of credentials, without their values."""
        if self._open:
            return "Verifier.insecure()"
        parts = ["basic=..."] if self._basic else []
        parts += [f"headers={{{', '.join(f'{name!r}: ...' for name in self._headers)}}}"] if self._headers else []
        parts += [f"networks={[str(network) for network in self._networks]}"] if self._networks else []
        parts += [f"trust_proxies={self._trust_proxies}"] if self._trust_proxies else []
        return f"Verifier({', '.join(parts)})"


def _digest(value: bytes) -> bytes:
    # Digests have equal lengths: comparing them does not reveal the length of a secret.
    return hashlib.sha256(value).digest()


def _forms(text: str) -> set[bytes]:
    """Return the possible bytes of a string: clients encode as UTF-8 or Latin-1, and servers decode as either."""
    found = {text.encode("utf-8", "surrogatepass")}
    with contextlib.suppress(UnicodeEncodeError):
        found.add(text.encode("latin-1"))
    return found


def _any_equal(given: Iterable[bytes], digests: Sequence[bytes]) -> bool:
    equal = False
    for value in given:
        found = _digest(value)
        for digest in digests:
            equal |= hmac.compare_digest(found, digest)
    return equal


def _decode_basic(value: str) -> bytes:
    """Return the `user:password` of an Authorization header, or b"" if the scheme is not Basic."""
    scheme, _, encoded = value.strip().partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(encoded.strip() + "=" * (-len(encoded.strip()) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _pairs(basic: Any) -> list[tuple[str, str]]:
    if isinstance(basic, (tuple, list)) and len(basic) == 2 and all(isinstance(one, str) for one in basic):
        basic = [basic]
    if basic is None:
        basic = ()
    pairs = list(basic) if isinstance(basic, Iterable) and not isinstance(basic, (str, bytes, Mapping)) else []
    if not pairs and basic:
        raise ConfigurationError("basic must be a pair of user name and password, or a list of such pairs")
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2 or not all(isinstance(one, str) for one in pair):
            raise ConfigurationError("basic must be a pair of user name and password, or a list of such pairs")
        if not pair[0] or not pair[1]:
            raise ConfigurationError("basic has an empty user name or password: is an environment variable not set?")
        if ":" in pair[0]:
            raise ConfigurationError("a user name of Basic auth must not contain a colon")
    return pairs


def _login_digests(pair: tuple[str, str]) -> list[bytes]:
    return [_digest(form) for form in _forms(f"{pair[0]}:{pair[1]}")]


def _header_digests(name: str, values: object) -> list[bytes]:
    if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
        raise ConfigurationError(f"headers must have names of HTTP headers as keys, got {name!r}")
    accepted = [values] if isinstance(values, str) else values
    if not isinstance(accepted, Sequence) or not accepted or not all(isinstance(one, str) for one in accepted):
        raise ConfigurationError(f"headers[{name!r}] must be a string, or a list of strings")
    if not all(one.strip() for one in accepted):
        raise ConfigurationError(f"headers[{name!r}] has an empty value: is an environment variable not set?")
    return [_digest(form) for value in accepted for form in _forms(value.strip())]


def _networks(given: str | Network | Iterable[str | Network]) -> list[Network]:
    one = isinstance(given, (str, ipaddress.IPv4Network, ipaddress.IPv6Network))
    try:
        values: Any = [given] if one else list(given)
        return [_unmapped(ipaddress.ip_network(value, strict=False)) for value in values]
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"networks must be addresses or networks, as in '10.0.0.0/8': {error}") from None


def _unmapped(network: Network) -> Network:
    """Convert a network of IPv4-mapped IPv6 addresses to IPv4, as addresses are converted."""
    first = network.network_address
    if isinstance(first, ipaddress.IPv6Address) and first.ipv4_mapped is not None and network.prefixlen >= 96:
        return ipaddress.ip_network(f"{first.ipv4_mapped}/{network.prefixlen - 96}")
    return network


def _address(given: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Parse an address; some proxies append a port."""
    text = given.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
