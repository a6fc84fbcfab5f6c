"""A form for an email that comes in at the inbound address of the server."""

from __future__ import annotations

from flask import Response

from ...errors import EmailAPIError, InvalidArgument
from ...models.attachment import Attachment
from ..tables import servers
from .pages import PageCall, Pages, Values

pages = Pages()


@pages.show("/inbound/new", "inbound.html")
def show_form(call: PageCall) -> Values:
    """Show the form."""
    return {"address": servers.inbound_address(call.server), "hook": call.server["inbound_hook_url"]}


@pages.act("/inbound")
def receive(call: PageCall) -> Response:
    """Let the email come in."""
    form = call.form
    raw = form.get("raw", "").strip()
    try:
        if raw:
            email = call.view.receive(raw.replace("\r\n", "\n").encode())
        else:
            email = call.view.receive(
                sender=form.get("sender", ""),
                to=form.get("to") or None,
                subject=form.get("subject", ""),
                text=form.get("text") or None,
                html=form.get("html") or None,
                spam_score=_score(form.get("spam_score", "")),
                attachments=_files(call),
            )
    except EmailAPIError as error:
        raise InvalidArgument(str(error)) from None
    return call.back("", f"The email came in: {email.subject or '(no subject)'}.")


def _score(text: str) -> float | None:
    if not text:
        return None
    try:
        score = float(text)
    except ValueError:
        score = float("nan")
    if not abs(score) <= 1_000:
        raise InvalidArgument(f"the spam score must be a number from -1000 to 1000, got {text[:40]!r}")
    return score


def _files(call: PageCall) -> list[Attachment]:
    files = [file for file in call.files.getlist("file") if file.filename]
    return [
        Attachment(
            name=file.filename or "file",
            content=file.stream.read(),
            content_type=file.mimetype or "application/octet-stream",
        )
        for file in files
    ]
