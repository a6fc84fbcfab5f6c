"""Transports of users, and the email that they are given."""

from __future__ import annotations

from emailapi import BatchResult, Email, EmailAPIError, SendResult

EMAIL = Email(sender="a@example.com", to="b@example.com", text_body="x")


class Bare:
    """A user's own transport, which has nothing but what the protocol asks; it fails as it is told to."""

    def __init__(self, error: EmailAPIError | None = None) -> None:
        """Fail with this, or take everything."""
        self.error, self.sent, self.closed = error, [], False

    def send(self, email: Email, /) -> SendResult:
        """Take one email, or fail."""
        if self.error:
            raise self.error
        self.sent.append(email)
        return SendResult(message_id="1", via="bare")

    def send_batch(self, emails, /) -> BatchResult:
        """Take many emails, or fail."""
        return BatchResult(tuple(self.send(email) for email in emails))

    def close(self) -> None:
        """Take note of it."""
        self.closed = True
