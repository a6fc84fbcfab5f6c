"""Where the service reports what happens: `client.webhooks`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..models.listing import Page, RecordId
from ..models.webhooks import WEBHOOKS, NewWebhook, Webhook, WebhookChanges, WebhookFilters, WebhookVerification
from ..wire import write_body
from ._resource import Resource, path_part

if TYPE_CHECKING:
    from typing import Unpack


class Webhooks(Resource):
    """The webhooks of one server."""

    def list(self, **filters: Unpack[WebhookFilters]) -> Page[Webhook]:
        """
        Return all webhooks, or those of one stream.

        Raises:
            InvalidArgument: A filter it does not have.
        """
        return self._list_all(WEBHOOKS, filters)

    def get(self, id: RecordId) -> Webhook:
        """
        Return one webhook.

        Raises:
            NotFound: There is no such webhook.
        """
        return self._read(self._path(id), Webhook)

    def create(self, **webhook: Unpack[NewWebhook]) -> Webhook:
        """
        Make a webhook; the service calls it once for each trigger, unless `verify=False`.

        Raises:
            TypeError: No url, or an argument it does not have.
            InvalidRequest: It did not answer 200 (code 1364: `.errors` tells by trigger), or cannot be.
            LimitExceeded: The stream has as many as it may.
        """
        return self._once("POST", WEBHOOKS.path, Webhook, write_body(NewWebhook, webhook))

    def edit(self, id: RecordId, **changes: Unpack[WebhookChanges]) -> Webhook:
        """
        Change a webhook; what is left out stays as it is, triggers too.

        Raises:
            NotFound: There is no such webhook.
            InvalidRequest: It did not answer 200 (code 1364), or cannot be.
        """
        return self._change("PUT", self._path(id), Webhook, write_body(WebhookChanges, changes))

    def delete(self, id: RecordId) -> None:
        """
        Delete a webhook.

        Raises:
            NotFound: There is no such webhook.
        """
        self._delete(self._path(id))

    def verify(self, id: RecordId) -> WebhookVerification:
        """
        Have the service call a webhook now, and return what came of it; a failure is no error here.

        Raises:
            NotFound: There is no such webhook.
        """
        return self._once("POST", f"{self._path(id)}/verify", WebhookVerification, {})

    @staticmethod
    def _path(id: RecordId) -> str:
        return f"{WEBHOOKS.path}/{path_part(id, 'id')}"
