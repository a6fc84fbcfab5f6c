"""
Write the pages that come from the code: the wire names, the errors, the types of bounces.

    python docs/generate.py            write them
    python docs/generate.py --check    fail when one of them is not what the code says
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import is_typeddict

import attrs

import emailapi
from emailapi import BOUNCE_KINDS, ERROR_CODES, EmailAPIError, Listing, Outcome, models
from emailapi.webhooks import events, inbound
from emailapi.wire import wire_names, write_query
from emailapi.wire.names import marks, pascal_case

DOCS = Path(__file__).parent
NOTE = "<!-- Written by docs/generate.py from the code: change it there, not here. -->\n\n"

# Records that are never JSON: an address is sent as text, and results are created by this package.
NEVER_JSON = {"Address", "BatchResult", "Listing", "MessageStatus", "Page", "RecipientStatus"}

TREE_WIDTH = 26

WIRE = """\
# Wire names

The left column has the names of this package, the right column the names in the requests and responses of the service:
the same name in PascalCase or, in **bold**, another one. For each list, its path and the key of its records are given.
"""

ERRORS = """\
# Exceptions and error codes

[Errors](../errors.md) explains how to handle them. All classes can be imported from `emailapi`.

## The tree

"Outcome" is the outcome of a send, "retryable" whether the same call may succeed later, and "also" a built-in exception
that the class is derived from, so that for example `except ConnectionError` catches it.

"""

TREE_NOTES = """\
An untrusted certificate raises a `ConnectionFailed` that is not retryable. The outcome of a `BatchFailed` is unknown if
the outcome of one of its emails is, and it is retryable only if no email was accepted. A send that gets status 500
raises `DeliveryUnknown`; only calls that read raise `ServerError`.

## The classes

"""

CODES = """\
## The codes

The service rejects requests with a numeric code; `ERROR_CODES` has all of them. A code is not an HTTP status, although
some look like one: code 401 has nothing to do with status 401. A code that is not in the table raises the exception for
the HTTP status: 401 `Unauthorized`, 404 `NotFound`, 429 `RateLimited`, 500 and above `ServerError`, else
`InvalidRequest`. HTTP 200 means that the code belongs to one item of a response.

```{eval-rst}
.. py:data:: ERROR_CODES
   :module: emailapi
   :type: ~collections.abc.Mapping[int, emailapi.ErrorCode]

   The table below.

.. autoclass:: emailapi.ErrorCode
```

"""


# Modules without names of the wire: options of calls, and the types of mappings.
NEVER_SENT = ("email_fields", "hook_event", "options", "recipient_guard")
# Records that are not models.
EVENTS = {"events of webhooks": events, "inbound emails of webhooks": inbound}


def table(head: str, rows: Iterable[tuple[object, ...]]) -> str:
    """Return a Markdown table; `head` has its columns' names, with `|` between."""
    lines = [f"| {head} |", "|" + "---|" * len(head.split("|"))]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def nouns(module: ModuleType) -> Iterator[type]:
    """Give the records and filter sets of a module that are sent, in the order of its source; bases are left out."""
    own = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and thing.__module__ == module.__name__ and (attrs.has(thing) or is_typeddict(thing))
    ]
    listed = [thing.filters for thing in vars(module).values() if isinstance(thing, Listing)]
    for noun in own:
        if noun.__name__ in NEVER_JSON or not marks(noun):
            continue
        base = bool(noun.__subclasses__()) if attrs.has(noun) else noun not in listed
        if noun.__name__ in emailapi.__all__ or not base:
            yield noun


def wire_rows(noun: type) -> Iterator[tuple[str, str]]:
    """Give the rows of a noun's table."""
    names = wire_names(noun)
    for attribute, mark in marks(noun).items():
        name = names.get(attribute)
        if name is None:
            told = "stays here"
        elif name == pascal_case(attribute):
            told = f"`{name}`"
        else:
            told = f"**`{query_name(noun, attribute, name)}`**"
        yield f"`{attribute}`", told + (f", also read: `{mark.also}`" if mark.also else "")


def query_name(filters: type, attribute: str, name: str) -> str:
    """Return how a filter is spelt; that of metadata has the key in its name."""
    if attribute == "metadata" and is_typeddict(filters):
        return write_query(filters, {attribute: {"<key>": ""}})[0][0]
    return name


def wire_page() -> str:
    """Return the page of wire names."""
    parts = [NOTE, WIRE]
    names = sorted(found.name for found in iter_modules(models.__path__) if found.name not in NEVER_SENT)
    modules = {name: import_module(f"{models.__name__}.{name}") for name in names}
    for name, module in {**modules, **EVENTS}.items():
        own = list(nouns(module))
        if not own:
            continue
        parts.append(f"\n## {name}\n")
        parts += [f"\n### {noun.__name__}\n\n" + table("attribute | wire name", wire_rows(noun)) for noun in own]
        listings = [thing for thing in vars(module).values() if isinstance(thing, Listing)]
        if listings:
            parts.append("\nLists:\n\n")
        parts += [f"- `{one.path}`: `{one.key}`, each a `{one.record.__name__}`\n" for one in listings]
    return "".join(parts)


def tree(error: type[EmailAPIError] = EmailAPIError, depth: int = 0) -> Iterator[tuple[int, type[EmailAPIError]]]:
    """Give an error and those below it, in the order of the source, with how deep each stands."""
    yield depth, error
    for child in error.__subclasses__():
        if child.__name__ in emailapi.__all__:
            yield from tree(child, depth + 1)


def tree_rows() -> Iterator[str]:
    """Give the lines of the drawn tree."""
    yield f"{'':<{TREE_WIDTH}}outcome   retryable  also"
    for depth, error in tree():
        besides = [base.__name__ for base in error.__bases__ if base.__module__ == "builtins" and base is not Exception]
        name = "  " * depth + error.__name__
        outcome = "unknown" if error.outcome is Outcome.UNKNOWN else "not sent"
        again = "yes" if error.retryable else "no"
        yield f"{name:<{TREE_WIDTH}}{outcome:<10}{again:<11}{', '.join(besides)}".rstrip()


def errors_page() -> str:
    """Return the page of errors: the tree, the classes, the codes."""
    classes = "".join(
        f"```{{eval-rst}}\n.. autoexception:: emailapi.{error.__name__}\n   :show-inheritance:\n"
        + ("" if depth else "   :members: may_have_been_sent, replace\n")
        + "```\n\n"
        for depth, error in tree()
    )
    rows = (
        (row.code, row.status, f"{{py:exc}}`~emailapi.{row.error.__name__}`", row.meaning)
        for row in sorted(ERROR_CODES.values(), key=lambda row: row.code)
    )
    return (
        f"{NOTE}{ERRORS}```text\n"
        + "\n".join(tree_rows())
        + "\n```\n\n"
        + TREE_NOTES
        + classes
        + "```{eval-rst}\n.. autoclass:: emailapi.Outcome\n   :members:\n   :undoc-members:\n```\n\n"
        + CODES
        + table("code | HTTP | raises | what is wrong", rows)
    )


def kinds_part() -> str:
    """Return the table of the types of bounces."""
    says = {True: "yes", False: "no", None: "maybe"}
    rows = ((f"`{type.value}`", kind.code, kind.name, says[kind.deactivates]) for type, kind in BOUNCE_KINDS.items())
    return NOTE + table("type | code | name | suppresses the address", rows)


PAGES = {
    "reference/wire.md": wire_page,
    "reference/errors.md": errors_page,
    "_parts/bounce_kinds.md": kinds_part,
}


def main() -> int:
    """Write the pages, or compare them; 1 when one is not current."""
    parser = argparse.ArgumentParser(description=inspect.cleandoc(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail when a page is not current")
    parser.add_argument("folder", nargs="?", type=Path, default=DOCS, help="where the pages are")
    given = parser.parse_args()
    stale = []
    for name, make in PAGES.items():
        path = given.folder / name
        text = make()
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if not given.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    if given.check and stale:
        print(f"not current, run `python docs/generate.py`: {', '.join(stale)}", file=sys.stderr)
    return int(given.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
