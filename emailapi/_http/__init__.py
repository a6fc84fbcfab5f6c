"""
The connection to the service: the only package that knows `requests` and `urllib3`.

A call goes straight to a `requests` adapter of ours: `requests.Session.post` resolves the environment, merges
settings and prepares cookies and hooks anew for each call, which costs twice what the call itself does. What a
session would do once - proxies, CA bundle - is done once a client.
"""

from .calling import perform
from .session import USER_AGENT, Session

# The header that each kind of token travels in.
TOKEN_HEADERS = {"server token": "X-Postmark-Server-Token", "account token": "X-Postmark-Account-Token"}
# How many requests one `send_many` may have under way at once.
POOL_SIZE = 32

__all__ = ["POOL_SIZE", "TOKEN_HEADERS", "USER_AGENT", "Session", "perform"]
