"""The page of a message, its files, and what can be made happen to it."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

from flask import Response

from ...errors import InvalidArgument
from ...models.address import Address
from ..captured import CapturedEmail
from ..finding import Scope, find_ids
from ..instants import micros
from ..progress import event_of, progress_of
from ..query import Query, parse
from ..rejection import Rejection
from ..routes.bounces import DUMP_KEPT
from ..served_files import ISOLATED, download
from ..store import StorageFailed, Transaction
from ..tables import account, bounces, erasing, list_rows, messages
from ..tables.words import UNSEEN
from ..tracking import place_of
from .copying import pretty, request_of
from .frame import Frame
from .inbound_message import state_of
from .layout import counted_all
from .message_tabs import TABS, Opened
from .message_template import made_by
from .message_webhooks import told_of
from .outcome import outcome_of
from .page_reading import reading_of
from .pages import PageCall, Pages, Values
from .parts import Part, part_of
from .rows import MessageRow, rows_of
from .simulating import buttons, impossible, make
from .timeline import timeline

pages = Pages()

_SIDE = 30
# The head of a page has so many addresses of a kind, and so much metadata.
_MAILBOXES = 50
# The neighbours of a message are looked for among so many of the newest that match.
_NEAR = 300


def _query(call: PageCall) -> Query:
    try:
        return parse(call.query.get("q", ""), call.clock.now())
    except InvalidArgument:
        return Query()


def _around(call: PageCall, email: CapturedEmail) -> dict[str, object]:
    """Return the list beside a message, and its neighbours there."""
    number, search = email._row["id"], call.query.get("q", "")
    query, position = _query(call), ""
    with call.store.transaction(writing=False) as db:
        ids = find_ids(db, query, Scope(call.server["id"], inbound=True), _NEAR)
        at = ids.index(number) if number in ids else -1
        if at < 0:
            older = Scope(call.server["id"], before=(email._row["received_at"], number), inbound=True)
            ids, at = [number, *find_ids(db, query, older, _SIDE - 1)], 0
        else:
            position = f"{at + 1} of {_total(call, db, query, len(ids))}"
        start = max(0, min(at - 5, len(ids) - _SIDE))
        rows: list[MessageRow] = rows_of(db, ids[start : start + _SIDE], call.times, call.base, search)
        others = [ids[place] if 0 <= place < len(ids) else 0 for place in (at - 1, at + 1)]
        known = {row["id"]: row["uuid"] for row in list_rows.heads(db, [each for each in others if each])}
    newer, older_id = (known.get(each, "") for each in others)
    back = f"?{urlencode({'q': search})}" if search else ""
    return {"side": rows, "newer": newer, "older": older_id, "position": position, "back": back}


def _total(call: PageCall, db: Transaction, query: Query, found: int) -> str:
    """Return in words how many messages match, of which so many were found among the newest."""
    if query.groups:
        return f"{found:,}" if found < _NEAR else f"{_NEAR:,}+"
    return counted_all(sum(list_rows.counts_of_streams(db, call.server["id"]).values()))


def _see(call: PageCall, message: int) -> None:
    """Note that a message was looked at, if it can be noted."""
    with call.store.transaction(writing=False) as db:
        unseen = UNSEEN in list_rows.flags_of(db, [message], [UNSEEN])[message]
    if unseen:
        with suppress(StorageFailed), call.store.transaction() as db:
            list_rows.mark_seen(db, message)


def _tabs(email: CapturedEmail, files: int) -> list[tuple[str, str, int, bool]]:
    """Return the tabs: key, name, a number beside it, and whether the number is a warning."""
    read = reading_of(email)
    numbers = {"attachments": files, "links": read.links if read.whole else 0, "checks": read.findings or 0}
    return [(key, name, numbers.get(key, 0), key == "checks") for key, (name, _) in TABS.items() if key != "copy"]


def _mailboxes(addresses: tuple[Address, ...]) -> Part[tuple[str, str]]:
    return part_of([(each.name or "", each.email) for each in addresses], "", _MAILBOXES)


def _facts(call: PageCall, email: CapturedEmail) -> dict[str, object]:
    fields = (("From", (email.sender,)), ("To", email.to), ("Cc", email.cc), ("Bcc", email.bcc))
    named = [(name, _mailboxes(group)) for name, group in (*fields, ("Reply-To", email.reply_to)) if group]
    inbound = email._row["stream_type"] == "Inbound"
    return {
        "email": email,
        "made": made_by(email),
        "mailboxes": named,
        "metadata": part_of([*email.metadata.items()], "", _MAILBOXES),
        "sent": call.times.words(email.received_at),
        "via": {"smtp": "SMTP", "template": "template", "bulk": "bulk"}.get(email._row["via"], "API"),
        "size": reading_of(email).size,
        "inbound": inbound,
    }


def _rail(call: PageCall, email: CapturedEmail, recipient: str) -> dict[str, object]:
    """Return what has happened to a message, and what can."""
    with call.store.transaction(writing=False) as db:
        progress = progress_of(db, email._row)
        bounced = bounces.of_message(db, email._row["id"], micros(call.clock.now() - DUMP_KEPT))
        rows = messages.events_of(db, email._row["id"])
    inbound = email._row["stream_type"] == "Inbound"
    recipient = recipient if recipient in progress else ""
    tracked = (email.track_opens, email.track_links != "None")
    possible = [] if inbound else buttons(email, progress, recipient, reading_of(email).clicked)
    state = state_of(call, email) if inbound else None
    told, more = told_of(call, email.message_id)
    entries = timeline(email, rows, bounced, call.here.log.numbered(), told, call.query.get("events", ""))
    events = [event_of(row) for row in rows]
    return {
        "recipients": [*progress],
        "recipient": recipient,
        "outcome": outcome_of(progress, events, bounced, tracked) if state is None else state.outcome,
        "inbound_status": "" if state is None else state.status,
        "inbound_facts": [] if state is None else state.facts,
        "buttons": possible,
        "impossible": impossible(possible),
        "events": entries,
        "entries": [(entry, call.times.words(entry.at)) for entry in entries.items],
        "hooks": told,
        "more_hooks": more,
    }


# Names of a query that say how a message is shown.
_OF_VIEW = ("q", "tab", "width", "scheme", "for", "open")


def _latest(call: PageCall) -> Response:
    call.catch_up()
    with call.store.transaction(writing=False) as db:
        ids = find_ids(db, _query(call), Scope(call.server["id"], inbound=True), 1)
        found = list_rows.heads(db, ids)
    if not found:
        raise Rejection(701, "No message matches.", status=404)
    kept = {name: call.query[name] for name in _OF_VIEW if name in call.query}
    return call.back(f"/m/{found[0]['uuid']}", failed=False, **kept)


@pages.show("/m/<message_id>", "message.html")
def show_message(call: PageCall, message_id: str) -> Values | Response:
    """Show a message; `latest` is the newest that matches the search."""
    if message_id == "latest":
        return _latest(call)
    call.catch_up()
    email = call.email(message_id)
    _see(call, email._row["id"])
    recipient = call.query.get("for", "").lower()
    place = max(0, place_of(email._row, recipient)) if recipient else 0
    with call.store.transaction(writing=False) as db:
        capability = Frame(email._row["id"], place).capability(account.secret(db))
        files = messages.file_facts(db, email._row["id"])
    tab = call.query.get("tab", "")
    tab = tab if tab in TABS else "preview" if email.html_body else "text"
    return {
        **_facts(call, email),
        **_rail(call, email, recipient),
        "read": reading_of(email),
        "tab": tab,
        "tabs": _tabs(email, len(files)),
        "asked": {name: call.query[name] for name in ("q", "for", "count") if call.query.get(name)},
        **_around(call, email),
        **TABS[tab][1](Opened(email, call, capability)),
    }


@pages.show("/m/<message_id>/raw", "")
def download_raw(call: PageCall, message_id: str) -> Response:
    """Return a message as a file."""
    email = call.email(message_id)
    response = download(f"{email.message_id}.eml", None, email.raw)
    response.headers["Content-Type"] = "message/rfc822"
    return response


@pages.show("/m/<message_id>/<any(text, html):kind>", "")
def download_body(call: PageCall, message_id: str, kind: str) -> Response:
    """Return the text or the HTML of a message as a file."""
    email = call.email(message_id)
    body, ending = (email.text_body, "txt") if kind == "text" else (email.html_body, "html")
    if body is None:
        raise Rejection(701, f"The message has no {'text part' if kind == 'text' else 'HTML'}.", status=404)
    return download(f"{email.message_id}.{ending}", "text/plain", body.encode("utf-8", "replace"))


@pages.show("/m/<message_id>/json", "")
def download_json(call: PageCall, message_id: str) -> Response:
    """Return the JSON of the request that sends a message again."""
    body = pretty(request_of(call.email(message_id), whole=True)).encode("utf-8", "replace")
    return Response(body, headers=ISOLATED, content_type="application/json; charset=utf-8")


@pages.show("/m/<message_id>/attachments/<int:number>", "")
def download_attachment(call: PageCall, message_id: str, number: int) -> Response:
    """Return an attachment as a file."""
    files = call.email(message_id).attachments
    if number >= len(files):
        raise Rejection(701, f"The message has {len(files)} attachments, from 0.", status=404)
    return download(files[number].name, files[number].content_type, files[number].content)


@pages.act("/m/<message_id>/events")
def make_event(call: PageCall, message_id: str) -> Response:
    """Make an event of a message."""
    email = call.email(message_id)
    made = make(call.events, email.message_id, call.form)
    said = f"{len(made)} event{'' if len(made) == 1 else 's'} made."
    return call.back(f"/m/{email.message_id}", said, failed=False, **_kept(call))


@pages.act("/m/<message_id>/webhooks/<int:attempt>")
def post_again(call: PageCall, message_id: str, attempt: int) -> Response:
    """Post a request to a webhook again, or make its next attempt now."""
    email = call.email(message_id)
    now = call.form.get("now") == "1"
    made = call.webhooks.retry_now(attempt) if now else call.webhooks.resend(attempt)
    said = f"{made.trigger} posted: {made.error or f'status {made.status}'}."
    return call.back(f"/m/{email.message_id}", said, failed=not made.accepted, **_kept(call))


@pages.act("/m/<message_id>/delete")
def delete_message(call: PageCall, message_id: str) -> Response:
    """Delete a message."""
    email = call.email(message_id)
    with call.store.transaction() as db:
        erasing.erase(db, messages.facts(db, [email._row["id"]]))
    return call.back("", "The message is deleted.", q=call.form.get("q", ""))


def _kept(call: PageCall) -> dict[str, str]:
    return {name: call.form[name] for name in ("q", "for", "tab", "count") if call.form.get(name)}
