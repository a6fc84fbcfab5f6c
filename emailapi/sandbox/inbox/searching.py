"""The search box: what it suggests, and a search in words."""

from __future__ import annotations

from flask import Response, json

from ..events import BOUNCE_TYPES
from ..query import HAS, Query, Term
from ..tables import list_rows, streams
from ..tables.words import SOURCES
from .pages import PageCall, Pages

pages = Pages()

_MOST_TAGS = 100
# By operator: what it looks for, and how a sentence tells a search by it.
_OPERATORS = {
    "to": ("a recipient, as address or words", "to {}"),
    "from": ("the sender", "from {}"),
    "subject": ("words of the subject", "with “{}” in the subject"),
    "body": ("words of the text", "with “{}” in the text"),
    "tag": ("a tag", "with the tag {}"),
    "stream": ("a message stream", "in the stream {}"),
    "is": ("a state", "{}"),
    "has": ("a part of the message", "with {}"),
    "via": ("how it was sent", "sent by {}"),
    "file": ("the name of an attachment", "with the attachment “{}”"),
    "after": ("date, time, 2h, 3d", "after {}"),
    "before": ("date, time, 2h, 3d", "before {}"),
    "larger": ("size, as 1MB", "larger than {}"),
    "smaller": ("size, as 1MB", "smaller than {}"),
    "header": ("name=value", "with the header {}"),
    "metadata": ("key=value", "with the metadata {}"),
    "id": ("a MessageID", "with the id {}"),
    "code": ("the error of an email by SMTP, as 300", "not sent because of error {}"),
}
_STATES = {
    "unseen": "not opened here yet",
    "inbound": "inbound",
    "delivered": "delivered to a recipient",
    "opened": "opened by a recipient",
    "clicked": "with a click on a link",
    "bounced": "bounced for a recipient",
    "complained": "with a spam complaint",
    "delayed": "delayed, to be tried again",
    "queued": "waiting in the queue",
    "suppressed": "not sent to a suppressed recipient",
    "unsubscribed": "with a recipient who unsubscribed",
}


def _states() -> dict[str, str]:
    return _STATES | {name.lower(): f"bounced: {kind.name}" for name, kind in BOUNCE_TYPES.items()}


@pages.show("/suggestions", "")
def show_suggestions(call: PageCall) -> Response:
    """Return the operators, and the values of some, as JSON: pairs of what is typed and what it means."""
    with call.store.transaction(writing=False) as db:
        there = [each for each in streams.of_server(db, call.server["id"]) if each.archived_at is None]
        tags = sorted({tag for each in there for tag in list_rows.tags_of_stream(db, each.key, _MOST_TAGS)})
    body = {
        "operators": [[f"{name}:", meaning] for name, (meaning, _) in _OPERATORS.items()],
        "values": {
            "is": [[name, meaning] for name, meaning in _states().items()],
            "has": [[name, ""] for name in HAS],
            "via": [[name, ""] for name in SOURCES],
            "tag": [[tag, ""] for tag in tags[:_MOST_TAGS]],
            "stream": [[each.id, each.name] for each in there],
        },
    }
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(json.dumps(body), headers=headers, content_type="application/json")


def in_words(query: Query) -> str:
    """Return a search as a part of a sentence, as `to dana@example.com, not with the tag welcome`."""
    return ", ".join([" or ".join([_term_in_words(term, query.unknown) for term in group]) for group in query.groups])


def _term_in_words(term: Term, unknown: tuple[str, ...]) -> str:
    text = term.text.removeprefix("-")
    negation = "not " if text != term.text else ""
    name, colon, value = text.partition(":")
    name, value = name.lower(), value.replace('"', "")
    if not colon or name not in _OPERATORS or f"{name}:{value}" in unknown:
        return f"{negation}with “{text.replace(chr(34), '')}”"
    if name == "is":
        value = _states().get(value.lower(), value)
    return negation + _OPERATORS[name][1].format(value)
