"""`sandbox.faults`: failures that a test arms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..errors import InvalidArgument
from ..models.bounces import BounceType
from .arguments import seconds as seconds_of
from .armed import ArmedFaults, known_code
from .effects import Effect, rejecting, smtp_effect
from .events import bounce_type_named
from .fault import Fault
from .matching import STAGES, Matching

if TYPE_CHECKING:
    from typing import Unpack

__all__ = ["Fault", "Faults"]

_SENDING = "POST /email*"
_Via = Literal["api", "smtp"]
_Stage = Literal["connect", "ehlo", "auth", "mail", "rcpt", "data", "message"]


class Faults(ArmedFaults):
    """
    Failures of the sandbox, armed by a test: `sandbox.faults`.

    Each method returns a `Fault`. Of several faults, the first that was armed and matches meets a request. Faults end
    with the sandbox::

        with sandbox.faults.fail(status=503, times=2) as fault:
            client.outbound.send(email)
        assert fault.hits == 2
    """

    def fail(
        self,
        status: int | None = None,
        code: int | None = None,
        message: str | None = None,
        body: str | bytes | dict[str, object] | list[object] | None = None,
        *,
        via: _Via = "api",
        **matching: Unpack[Matching],
    ) -> Fault:
        """
        Reject requests, or respond to them with anything, instead of carrying them out; once by default.

        Args:
            status: HTTP status; by default that of `code`, or 503. A status without a code of its own, such as 502, has
                an HTML body, as that of a proxy.
            code: The service's error code; by default the one that is usual for the status.
            message: The message of the response.
            body: The whole body instead: text, bytes, or a value that is sent as JSON.
            via: `"api"` meets requests, `"smtp"` messages that come by SMTP: they are rejected after their content, by
                default with 451. SMTP has no `code` and no `body`.
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`.

        Raises:
            InvalidArgument: An argument is not valid.
        """
        if _stage(via) != "api":
            if code is not None or body is not None:
                raise InvalidArgument("code and body are for via='api': SMTP has status and message", argument="via")
            reply = smtp_effect(
                f"{451 if status is None else status} {message or '4.3.0 The sandbox was asked to fail'}"
            )
            return self._arm("fail", matching, reply, at="message")
        return self._arm("fail", matching, rejecting(status, code, message, body, known_code))

    def rate_limit(self, retry_after: int = 1, **matching: Unpack[Matching]) -> Fault:
        """
        Respond with status 429 and the header Retry-After; once by default.

        Args:
            retry_after: Seconds after which the client may try again.
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`.

        Raises:
            InvalidArgument: An argument is not valid.
        """
        return self._arm("rate_limit", matching, rejecting(429, None, None, None, known_code, retry_after))

    def cut_before_accept(self, *, via: _Via = "api", **matching: Unpack[Matching]) -> Fault:
        """
        Close the connection when a request that sends emails has been read, and store nothing; once by default.

        Args:
            via: `"api"`, or `"smtp"`: when a message has come by SMTP.
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`.
        """
        effect = Effect(words="cut before accept", cut="before")
        return self._arm("cut_before_accept", _sending(via, matching), effect, at=_stage(via))

    def cut_after_accept(self, *, via: _Via = "api", **matching: Unpack[Matching]) -> Fault:
        """
        Store the emails of a request, and close the connection without a response; once by default.

        Args:
            via: `"api"`, or `"smtp"`: the message that has come by SMTP.
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`.
        """
        effect = Effect(words="stored, cut after accept", cut="after")
        return self._arm("cut_after_accept", _sending(via, matching), effect, at=_stage(via))

    def delay(
        self, seconds: float, at: Literal["head", "body"] = "head", *, via: _Via = "api", **matching: Unpack[Matching]
    ) -> Fault:
        """
        Send the response to a request late; once by default.

        Args:
            seconds: Seconds of the machine's time.
            at: `"head"` waits before the response, `"body"` between its head and its body.
            via: `"api"`, or `"smtp"`: the reply to a message is late.
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`.

        Raises:
            InvalidArgument: An argument is not valid.
        """
        if at not in ("head", "body"):
            raise InvalidArgument(f"at must be 'head' or 'body', got {at!r}", argument="at")
        time = seconds_of(seconds)
        effect = Effect(words=f"delayed by {time:g} s", **{f"wait_{at}": time})  # type: ignore[arg-type]
        return self._arm("delay", matching, effect, at=_stage(via))

    def drip(self, seconds: float, **matching: Unpack[Matching]) -> Fault:
        """
        Send the body of a response byte by byte; once by default.

        Args:
            seconds: Seconds that the whole body takes.
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`.
        """
        time = seconds_of(seconds)
        return self._arm("drip", matching, Effect(words=f"dripped for {time:g} s", drip=time))

    def index_delay(self, seconds: float, **matching: Unpack[Matching]) -> Fault:
        """
        Hide new messages from searches by the API for some seconds of the sandbox's clock, until it is cancelled.

        Args:
            seconds: How old a message must be to be found.
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`.
        """
        return self._arm("index_delay", matching, seconds_of(seconds), None, "")

    def bounce_all(self, type: BounceType | str = "HardBounce", **matching: Unpack[Matching]) -> Fault:
        """
        Let each email bounce that is accepted from now on, until it is cancelled.

        Args:
            type: A type of bounce, such as `"SoftBounce"`.
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`; recipients are counted.

        Raises:
            InvalidArgument: There is no such type of bounce.
        """
        return self._arm("bounce_all", matching, bounce_type_named(str(type)), None, "")

    def hold(self, seconds: float | None = None, **matching: Unpack[Matching]) -> Fault:
        """
        Leave each email in the queue that is accepted from now on, until it is cancelled.

        Args:
            seconds: Seconds of the sandbox's clock until the delivery. With None the emails wait for
                `sandbox.events.deliver`.
            **matching: Keys of `Matching`: `times`, `to`, `route`, `server` and `after`; recipients are counted.
        """
        return self._arm("hold", matching, None if seconds is None else seconds_of(seconds), None, "")

    def reject(self, reply: str | int = 451, at: _Stage = "message", **matching: Unpack[Matching]) -> Fault:
        """
        Reject a command or a message of SMTP; once by default.

        Args:
            reply: The reply: a code from 400 to 599, and a text, as `"451 4.7.1 Try later"`. After 421 the connection
                is closed, as the code says.
            at: The stage, in lower case: `"connect"` (instead of the greeting), one of the commands EHLO, AUTH, MAIL,
                RCPT and DATA, or `"message"`: after the content.
            **matching: Keys of `Matching`: `times`, `to`, `server` and `after`.

        Raises:
            InvalidArgument: An argument is not valid.
        """
        if at not in STAGES:
            raise InvalidArgument(f"at must be one of {', '.join(map(repr, STAGES))}, got {at!r}", argument="at")
        return self._arm("reject", matching, smtp_effect(reply), at=at)

    def webhook_fail(self, status: int | None = 500, **matching: Unpack[Matching]) -> Fault:
        """
        Let a request to a webhook fail without sending it; once by default.

        Args:
            status: The status that the webhook seems to respond with; None for no response.
            **matching: Keys of `Matching`: `times`, `to` (the recipient of the event), `route` (the path of the URL),
                `server` (its id) and `after`.

        Raises:
            InvalidArgument: An argument is not valid.
        """
        if status is not None and (not isinstance(status, int) or not 300 <= status <= 599):
            raise InvalidArgument(f"status must be None or a number from 300 to 599, got {status!r}", argument="status")
        return self._arm("webhook_fail", matching, status)


def _stage(via: str) -> str:
    if via not in ("api", "smtp"):
        raise InvalidArgument(f"via must be 'api' or 'smtp', got {via!r}", argument="via")
    return "api" if via == "api" else "message"


def _sending(via: str, matching: Matching) -> Matching:
    """Return which requests a fault meets that send emails; SMTP sends nothing else."""
    return {"route": _SENDING, **matching} if via == "api" else matching
