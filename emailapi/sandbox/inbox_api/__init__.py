"""The JSON API by which tests in any language look at emails and control the sandbox: `/inbox/api/v1`."""

from .view import PREFIX, RULES, InboxAPI, error_response

__all__ = ["PREFIX", "RULES", "InboxAPI", "error_response"]
