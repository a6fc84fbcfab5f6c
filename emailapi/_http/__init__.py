"""
The connection to the service: the only package that imports `requests` and `urllib3`.

A request goes directly to our `requests` adapter: `requests.Session.post` would resolve the environment, merge settings
and prepare cookies and hooks for each request, which costs twice as much as the request itself. Proxies and the CA
bundle are resolved once per client.
"""

from .calling import call_hook, perform
from .session import USER_AGENT, Session

# The header of each kind of token.
TOKEN_HEADERS = {"server token": "X-Postmark-Server-Token", "account token": "X-Postmark-Account-Token"}
# The most requests that one `send_many` may have under way at once.
POOL_SIZE = 32

__all__ = ["POOL_SIZE", "TOKEN_HEADERS", "USER_AGENT", "Session", "call_hook", "perform"]
