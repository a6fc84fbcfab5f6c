"""
The rules for bulk requests (contract section 2.5): one content, and values of its own for each message.

A request is accepted or rejected as a whole. All of its problems are found: a single one has its own code, and several
have code 11 and a list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import attrs

from .fields import Field, Table, flag, whole_body, wrong_type
from .rejection import Rejection
from .rules import CONTENT, RECIPIENTS_OF, SENDER, SETTINGS, CheckedEmail, addressed, check_metadata
from .template_content import TemplateReference, read_model
from .templated_emails import REFERENCE

# Of the problems of a request so many are told.
_MOST = 100
_VALID = "a@example.com"


def _as_it_is(value: object, _field: Field) -> object:
    return value


_MESSAGE = Table(
    *RECIPIENTS_OF,
    *(field for field in SETTINGS if field.name in ("Headers", "Metadata")),
    Field("TemplateModel", "model", read_model, 1122),
)
_BULK = Table(
    SENDER,
    *SETTINGS,
    *CONTENT,
    *REFERENCE,
    Field("InlineCss", "inline", flag),
    Field("Messages", "messages", _as_it_is),
)


class Problems:
    """Collects what is wrong with a request."""

    def __init__(self) -> None:
        """Begin without any."""
        self._found: list[tuple[str, Rejection]] = []

    def __len__(self) -> int:
        """Return how many problems there are."""
        return len(self._found)

    def __contains__(self, name: str) -> bool:
        """Return whether there is a problem with a field."""
        return any(name == found for found, _ in self._found)

    def add(self, name: str, rejection: Rejection) -> None:
        """Note the problem of a field."""
        self._found.append((name, rejection))

    def read(self, table: Table, item: object, what: str, prefix: str = "") -> dict[str, Any]:
        """Return the values of the fields of an object that are valid."""
        found: dict[str, Any] = {}
        if not isinstance(item, dict):
            self.add(what, wrong_type(what, "an object", item))
            return found
        try:
            return table.read(item, what)
        except Rejection:
            found.clear()  # that was the first problem: look at each field alone
        for field in table.fields:
            try:
                found |= Table(field).read(item, what)
            except Rejection as rejection:
                self.add(prefix + field.name, rejection)
        return found

    def check(self) -> None:
        """
        Check that nothing is wrong.

        Raises:
            Rejection: The problem, if it is the only one; else 11 with all of them.
        """
        if len(self._found) == 1:
            raise self._found[0][1]
        if not self._found:
            return
        listed: dict[str, list[dict[str, object]]] = defaultdict(list)
        for name, rejection in self._found[:_MOST]:
            listed[name].append({"ErrorCode": rejection.code, "Message": rejection.reason or rejection.message})
        raise Rejection(11, f"The request has {len(self._found)} problems.", more={"Errors": listed})


@attrs.frozen
class BulkMessage:
    """
    One message of a request.

    Attributes:
        email: The email without content.
        model: The values for the content.
    """

    email: CheckedEmail
    model: dict[str, Any] = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class CheckedBulk:
    """
    A bulk request that complies with the rules.

    Attributes:
        messages: Its messages.
        stream: The id of the stream; empty for the default.
        subject: The subject, `text_body` and `html_body` the bodies, in the template language; empty with a template.
        template: The template; None for content of its own.
        inline: Whether the CSS of the HTML is moved into its elements.
    """

    messages: list[BulkMessage]
    stream: str
    subject: str
    text_body: str = attrs.field(repr=False)
    html_body: str = attrs.field(repr=False)
    template: TemplateReference | None
    inline: bool


def check_bulk(body: object) -> CheckedBulk:
    """
    Return the request that a JSON value describes.

    Raises:
        Rejection: The code of its problem, or 11 for several.
    """
    problems = Problems()
    shared = problems.read(_BULK, whole_body(body, "a bulk request", 300), "body")
    sent, stream = shared.pop("messages", None), shared.pop("message_stream", "")
    template = _template(shared, problems)
    texts = {name: shared.pop(name, "") for name in ("subject", "text_body", "html_body")}
    inline = shared.pop("inline", True)
    if template is None and not texts["text_body"] and not texts["html_body"]:
        problems.add("HtmlBody", Rejection(300, "Provide either email TextBody or HtmlBody or both."))
    # A sender that is not valid is one problem, not one of each message.
    if "From" not in problems:
        try:
            addressed({"sender": shared.get("sender", ""), "to": _VALID})
        except Rejection as rejection:
            problems.add("From", rejection)
    if "From" in problems:
        shared["sender"] = _VALID
    messages = _messages(sent, shared, problems)
    problems.check()
    return CheckedBulk(messages=messages, stream=stream, template=template, inline=inline, **texts)


def _template(shared: dict[str, Any], problems: Problems) -> TemplateReference | None:
    reference = TemplateReference(shared.pop("template_id", 0), shared.pop("template_alias", ""))
    if not reference.id and not reference.alias:
        return None
    given = [name for name in ("Subject", "HtmlBody", "TextBody") if shared.get(_COLUMNS[name])]
    for name in given:
        problems.add(name, Rejection(1123, f"'{name}' must not be given: the template has it."))
    return reference


_COLUMNS = {field.name: field.column for field in CONTENT}


def _messages(sent: object, shared: dict[str, Any], problems: Problems) -> list[BulkMessage]:
    if not isinstance(sent, list):
        problems.add("Messages", _no_messages() if sent is None else wrong_type("Messages", "an array", sent))
        return []
    if not sent:
        problems.add("Messages", _no_messages())
    return list(_each(sent, shared, problems))


def _no_messages() -> Rejection:
    return Rejection(300, "'Messages' is missing or empty: a bulk request must have at least one message.")


def _each(sent: list[object], shared: dict[str, Any], problems: Problems) -> Iterable[BulkMessage]:
    for index, item in enumerate(sent):
        name, before = f"Messages[{index}]", len(problems)
        found = problems.read(_MESSAGE, item, name, f"{name}.")
        if len(problems) > before:
            continue
        model = found.pop("model", {})
        own = found.get("headers", ())
        names = {header.lower() for header, _ in own}
        found["headers"] = (*(pair for pair in shared.get("headers", ()) if pair[0].lower() not in names), *own)
        found["metadata"] = _merged(shared.get("metadata", {}), found.get("metadata", {}))
        try:
            yield BulkMessage(_whole({**shared, **found}), model)
        except Rejection as rejection:
            problems.add(name, rejection)


def _merged(shared: dict[str, str], own: dict[str, str]) -> dict[str, str]:
    """Return the metadata of a message: of two names that differ in the case of letters only, its own one stays."""
    names = {name.lower() for name in own}
    return {**{name: value for name, value in shared.items() if name.lower() not in names}, **own}


def _whole(merged: dict[str, Any]) -> CheckedEmail:
    check_metadata(merged["metadata"])
    return addressed(merged)
