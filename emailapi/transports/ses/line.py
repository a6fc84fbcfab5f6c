"""The boto3 client that mails leave by: made or given, and kept from sending twice."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping
from typing import Any

from ...errors import ConfigurationError, EmailAPIError
from .failures import failure_of
from .marks import call, watch
from .parcel import Parcel

POOL_SIZE = 32
# What was idle for longer may have been forgotten on the way; renewing a connection costs less than losing an answer.
IDLE_SECONDS = 45.0


class Line:
    """
    A boto3 client, and since when it was not used.

    Attributes:
        client: The client.
        own: Whether it was made here, and is closed with the transport.
        closed: Whether nothing may be sent any more.
    """

    def __init__(self, given: object, region_name: str | None, timeout: tuple[float, float]) -> None:
        """Take the client that was given, or make one."""
        _import_boto3()
        from botocore.client import BaseClient

        self.own = given is None
        self.client: Any = _make(region_name, timeout) if given is None else _checked(given, region_name)
        self.closed = False
        self._used = self._now()
        # What only looks like a client has no events, and its exceptions' types are all there is.
        self._marked = isinstance(self.client, BaseClient)
        self._limits = (math.inf, math.inf)
        if self._marked:
            config = self.client.meta.config
            self._limits = (config.connect_timeout or math.inf, config.read_timeout or math.inf)
            watch(self.client)

    @property
    def region(self) -> str | None:
        """The region that mails leave from, when the client says so."""
        return getattr(getattr(self.client, "meta", None), "region_name", None)

    @staticmethod
    def _now() -> tuple[float, float, int]:
        # Two clocks: the monotonic one stands still while a machine sleeps, or a container is frozen.
        return time.monotonic(), time.time(), os.getpid()

    def _renew(self) -> None:
        """Drop connections that were idle for long, or are another process's since a fork."""
        *then, pid = self._used
        self._used = now = self._now()
        if pid != now[2] or any(new - old > IDLE_SECONDS for new, old in zip(now, then, strict=False)):
            getattr(self.client, "close", lambda: None)()

    def post(self, parcel: Parcel, until: float, attempt: int) -> Mapping[str, Any] | EmailAPIError:
        """Make one request, and return the answer to it, or what went wrong."""
        self._renew()
        call.__dict__.clear()
        call.under_way, call.marked, call.until = True, self._marked, until
        call.limits, call.attempt = self._limits, attempt
        try:
            answer: Mapping[str, Any] = getattr(self.client, parcel.operation)(**parcel.parameters)
            return answer
        except Exception as error:
            return failure_of(error, call)
        finally:
            call.under_way = False

    def close(self) -> None:
        """Send nothing any more; close the connections, unless somebody else made the client."""
        self.closed = True
        if self.own:
            self.client.close()


def _import_boto3() -> None:
    """
    Load boto3.

    Raises:
        ConfigurationError: It is not installed.
    """
    try:
        import boto3  # noqa: F401
    except ImportError:
        missing = True
    else:
        missing = False
    if missing:
        raise ConfigurationError("SESTransport needs boto3: pip install 'emailapi[ses]'")


def _make(region_name: str | None, timeout: tuple[float, float]) -> Any:
    """
    Make a client that sends once.

    Raises:
        ConfigurationError: There is no region, there are no credentials, or what boto3 was configured with cannot be.
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
        session = boto3.session.Session(region_name=region_name)
        client = session.client("ses", config=config)
        found = session.get_credentials() is not None
        why = "" if found else "no AWS credentials: boto3 looks in the environment, ~/.aws and the machine's role"
    except NoRegionError:
        why = "no AWS region: pass region_name=, or set AWS_DEFAULT_REGION"
    except Exception as error:  # profiles, files and endpoints that are wrong, each with its own class
        why = f"boto3 could not make a client: {error}"
    if why:
        raise ConfigurationError(why)
    return client


def _checked(given: Any, region_name: str | None) -> Any:
    """
    Return a client that was given.

    Raises:
        ConfigurationError: It is none for SES, or one for another region.
    """
    meta = getattr(given, "meta", None)
    service = getattr(getattr(meta, "service_model", None), "service_name", "ses")
    if not all(callable(getattr(given, name, None)) for name in ("send_email", "send_raw_email")):
        raise ConfigurationError(f"client must be boto3.client('ses'), not {type(given).__name__}")
    if isinstance(service, str) and service != "ses":
        raise ConfigurationError(f"client must be boto3.client('ses'), not one for {service!r}")
    region = getattr(meta, "region_name", None)
    if region_name is not None and isinstance(region, str) and region != region_name:
        raise ConfigurationError(f"region_name is {region_name!r}, but the client's region is {region!r}")
    return given
