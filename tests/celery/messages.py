"""Running the messages of a queue one by one in this process, as a worker does that is given them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from .broker import RedisBroker


class Messages:
    """The messages of a project's queue in Redis."""

    def __init__(self, redis: RedisBroker, emails: Any, queue: str = "celery") -> None:
        self._redis, self._task, self._queue = redis, emails.task, queue

    def take(self) -> dict[str, Any]:
        """Take the oldest message: its headers, `args`, and `delivery_info`."""
        with self._redis.client() as client:
            text = client.rpop(self._queue)
        assert text, "the queue is empty"
        message = json.loads(text)
        args, _, _ = json.loads(base64.b64decode(message["body"]))
        delivery = {**message["properties"]["delivery_info"], "redelivered": False}
        return {**message["headers"], "args": args, "delivery_info": delivery}

    def __len__(self) -> int:
        with self._redis.client() as client:
            return int(client.llen(self._queue))

    def run(self, message: Mapping[str, Any], *, redelivered: bool = False) -> Any:
        """Run the task for a message."""
        delivery = {**message["delivery_info"], "redelivered": redelivered}
        request = {**message, "delivery_info": delivery, "is_eager": False, "called_directly": False}
        self._task.push_request(**request)
        try:
            return self._task.run(*message["args"])
        finally:
            self._task.pop_request()
