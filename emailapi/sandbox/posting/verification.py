"""Asking a webhook whether it responds, by a sample of each event that it is to be told of."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from ...wire import dump_json
from ..forks import imports
from ..responses import written
from ..store import Row, Store
from ..tables import servers, webhook_requests
from ..tables.webhook_requests import NewRequest
from ..tables.webhooks import Webhook, target_of
from .hints import hint
from .notices import BUILDERS
from .results import keep_attempt
from .runner import Runner
from .sending import make_sending

if TYPE_CHECKING:
    from ...webhooks.writing import Payload


@attrs.frozen(eq=False, repr=False)
class Verified:
    """
    How a webhook has responded to the samples.

    Attributes:
        webhook: The settings that were tried.
        results: For each sample its trigger, the status of the response or None, and what is wrong; "" for nothing.
    """

    webhook: Webhook
    results: tuple[tuple[str, int | None, str], ...]

    @property
    def success(self) -> bool:
        """Whether all samples had a response with status 200."""
        return all(not problem for _, _, problem in self.results)

    def shown(self, webhook_id: int) -> dict[str, object]:
        """Return the result as the API shows it."""
        with imports:
            from ...models.webhooks import TriggerCheck, WebhookVerification

        passed = sum(not problem for _, _, problem in self.results)
        checks = [
            written(
                TriggerCheck, trigger_type=trigger, success=not problem, status_code=status, message=problem or "OK"
            )
            for trigger, status, problem in self.results
        ]
        return written(
            WebhookVerification,
            id=webhook_id,
            url=self.webhook.url,
            success=self.success,
            results=checks,
            message=f"{passed}/{len(checks)} triggers responded with status 200.",
        )


class NotVerified(Exception):
    """A request to the API needs to know whether a webhook responds; it is carried out again when that is known."""

    def __init__(self, server: int, webhook: Webhook) -> None:
        """Name the server, and the settings that are to be tried."""
        self.server, self.webhook = server, webhook
        super().__init__()


@attrs.frozen(eq=False, repr=False)
class Verifying:
    """Posts samples."""

    store: Store
    runner: Runner
    now: Callable[[], int]

    def ask(self, asked: NotVerified, webhook_id: int | None = None) -> Verified:
        """
        Post a sample of each enabled event; the database is not held meanwhile.

        Args:
            asked: Server and settings.
            webhook_id: The webhook whose attempts these are; None for settings that are not stored yet.
        """
        with imports:
            from ...webhooks import payloads

        with self.store.transaction(writing=False) as db:
            server = servers.by_id(db, asked.server)
        results = []
        triggers = json.loads(asked.webhook.triggers)
        for trigger, sample in BUILDERS.items():
            if server is not None and triggers[trigger]["Enabled"]:
                results.append(self._post(server, asked.webhook, trigger, payloads.check(sample), webhook_id))
        return Verified(asked.webhook, tuple(results))

    def _post(
        self, server: Row, webhook: Webhook, trigger: str, payload: Payload, webhook_id: int | None
    ) -> tuple[str, int | None, str]:
        trace, at = str(uuid.uuid4()), self.now()
        recipient = str(payload.get("Recipient") or payload.get("Email") or "")
        body = dump_json(payload)
        sending = make_sending(trigger, server, recipient, target_of(webhook), body, trace, 0)
        outcome = self.runner.post_once(sending)
        accepted = outcome.status == 200 and not outcome.error
        request = NewRequest(
            server=server["id"],
            webhook=webhook_id,
            kind=trigger,
            message=None,
            recipient=recipient,
            trace=trace,
            body=body,
            happened_at=at,
            due_at=None,
            accepted=accepted,
        )
        with self.store.transaction() as db:
            number = webhook_requests.add(db, request)
            keep_attempt(db, number, sending, outcome, at, number=1)
        words = hint(trigger, outcome, body, raw=False)
        problem = "" if accepted else words or f"the response has status {outcome.status} instead of 200"
        return trigger, outcome.status, problem
