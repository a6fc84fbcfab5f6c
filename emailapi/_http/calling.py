"""One request with its retries, log lines and hooks."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import attrs

from .._delivery import (
    Attempt,
    Deadline,
    Request,
    Response,
    classify,
    keep_unknown,
    may_repeat,
    retry_after,
    run_attempts,
)
from .._log import logger, report
from .._net import monotonic
from .._signals import raised_by_signal
from ..errors import ConfigurationError, EmailAPIError, TransportError
from ..models.options import Hook, Retry
from ..settings import Options
from .session import Session

# Log records and events are loaded when there is a log or a hook: a process that sends one email takes 1 % less.
if TYPE_CHECKING:
    from ..models.hook_event import HookEvent
    from .observing import Outcomes


def call_hook(hook: Hook, event: HookEvent) -> None:
    """Call a hook; its exceptions must not break a send, nor hide the outcome."""
    try:
        hook(event)
    except Exception as error:
        if raised_by_signal(error):
            raise
        report(logging.ERROR, "a hook failed at %s %s", event.method, event.path, error=error)


def perform(
    session: Session,
    options: Options,
    request: Request,
    deadline: Deadline,
    *,
    retry: Retry | None = None,
    timeout: tuple[float, float] | None = None,
) -> Response:
    """
    Make a request, retry it if that can help and nothing can happen twice, and return the response of a success.

    Args:
        session: The client's connections.
        options: The client's options.
        request: The request.
        deadline: When the last attempt must have ended.
        retry: Overrides the retries of the options.
        timeout: Overrides the timeouts of the options.

    Raises:
        APIError: The service rejected the request, or failed to serve a read.
        ConnectionFailed: Nothing was sent.
        DeadlineExceeded: The deadline passed, and nothing was sent.
        DeliveryUnknown: A write may have been carried out.
        TransportError: A read got no response.
        ConfigurationError: The request cannot be made.
    """
    exchanges = _Exchanges(session, options, request, deadline, timeout or options.timeout)
    attempt, number = run_attempts(exchanges.once, retry or options.retry, deadline, exchanges.tell_retry)
    if attempt.value is not None:
        return attempt.value
    error = attempt.error
    assert error is not None  # noqa: S101 - an attempt has a value or an error
    if request.may_have_been_done:
        error = keep_unknown(request, error)
    if options.hooks.on_error is not None:
        from .observing import Outcomes

        found = Outcomes.of(request, None, error)
        call_hook(options.hooks.on_error, exchanges.event(number, found, status=error.status, error=error))
    raise error


@attrs.define(eq=False)
class _Exchanges:
    """
    The exchanges of one request.

    Attributes:
        status: The status of the last response; None if there was none.
        seconds: How long the last exchange took.
    """

    _session: Session
    _options: Options
    _request: Request
    _deadline: Deadline
    _timeout: tuple[float, float]
    status: int | None = None
    seconds: float = 0.0

    def once(self, number: int) -> Attempt[Response]:
        """Make one exchange, and report it to the log and the hooks."""
        request, hooks = self._request, self._options.hooks
        began = monotonic()
        if hooks.before_send is not None:
            call_hook(hooks.before_send, self.event(number))
        response, error = self._exchange(number)
        self.seconds = monotonic() - began
        self.status = None if response is None else response.status
        # A send is quick: only a batch with a success can be a warning, if its emails were all rejected.
        succeeded = response is not None and response.status < 400 and type(response.value) is not list
        is_logged = logger.isEnabledFor(logging.INFO if succeeded else logging.WARNING)
        if is_logged or hooks.on_response is not None:
            from .observing import Outcomes, log_exchange

            found = Outcomes.of(request, response, error)
            if is_logged:
                log_exchange(request, number, self.seconds, response, error, found)
            if response is not None and hooks.on_response is not None:
                call_hook(hooks.on_response, self.event(number, found, status=self.status, seconds=self.seconds))
        if error is None:
            return Attempt(response)
        asked = None if response is None else retry_after(response.headers)
        return Attempt(None, error, may_repeat(request, error), asked)

    def _exchange(self, number: int) -> tuple[Response | None, EmailAPIError | None]:
        request, response, error = self._request, None, None
        before = request.may_have_been_done
        try:
            response = self._session.exchange(request, self._timeout, self._deadline, number)
            request.may_have_been_done = True  # a signal may interrupt the classification
            error = classify(request, response)
        except TransportError as failed:
            error = failed
        except ConfigurationError as wrong:  # the client was closed meanwhile
            if not before:
                raise
            error = wrong.replace(attempts=number)
        request.may_have_been_done = before or error is None or error.may_have_been_sent
        return response, error

    def tell_retry(self, number: int, attempt: Attempt[Response], wait: float) -> None:
        """Call the hook before another attempt; a response is not an error yet."""
        hook, status = self._options.hooks.on_retry, self.status
        if hook is not None:
            from .observing import Outcomes

            error = attempt.error if status is None else None
            found = Outcomes.of(self._request, None, attempt.error)
            event = self.event(number, found, status=status, seconds=self.seconds, wait=wait, error=error)
            call_hook(hook, event)

    def event(
        self,
        number: int,
        found: Outcomes | None = None,
        *,
        status: int | None = None,
        seconds: float | None = None,
        wait: float | None = None,
        error: EmailAPIError | None = None,
    ) -> HookEvent:
        """Create the event for a hook, with the outcomes of its emails if they are known."""
        from ..models.hook_event import HookEvent
        from .observing import Outcomes

        found = Outcomes.asked(self._request) if found is None else found
        return HookEvent(
            self._request.method,
            self._request.path,
            number,
            status,
            seconds,
            wait,
            error,
            message_id=found.message_id,
            count=found.count,
            outcome=found.outcome,
        )
