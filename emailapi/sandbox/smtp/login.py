"""AUTH: the mechanisms by which a client shows a server's token, as user name and as password."""

from __future__ import annotations

import binascii
import hmac
import secrets
import time
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable

MECHANISMS = ("CRAM-MD5", "LOGIN", "PLAIN")

# Sends a challenge, and returns the client's response.
Ask = Callable[[bytes], Awaitable[bytes]]


class Malformed(Exception):
    """The client's response cannot be read, or it has given up; the text is the reply."""


def decoded(response: bytes) -> bytes:
    """
    Return a response of the client, decoded.

    Raises:
        Malformed: The response is not base64, or is the asterisk by which a client gives up.
    """
    if response == b"*":
        raise Malformed("501 5.7.0 Authentication cancelled")
    if response == b"=":  # an empty initial response
        return b""
    try:
        return b64decode(response, validate=True)
    except binascii.Error:
        raise Malformed("501 5.5.2 The response is not valid base64") from None


def challenge(text: bytes) -> bytes:
    """Return the reply that has a challenge."""
    return b"334 " + b64encode(text)


async def token_of(mechanism: str, initial: bytes | None, ask: Ask) -> str:
    """
    Return the token that a client logs in with; empty if user name and password differ.

    Args:
        mechanism: One of `MECHANISMS`.
        initial: The response that the client has sent with the command, or None.
        ask: Sends a challenge, and returns the response.

    Raises:
        Malformed: The client's response cannot be read.
    """
    if mechanism == "CRAM-MD5":
        return await _by_digest(ask)
    if mechanism == "PLAIN":
        parts = (await ask(b"") if initial is None else initial).split(b"\0")
        if len(parts) != 3:
            raise Malformed("501 5.5.2 PLAIN must have an identity, a user name and a password")
        user, password = parts[1:]
    else:
        user = await ask(b"Username:") if initial is None else initial
        password = await ask(b"Password:")
    return _text(user) if hmac.compare_digest(user, password) else ""


async def _by_digest(ask: Ask) -> str:
    """Log in by CRAM-MD5 (RFC 2195): the password is the key of a digest of the challenge."""
    text = f"<{secrets.randbits(64)}.{time.time_ns()}@sandbox.invalid>".encode()
    user, space, digest = (await ask(text)).rpartition(b" ")
    if not space:
        raise Malformed("501 5.5.2 CRAM-MD5 must have a user name and a digest")
    right = hmac.new(user, text, "md5").hexdigest().encode()
    return _text(user) if user and hmac.compare_digest(digest.lower(), right) else ""


def _text(user: bytes) -> str:
    return user.decode("utf-8", "replace")
