"""
Hints in errors: the names and values that users of other libraries type, and what stands for them here.

All hints of this kind are in the tables of this module; the functions below find them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

# The names that other libraries have, each group with the names that may stand for it here, in the order in which they
# are looked for. Names are compared without case, underscores and hyphens: the service's own names (`ReplyTo`) need no
# line.
_MEANT = (
    # fields of emails
    ("sender", "from fromaddress fromaddr fromemail mailfrom source defaultsender"),
    (
        "to recipient email email_address",
        "to toaddr toaddrs toaddress toaddresses toemail toemails recipient recipients",
    ),
    ("recipient email_address to email", "email address addresses"),
    ("reply_to", "replytos replytoaddress replytoaddresses replytoemail"),
    ("subject", "title"),
    ("text_body", "body content message plain plaintext text textcontent bodytext textpart"),
    ("html_body", "html htmlmessage htmlcontent bodyhtml htmlpart"),
    ("attachments content", "attach attachment file files data"),
    ("headers", "extraheaders customheaders header"),
    ("tag", "tags category categories campaign"),
    ("metadata", "customargs variables userdata"),
    ("track_links", "trackclicks clicktracking"),
    ("track_opens", "trackopen opentracking"),
    ("message_stream id", "stream streamid messagestreamid"),
    ("idempotency_key", "key idempotency"),
    ("template_model", "templatedata templatecontext context model mergedata"),
    # attachments and addresses
    ("name", "filename displayname fullname"),
    ("content_type template_type message_stream_type", "mimetype contenttype type"),
    ("content_id", "cid"),
    # lists
    ("count", "limit pagesize perpage size top maxresults"),
    ("offset", "page skip start"),
    ("from_date", "since after begin startdate datefrom"),
    ("to_date", "until before end enddate dateto"),
    ("status", "state"),
    ("suppression_reason type", "reason"),
    ("inactive", "suppressed"),
    ("include_archived_streams", "archived"),
    # ids
    ("message_id id id_or_result", "uuid messageid result"),
    ("message_id template_id", "id"),
    ("id", "bulkid bounceid webhookid domainid serverid signatureid"),
    ("template_alias id_or_alias", "alias templatename templateid templatealias"),
    # options of clients
    ("token", "apikey apitoken servertoken accounttoken accesstoken"),
    ("base_url hostname host", "url host endpoint apiurl server"),
    ("retry", "retries maxretries"),
    ("allow_http", "insecure"),
    # namespaces and their calls
    ("send outbound.send", "send sendemail sendmail sendmessage sendemailwithtemplate sendhtml"),
    ("send_batch outbound.send_batch", "batch sendbatch sendbulkemails sendemails sendmessages sendmassmail"),
    ("outbound", "emails mail mails email sender mailer"),
    ("bounces", "bounce"),
    ("templates", "template"),
    ("stats", "statistics"),
    ("list", "search find all filter query"),
    ("get", "retrieve fetch read details getdetails info show"),
    ("edit", "update modify patch"),
    ("create", "add new insert"),
    ("delete", "remove destroy"),
)


def _synonyms() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for here, elsewhere in _MEANT:
        for name in elsewhere.split():
            found[name] = found.get(name, ()) + tuple(here.split())
    return found


# What to do, where another name alone does not say it: by a place and a name, or by a place alone.
ADVICE: dict[str, str] = {
    **dict.fromkeys(
        ("Email.body", "Email.content", "Email.message"), "use text_body for plain text, html_body for HTML"
    ),
    **dict.fromkeys(
        ("Email.template", "Email.templateid", "Email.templatealias", "Email.templatemodel"),
        "use send_template(TemplateEmail(template_alias=..., template_model=...))",
    ),
    "Email.fromname": 'use sender=Address("shop@example.com", "Shop")',
    "Email.filename": "use attachments=[Attachment.from_path(path)]",
    "Attachment.path": "use Attachment.from_path(path)",
    "Outbound.send": "give one email, send(Email(to=..., subject=..., text_body=...)), or a mapping with these names",
    "Outbound.send_template": "give one email, send_template(TemplateEmail(to=..., template_alias=...)), or a mapping",
    "Outbound.send_batch": "give the emails as a list, send_batch([first, second])",
    "Outbound.send_many": "give the emails as one iterable, send_many(emails)",
    "Outbound.send_template_batch": "give the emails as a list, send_template_batch([first, second])",
    "Outbound.send_bulk": "give one email, send_bulk(BulkEmail(messages=..., subject=...)), or a mapping",
    **dict.fromkeys(
        (f"Client.{name}" for name in ("accounts", "domains", "servers", "signatures", "senders", "dataremovals")),
        "domains, servers and sender signatures are managed by an AccountClient",
    ),
    **dict.fromkeys(("Client.sent", "Client.outbox", "Client.clear"), "use client.transport.sent, and .clear()"),
    "Email": "give the fields by name: Email(sender=..., to=..., subject=..., text_body=...)",
    "TemplateEmail": "give the fields by name: TemplateEmail(to=..., template_alias=..., template_model=...)",
    "Attachment": "give the fields by name, Attachment(name=..., content=...), or use Attachment.from_path(path)",
    "MessageFilters.state": "the delivery state is messages.status(message).state; status= knows queued and sent",
    "MessageFilters.status": "the delivery state is messages.status(message).state, and bounces are bounces.list()",
    **dict.fromkeys(
        ("BounceFilters.state", "BounceFilters.status"),
        "type= filters by the type of the bounce, inactive= by whether the address is suppressed",
    ),
    **dict.fromkeys(
        ("WholeList.limit", "WholeList.count", "WholeList.page", "WholeList.perpage", "WholeList.pagesize"),
        "the service returns this list whole: take a slice of the result",
    ),
}

# What to give instead of a value of another type: by the record that is expected, and the class of the value or one of
# its bases. `{0}` stands for the value of a path.
WRONG_TYPES: dict[str, str] = {
    "Attachment.str": "read a file with Attachment.from_path({0!r})",
    "Attachment.PurePath": "read a file with Attachment.from_path(path)",
    "Attachment.tuple": "use Attachment(name=..., content=..., content_type=...)",
    "Attachment.bytes": "use Attachment(name=..., content=...)",
    "Attachment._TextIOBase": "open the file in binary mode, and use Attachment(name=..., content=file)",
    "Attachment._IOBase": "use Attachment(name=..., content=file)",
    "Email.str": "parse a ready message into an EmailMessage, message_from_string(text, policy=email.policy.default)",
    "Email.bytes": "parse a ready message into an EmailMessage, message_from_bytes(data, policy=email.policy.default)",
    "Email.list": "send several emails with send_batch",
    "Email.tuple": "send several emails with send_batch",
    "Email.set": "send several emails with send_batch",
    "Email.generator": "send many emails with send_many",
    "Email.TemplateEmail": "send it with send_template",
    "Email.BulkEmail": "send it with send_bulk",
    "TemplateEmail.Email": "send it with send",
    "TemplateEmail.list": "send several emails with send_template_batch",
}


def plain_name(name: str) -> str:
    """Return a name without case, underscores and hyphens, as names are compared."""
    return name.lower().replace("_", "").replace("-", "")


def hint_for_name(name: str, known: Iterable[str], *places: str) -> str:
    """
    Return what was probably meant by an unknown name, as the end of a sentence; `""` if nothing is similar.

    Args:
        name: The unknown name.
        known: The names that exist.
        places: The record, filter set or call that the name was given to.
    """
    names, plain = list(known), plain_name(name)
    for place in places:
        if advice := ADVICE.get(f"{place}.{plain}"):
            return f"; {advice}"
    same = [found for found in names if plain_name(found) == plain]
    near = same or [found for found in _synonyms().get(plain, ()) if found.split(".")[0] in names]
    if not near:
        import difflib

        by_plain = {plain_name(one): one for one in reversed(names)}
        near = [by_plain[found] for found in difflib.get_close_matches(plain, by_plain, 1)]
    return f"; did you mean {near[0]!r}?" if near else ""


def unknown_name_message(name: str, known: Iterable[str], kind: str, *places: str) -> str:
    """Return the message for an unknown name: with the name that was probably meant, or with all known names."""
    return f"unknown {kind} {name!r}" + (hint_for_name(name, known, *places) or f"; known: {', '.join(known)}")


def missing_attribute(owner: object, name: str, known: Iterable[str]) -> AttributeError:
    """Return the error of an attribute that does not exist, with the attribute that was probably meant."""
    places = [base.__name__ for base in type(owner).__mro__]
    hint = "" if name.startswith("_") else hint_for_name(name, known, *places)
    why = f"{places[0]!r} object has no attribute {name!r}{hint}"
    return AttributeError(why, name=name, obj=owner)


def wrong_type_message(given: object, expected: type) -> str:
    """Return the message for a value that is neither a record of a class nor a mapping with its names."""
    return f"expected {expected.__name__} or a mapping, got {type(given).__name__}{hint_for_type(given, expected)}"


def hint_for_type(given: object, expected: type) -> str:
    """Return what to give instead of a value that is not a record of a class, as the end of a sentence; or `""`."""
    names = [f"{expected.__name__}.{base.__name__}" for base in type(given).__mro__]
    advice = next((WRONG_TYPES[name] for name in names if name in WRONG_TYPES), "")
    return f": {advice.format(given)}" if advice else ""


def explained(function: F) -> F:
    """
    Return a function whose `TypeError` for an unknown keyword argument names the argument that was probably meant.

    The same function is called, and errors that it raises itself pass unchanged.
    """
    place = function.__qualname__.removesuffix(".__init__")

    @functools.wraps(function)
    def call(*args: Any, **named: Any) -> Any:
        try:
            return function(*args, **named)
        except BaseException as error:
            # An error of the call itself has no frame of the function.
            of_call = type(error) is TypeError and error.__traceback__ is not None and not error.__traceback__.tb_next
            why = _call_message(function, place, [*named], str(error)) if of_call else None
            del args, named  # a token or a body may be in them
            if why is None:
                raise
        raise TypeError(why)

    return call  # type: ignore[return-value]


def _call_message(function: Callable[..., Any], place: str, named: Iterable[str], message: str) -> str:
    import inspect

    parameters = inspect.signature(function).parameters
    # What a call is given by position is told by its advice.
    named_only = place in ADVICE
    known = [
        name
        for name, one in parameters.items()
        if one.kind is one.KEYWORD_ONLY or (one.kind is one.POSITIONAL_OR_KEYWORD and name != "self" and not named_only)
    ]
    unknown = next((name for name in named if name not in parameters), None)
    if unknown is None:
        return f"{message}; {ADVICE[place]}" if place in ADVICE else message
    hint = hint_for_name(unknown, known, place)
    if not hint:
        hint = f"; {ADVICE[place]}" if "." in place and place in ADVICE else f"; known: {', '.join(known)}"
    return f"{place}() got an unexpected keyword argument {unknown!r}{hint}"


def explain_calls(owner: type) -> None:
    """Let the public functions of a class explain unknown keyword arguments, see `explained`."""
    if not owner.__module__.startswith(__package__):
        return  # a user's own class
    for name, function in list(vars(owner).items()):
        if isinstance(function, FunctionType) and (name == "__init__" or not name.startswith("_")):
            setattr(owner, name, explained(function))
