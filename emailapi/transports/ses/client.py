"""The boto3 client that sends emails: created or given, and kept from sending twice."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from typing import Any

from ..._delivery import add_note, clear_frames
from ..._net import NotCopied, ProcessLocal, clocks
from ...errors import ConfigurationError, EmailAPIError
from .errors import convert_exception, find_interruption, patched_hint, unknown
from .events import Exchange, current_exchange, watch
from .payload import SESRequest
from .sesv2 import to_v2

POOL_SIZE = 32
# An idle connection may have been dropped by a firewall; a new connection costs less than a lost response.
IDLE_SECONDS = 45.0


class Client(NotCopied):
    """
    A boto3 client, created here or given, and the time of its last use.

    A forked process creates another client, because botocore and urllib3 hold locks that a thread may have held at the
    fork; the client of the parent process is not touched. A client that was given only drops its connections.

    Attributes:
        own: Whether the client was created here, and is closed with the transport.
        closed: Whether the transport is closed.
    """

    def __init__(
        self, given: object, region_name: str | None, profile_name: str | None, timeout: tuple[float, float]
    ) -> None:
        """Use the client that was given, or create one."""
        _import_boto3()
        self.own = given is None
        self.closed = False
        self._profile = profile_name
        if given is None:
            self._first: Any = _make(region_name, profile_name, None, timeout)
        else:
            self._first = _checked(given, region_name, profile_name)
        self.is_v2 = _service(self._first) == "sesv2"
        self._timeout = timeout
        self._made_in = os.getpid()
        self._clients = ProcessLocal(self._make_here)
        self._used = self._now()
        self._limits = _limits(self._clients.get())

    def _make_here(self) -> Any:
        # gevent and eventlet need no new client: urllib3's locks are never held while it waits, and botocore cannot
        # create a client after the ssl module has been replaced.
        if not self.own or os.getpid() == self._made_in:
            client = self._first
        else:
            # The environment may have changed.
            client = _make(self.region, self._profile, self._first.meta.endpoint_url, self._timeout)
        return _watched(client)

    @property
    def region(self) -> str | None:
        """The region that emails are sent from, if the client tells."""
        return getattr(getattr(self._first, "meta", None), "region_name", None)

    @staticmethod
    def _now() -> tuple[float, float, int]:
        return *clocks(), os.getpid()

    def _renewed(self) -> Any:
        """Return the client, without connections that were idle for long or belong to the parent process."""
        client = self._clients.get()
        *then, pid = self._used
        self._used = now = self._now()
        is_idle = any(new - old > IDLE_SECONDS for new, old in zip(now, then, strict=False))
        if is_idle if pid == now[2] else not self.own:
            getattr(client, "close", lambda: None)()
        return client

    def post(self, request: SESRequest, until: float, attempt: int) -> Mapping[str, Any] | EmailAPIError:
        """
        Make one request, and return the response, or the error that stands for it.

        An exception from outside, such as a signal handler's, is raised after botocore has closed the connection.
        """
        client = self._renewed()
        if self.is_v2:
            request = to_v2(request)
        limits = (math.inf, math.inf) if self._limits is None else self._limits
        exchange = Exchange(until, limits, attempt, marked=self._limits is not None)
        interruption: BaseException
        before = current_exchange.get()
        try:
            # No context manager: what interrupts it between its two halves would leave the exchange to other requests.
            try:
                current_exchange.set(exchange)
                response: object = getattr(client, request.operation)(**request.parameters)
            finally:
                current_exchange.set(before)
            if isinstance(response, Mapping) and response.get("MessageId"):
                return response
            return unknown("SES's response has no MessageId", exchange)
        except Exception as error:
            found = find_interruption(error)
            if found is None:
                return convert_exception(error, exchange)
            interruption = found
        except BaseException as error:
            interruption = error
        if exchange.sent or not exchange.marked:  # first: another signal may interrupt what follows
            self.add_note(interruption)
        clear_frames(interruption)
        raise interruption

    def add_note(self, interruption: BaseException) -> None:
        """Note on an exception from outside that the email may have been sent."""
        add_note(interruption, f"the email may have been sent by Amazon SES ({self.region})")

    def close(self) -> None:
        """Close the connections, unless the client was given by the user."""
        self.closed = True
        client = self._clients.made()
        if self.own and client is not None:
            client.close()


def _watched(client: Any) -> Any:
    from botocore.client import BaseClient

    # An object that only looks like a client has no events: only the types of its exceptions tell the outcome.
    if isinstance(client, BaseClient):
        watch(client)
    return client


def _limits(client: Any) -> tuple[float, float] | None:
    """Return the client's timeouts; None for an object that only looks like a client."""
    from botocore.client import BaseClient

    if not isinstance(client, BaseClient):
        return None
    config = client.meta.config
    return config.connect_timeout or math.inf, config.read_timeout or math.inf


_SEARCHED = "the environment, ~/.aws and the role of the machine"


def _import_boto3() -> None:
    """
    Import boto3.

    Raises:
        ConfigurationError: boto3 is not installed.
    """
    try:
        import boto3  # noqa: F401
    except ImportError:
        missing = True
    else:
        missing = False
    if missing:
        raise ConfigurationError("SESTransport needs boto3: pip install 'emailapi-sdk[ses]'")


def _make(
    region_name: str | None, profile_name: str | None, endpoint_url: str | None, timeout: tuple[float, float]
) -> Any:
    """
    Create a client that sends each request once.

    Raises:
        ConfigurationError: There is no region, there are no credentials, or boto3's configuration is not valid.
    """
    import boto3
    from botocore.config import Config
    from botocore.exceptions import NoRegionError

    config = Config(
        connect_timeout=timeout[0],
        read_timeout=timeout[1],
        retries={"total_max_attempts": 1, "mode": "standard"},
        max_pool_connections=POOL_SIZE,
    )
    try:
        session = boto3.session.Session(region_name=region_name, profile_name=profile_name)
        client = session.client("ses", config=config, endpoint_url=endpoint_url)
        found = session.get_credentials() is not None
        why = "" if found else f"no AWS credentials in {_SEARCHED}: configure them, or pass client="
    except NoRegionError:
        why = "no AWS region: pass region_name=, or set AWS_DEFAULT_REGION"
    except Exception as error:  # profiles, files and endpoints that are not valid, each with a class of its own
        if find_interruption(error) is not None:
            raise
        why = f"boto3 could not create a client: {error}{patched_hint(error)}"
    if why:
        raise ConfigurationError(why)
    return client


def _service(client: Any) -> str:
    name = getattr(getattr(getattr(client, "meta", None), "service_model", None), "service_name", "ses")
    return name if isinstance(name, str) else "ses"


def _checked(given: Any, region_name: str | None, profile_name: str | None) -> Any:
    """
    Validate a client that was given.

    Raises:
        ConfigurationError: The object is not a client for SES, or the client is for another region.
    """
    wanted, service = "client must be boto3.client('ses') or boto3.client('sesv2')", _service(given)
    if service not in ("ses", "sesv2"):
        raise ConfigurationError(f"{wanted}, got a client for {service!r}")
    needed = ("send_email",) if service == "sesv2" else ("send_email", "send_raw_email")
    if not all(callable(getattr(given, name, None)) for name in needed):
        raise ConfigurationError(f"{wanted}, got {type(given).__name__}")
    if profile_name is not None:
        raise ConfigurationError(
            "profile_name is for a client that the transport creates, and client= is given: pass one"
        )
    region = getattr(getattr(given, "meta", None), "region_name", None)
    if region_name is not None and isinstance(region, str) and region != region_name:
        raise ConfigurationError(f"region_name is {region_name!r}, but the client's region is {region!r}: pass one")
    return given
