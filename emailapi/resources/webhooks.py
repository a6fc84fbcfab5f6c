"""Webhooks: `client.webhooks`."""

from __future__ import annotations

from typing import Unpack

from ..models.listing import Page, RecordId
from ..models.webhooks import WEBHOOKS, NewWebhook, Webhook, WebhookChanges, WebhookFilters, WebhookVerification
from ..wire import write_body
from ._resource import Resource, path_segment


class Webhooks(Resource):
    """
    The webhooks of a server: URLs that the service posts events to.

    Every method can raise `Unauthorized`, `RateLimited`, `ServiceUnavailable`, `ServerError` and `TransportError`.

    Example:
        >>> from emailapi import ContentTrigger, HttpAuth, Triggers
        >>> webhook = client.webhooks.create(
        ...     url="https://example.com/events",
        ...     http_auth=HttpAuth(username="emailapi", password="secret"),
        ...     triggers=Triggers(bounce=ContentTrigger(enabled=True)),
        ...     verify=False,
        ... )
        >>> webhook.status, webhook.triggers.bounce.enabled
        (<WebhookStatus.UNVERIFIED: 'unverified'>, True)
    """

    def list(self, **filters: Unpack[WebhookFilters]) -> Page[Webhook]:
        """
        Return all webhooks of the server, or those of one message stream.

        Args:
            **filters: The key of `WebhookFilters`: `message_stream`.

        Raises:
            InvalidArgument: A filter is unknown or invalid.
        """
        return self._list_whole(WEBHOOKS, filters)

    def get(self, id: RecordId | Webhook) -> Webhook:
        """
        Return a webhook.

        Args:
            id: The id of the webhook, or the `Webhook`.

        Raises:
            NotFound: There is no webhook with this id.
        """
        return self._read(self._path(id), Webhook)

    def create(self, **webhook: Unpack[NewWebhook]) -> Webhook:
        """
        Create a webhook.

        The service posts a sample of each enabled event to the URL first, and saves the webhook only if all responses
        have status 200. With `verify=False` it saves the webhook at once, and posts no events until `verify` succeeds.

        Args:
            **webhook: Keys of `NewWebhook`: `url`, which is required, `message_stream`, `http_auth`, `http_headers`,
                `triggers` and `verify`.

        Returns:
            The webhook with its id.

        Raises:
            TypeError: `url` is missing, or an argument is unknown.
            InvalidRequest: The webhook did not respond with status 200 (code 1364; `errors` has the reason for each
                trigger), or an argument is invalid.
            LimitExceeded: The stream has too many webhooks (code 1359).
        """
        return self._write_once("POST", WEBHOOKS.path, Webhook, write_body(NewWebhook, webhook))

    def edit(self, id: RecordId | Webhook, **changes: Unpack[WebhookChanges]) -> Webhook:
        """
        Change a webhook. Settings and triggers that are not given stay as they are.

        The service posts samples to the URL first, as for `create`.

        Args:
            id: The id of the webhook, or the `Webhook`.
            **changes: Keys of `WebhookChanges`: `url`, `http_auth`, `http_headers`, `triggers` and `verify`.

        Returns:
            The webhook after the change.

        Raises:
            TypeError: An argument is unknown.
            NotFound: There is no webhook with this id.
            InvalidRequest: The webhook did not respond with status 200 (code 1364; `errors` has the reason for each
                trigger), or an argument is invalid.
        """
        return self._write("PUT", self._path(id), Webhook, write_body(WebhookChanges, changes))

    def delete(self, id: RecordId | Webhook) -> None:
        """
        Delete a webhook.

        Args:
            id: The id of the webhook, or the `Webhook`.

        Raises:
            NotFound: There is no webhook with this id.
        """
        self._delete(self._path(id))

    def verify(self, id: RecordId | Webhook) -> WebhookVerification:
        """
        Let the service post a sample of each enabled event to a webhook now.

        Args:
            id: The id of the webhook, or the `Webhook`.

        Returns:
            The response to each sample; a failure raises no exception.

        Raises:
            NotFound: There is no webhook with this id.
        """
        return self._write_once("POST", f"{self._path(id)}/verify", WebhookVerification, {})

    @staticmethod
    def _path(id: RecordId | Webhook) -> str:
        return f"{WEBHOOKS.path}/{path_segment(id, 'id', Webhook)}"
