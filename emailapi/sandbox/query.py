"""
The search language of `sandbox.messages` and `wait_for`: a text becomes terms, and each term a condition in SQL.

No text of a usual length is an error: parts that are not understood are searched as words, and all text is quoted for
FTS5.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import attrs

from ..errors import InvalidArgument
from .instants import eastern_day, micros, range_start
from .tables.words import INBOUND, SOURCES, STATES, UNDELIVERED

# SQLite and FTS5 limit how deep an expression is.
_MOST_CHARACTERS, _MOST_TERMS = 10_000, 100
# Stands for the id of the stream that is searched, and for the key of it.
STREAM_ID, STREAM_KEY = object(), object()

_TOKEN = re.compile(
    r"""(?P<minus>-(?=[^\s-]))? (?:(?P<name>[A-Za-z]+):)? (?P<value>(?:[^\s"]*"[^"]*(?:"|$))|[^\s]+)""", re.VERBOSE
)
_AGO = re.compile(r"(\d{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CLOCK = re.compile(r"\d{1,2}:\d\d(?::\d\d)?")
_SIZE = re.compile(r"(\d{1,12})(b|kb|mb|gb)?", re.IGNORECASE)
_LARGEST = 1 << 60
_SIZES = {"": 1, "b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}
_BYTES = (
    "(SELECT coalesce(length(CAST(c.text_body AS BLOB)), 0) + coalesce(length(CAST(c.html_body AS BLOB)), 0)"
    " FROM contents c WHERE c.message = m.id)"
    " + coalesce((SELECT sum(length(a.content)) FROM attachments a WHERE a.message = m.id), 0)"
)
_HEADER = (
    "EXISTS (SELECT 1 FROM contents c, json_each(c.headers) h WHERE c.message = m.id"
    " AND lower(json_extract(h.value, '$[0]')) = ? AND holds(json_extract(h.value, '$[1]'), ?))"
)
# What `events.error_texts` writes.
_SMTP_ERROR = (
    "EXISTS (SELECT 1 FROM bounces b WHERE b.message = m.id AND b.type = 'SMTPApiError' AND instr(b.content, ?))"
)
HAS = ("attachment", "html", "text", "link", "code", "inline")


@attrs.frozen
class Term:
    """
    One term of a query; one of `words`, `flag` and `condition` says what it finds.

    Attributes:
        text: The term as written.
        negative: Whether messages must not match.
        words: A query of FTS5.
        flag: A flag of a message.
        condition: A condition on the message `m` in SQL, and `values` what stands for its question marks.
    """

    text: str
    negative: bool = False
    words: str = ""
    flag: str = ""
    condition: str = ""
    values: tuple[object, ...] = ()


@attrs.frozen
class Query:
    """
    A query.

    Attributes:
        groups: All of them must match, and of each one term.
        unknown: Operators that there are not; they were searched as words.
    """

    groups: tuple[tuple[Term, ...], ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def wants_inbound(self) -> bool:
        """Whether inbound messages are searched, too; otherwise only those that were sent."""
        terms = [term for group in self.groups for term in group]
        return any(term.flag == INBOUND or STREAM_ID in term.values[:1] for term in terms)

    def __and__(self, other: Query) -> Query:
        """Return the query for what both find."""
        return Query((*self.groups, *other.groups), (*self.unknown, *other.unknown))


def _phrase(text: str) -> str:
    return '"' + text.replace('"', " ").replace("\0", " ") + '"'


def _in(column: str, text: str) -> str:
    """Return the query of FTS5 for words in a column, or in any; `pre*` finds the words that begin so."""
    start, within = text[:-1], f"{column} : " if column else ""
    if text.endswith("*") and sum(map(str.isalnum, start)) > 1 and start[-1:].isalnum():
        return f"{within}{_phrase(start)} *"
    return within + _phrase(text)


def _column(column: str) -> Callable[[str, datetime], Term | None]:
    return lambda value, _now: Term("", words=_in(column, value)) if any(map(str.isalnum, value)) else None


def _to(value: str, _now: datetime) -> Term | None:
    if re.fullmatch(r"[^\s@]+@[^\s@]+", value):
        return Term("", flag=f"to:{value.lower()}")
    return Term("", words=_in("recipients", value))


def _from(value: str, _now: datetime) -> Term | None:
    if re.fullmatch(r"[^\s@]+@[^\s@]+", value):
        return Term("", words=_in("sender", value), condition="m.sender_address = ?", values=(value.lower(),))
    return Term("", words=_in("sender", value))


def _flag(prefix: str, known: Iterable[str] | None = None) -> Callable[[str, datetime], Term | None]:
    names = None if known is None else frozenset(known)
    return lambda value, _now: (
        Term("", flag=f"{prefix}:{value.lower()}") if names is None or value.lower() in names else None
    )


def _stream(value: str, _now: datetime) -> Term:
    return Term("", condition="? = ?", values=(STREAM_ID, value.lower()))


def _id(value: str, _now: datetime) -> Term:
    return Term("", condition="m.uuid = ?", values=(value.lower(),))


def _header(value: str, _now: datetime) -> Term:
    name, _, text = value.partition("=")
    return Term("", condition=_HEADER, values=(name.lower(), text))


def _metadata(value: str, _now: datetime) -> Term:
    name, equals, text = value.partition("=")
    condition = "m.id IN (SELECT message FROM metadata WHERE stream = ? AND name = ?"
    values: tuple[object, ...] = (STREAM_KEY, name.lower())
    if equals:
        return Term("", condition=f"{condition} AND value = ?)", values=(*values, text))
    return Term("", condition=f"{condition})", values=values)


def _code(value: str, _now: datetime) -> Term | None:
    if not re.fullmatch(r"[0-9]{1,9}", value):
        return None
    return Term("", condition=_SMTP_ERROR, values=(f" Error {int(value)}: ",))


def _instant(text: str, now: datetime) -> int | None:
    ago = _AGO.fullmatch(text.lower())
    if ago:
        try:
            return micros(now - timedelta(**{_UNITS[ago[2]]: int(ago[1])}))
        except OverflowError:
            return 0
    if _CLOCK.fullmatch(text):
        text = f"{eastern_day(now).isoformat()}T{text.rjust(5 if text.count(':') == 1 else 8, '0')}"
    if re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text):
        text += ":00"
    return range_start(text.replace(" ", "T"))


def _time(condition: str) -> Callable[[str, datetime], Term | None]:
    def term(value: str, now: datetime) -> Term | None:
        instant = _instant(value, now)
        return None if instant is None else Term("", condition=condition, values=(instant,))

    return term


def _size(comparison: str) -> Callable[[str, datetime], Term | None]:
    def term(value: str, _now: datetime) -> Term | None:
        found = _SIZE.fullmatch(value)
        if not found:
            return None
        limit = min(int(found[1]) * _SIZES[(found[2] or "").lower()], _LARGEST)
        return Term("", condition=f"({_BYTES}) {comparison} ?", values=(limit,))

    return term


_OPERATORS: dict[str, Callable[[str, datetime], Term | None]] = {
    "to": _to,
    "from": _from,
    "subject": _column("subject"),
    "body": _column("body"),
    "file": _column("files"),
    "tag": _flag("tag"),
    "is": _flag("is", (*STATES, "inbound", "unseen")),
    "has": _flag("has", HAS),
    "via": _flag("via", SOURCES),
    "stream": _stream,
    "id": _id,
    "code": _code,
    "header": _header,
    "metadata": _metadata,
    "after": _time("m.received_at >= ?"),
    "before": _time("m.received_at < ?"),
    "larger": _size(">"),
    "smaller": _size("<"),
}


def term(name: str, value: str, now: datetime) -> Term | None:
    """Return the term that an operator makes of a value, or None if it cannot."""
    made = _OPERATORS[name](value, now)
    return None if made is None else attrs.evolve(made, text=f"{name}:{value}")


def _read(found: re.Match[str], now: datetime, unknown: list[str]) -> Term | None:
    name, value, negative = (found["name"] or "").lower(), found["value"], bool(found["minus"])
    bare = value.replace('"', "")
    made = None
    if name in _OPERATORS and bare:
        made = _OPERATORS[name](bare, now)
    if name and made is None and not value.startswith("//"):
        unknown.append(f"{name}:" if name not in _OPERATORS else f"{name}:{bare}")
    if made is None:
        words = f"{found['name']} {bare}" if name else bare
        if not any(map(str.isalnum, words)):
            return None
        made = Term("", words=_in("", words))
    if negative and made.flag == STATES["delivered"]:
        return attrs.evolve(made, text=found[0], flag=UNDELIVERED)
    return attrs.evolve(made, text=found[0], negative=negative)


def parse(text: str, now: datetime) -> Query:
    """
    Return the query that a text stands for.

    Args:
        text: The text.
        now: The sandbox's time, by which dates are read.

    Raises:
        InvalidArgument: The text is too long.
    """
    if len(text) > _MOST_CHARACTERS:
        raise InvalidArgument(
            f"a query has at most {_MOST_CHARACTERS:,} characters, got {len(text):,}", argument="query"
        )
    groups: list[list[Term]] = []
    unknown: list[str] = []
    joins = False
    # A lone surrogate cannot be looked for: no database and no email can hold it.
    tokens = [*_TOKEN.finditer(text.encode("utf-8", "replace").decode())]
    if len(tokens) > _MOST_TERMS:
        raise InvalidArgument(f"a query has at most {_MOST_TERMS} terms, got {len(tokens):,}", argument="query")
    for position, found in enumerate(tokens):
        if found[0] == "OR" and groups and position + 1 < len(tokens):
            joins = True
            continue
        made = _read(found, now, unknown)
        if made is None:
            continue
        if joins:
            groups[-1].append(made)
        else:
            groups.append([made])
        joins = False
    return Query(tuple([tuple(group) for group in groups]), tuple(unknown))
