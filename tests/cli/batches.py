"""The options of `emailapi batch` that its tests share, and readers of what it did."""

from __future__ import annotations

import json

MERGE = ("--to", "{{name}} <{{email}}>", "--subject", "Hi {{name}}", "--text", "Your code is {{code}}.")


def lines(done):
    """Return the JSON of each line that was printed."""
    return [json.loads(line) for line in done.out.splitlines()]


def recipients(client):
    """Return the address of each email that was sent, in order."""
    return sorted(message.recipients[0] for message in client.messages.list(count=500).iter_all())
