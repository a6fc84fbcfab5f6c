"""`emailapi send`: send one email."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ..errors import EmailAPIError, Outcome
from .declaring import add_connection, describe, open_client, seconds
from .email_options import add_content, build, content_of, model_of, request_of
from .failures import InputError
from .output import dump, is_json, show_record
from .process import say
from .waiting import STATES, Bounced, wait_for_state

if TYPE_CHECKING:
    from ..client import Client
    from ..models.email import AddressedEmail
    from ..models.outbound import SendResult

_EXAMPLES = """
emailapi send --from shop@example.com --to ada@example.com --subject Hi --text Hello
date | emailapi send --to ada@example.com --subject Date --text -
emailapi send --to ada@example.com --template welcome --model '{"name": "Ada"}'
emailapi send --to ada@example.com --subject Bill --text-file bill.txt --attach bill.pdf
emailapi send --to ada@example.com --subject Hi --text Hello --wait delivered
emailapi send --to ada@example.com --subject Hi --text Hello --dry-run
"""


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    describe(parser, "Send one email, and print its result.", _EXAMPLES)
    parser.add_argument("--to", action="append", metavar="ADDRESS", help="recipient; may be repeated")
    add_content(parser)
    model = "values for the template: JSON, @FILE, or - for standard input"
    parser.add_argument("--model", metavar="JSON", help=model)
    parser.add_argument("--idempotency-key", metavar="KEY", help="key that names this email, of up to 80 characters")
    parser.add_argument(
        "--check-first", action="store_true", help="look for the key first, and send only if it is not found"
    )
    parser.add_argument("--wait", choices=STATES, help="wait until the message has this state at all recipients")
    parser.add_argument("--timeout", type=seconds, default=60.0, metavar="S", help="seconds to wait (default 60)")
    parser.add_argument("--dry-run", action="store_true", help="check the email, and print the request instead")
    add_connection(parser, run)


def run(options: argparse.Namespace) -> int:
    """Send the email, and wait if that is wanted."""
    email = _email(options)
    if options.dry_run:
        return _show_request(options, email)
    with open_client(options) as client:
        result = _send(client, email, options.check_first)
        state = None
        try:
            if options.wait:
                state = wait_for_state(client, result.message_id, options.wait, options.timeout)
        except Bounced:
            raise
        except EmailAPIError as error:
            # The email was sent: whatever fails afterwards must not invite to send it again.
            raise error.replace(outcome=Outcome.UNKNOWN) from None
        finally:
            _show(options, result, state)
    return 0


def _email(options: argparse.Namespace) -> AddressedEmail:
    inputs = [options.text, options.html, options.model, options.text_file, options.html_file]
    if inputs.count("-") > 1:
        raise InputError("only one option can read standard input")
    if options.check_first and options.idempotency_key is None:
        raise InputError("--check-first needs --idempotency-key, the key of the email to look for")
    fields: dict[str, Any] = {**content_of(options), "to": options.to or [], "idempotency_key": options.idempotency_key}
    if options.template is not None:
        fields["template_model"] = model_of(options)
    elif options.model is not None:
        raise InputError("--model needs --template")
    return build(fields)


def _show_request(options: argparse.Namespace, email: AddressedEmail) -> int:
    from ..client import Client

    with Client.in_memory() as client:
        request = request_of(client, email)
    if is_json(options):
        say(dump(request))
    else:
        import json

        say(f"{request['method']} {request['path']}\n{json.dumps(request['body'], indent=2, ensure_ascii=False)}")
    return 0


def _send(client: Client, email: AddressedEmail, check_first: bool) -> SendResult:
    from ..models.email import Email

    if isinstance(email, Email):
        return client.outbound.send(email, check_first=check_first)
    return client.outbound.send_template(email, check_first=check_first)  # type: ignore[arg-type]


def _show(options: argparse.Namespace, result: SendResult, state: str | None = None) -> None:
    names = ("message_id", "to", "submitted_at", "idempotency_key", "reconciled", "inactive_recipients")
    record = {name: value for name, value in result.to_dict().items() if name in names}
    if state is not None:
        record["state"] = state
    show_record(options, record, ("message_id", "to", "submitted_at", "inactive_recipients", "state"))
