"""Templates, those that were deleted among them."""

from __future__ import annotations

import attrs

from ..store import Row, Transaction

_SELECT = "SELECT t.*, l.alias AS layout_alias FROM templates t LEFT JOIN templates l ON l.id = t.layout"
_LISTED = (
    " WHERE t.server = :server AND t.active = 1 AND (:type IS NULL OR t.type = :type)"
    " AND (:layout IS NULL OR l.alias = :layout)"
)


@attrs.frozen(kw_only=True)
class Template:
    """
    What a template is made of; the attributes are the table's.

    Attributes:
        alias: None when it has none.
        layout: The id of the template that goes round it, or None.
    """

    type: str
    name: str
    alias: str | None
    subject: str
    html_body: str
    text_body: str
    layout: int | None


def content_of(row: Row) -> Template:
    """Return what a row says of a template."""
    return Template(**{field.name: row[field.name] for field in attrs.fields(Template)})


def add(db: Transaction, server: int, template: Template) -> int:
    """Store a template and return its id."""
    return db.insert("templates", server=server, **attrs.asdict(template))


def change(db: Transaction, template_id: int, template: Template) -> None:
    """Store what a template is made of now."""
    db.update("templates", template_id, **attrs.asdict(template))


def delete(db: Transaction, template_id: int) -> None:
    """Take a template out of use."""
    db.update("templates", template_id, active=0)


def by_id(db: Transaction, server: int, template_id: int) -> Row | None:
    """Return a template of this server, be it deleted, or None."""
    return db.row(f"{_SELECT} WHERE t.server = ? AND t.id = ?", server, template_id)


def of_any_server(db: Transaction, template_id: int) -> Row | None:
    """Return a template that is in use, of whatever server, or None."""
    return db.row(f"{_SELECT} WHERE t.id = ? AND t.active = 1", template_id)


def by_alias(db: Transaction, server: int, alias: str) -> Row | None:
    """Return the template that has an alias, else the last that had it, or None."""
    return db.row(
        f"{_SELECT} WHERE t.server = ? AND t.alias = ? ORDER BY t.active DESC, t.id DESC LIMIT 1", server, alias
    )


def with_alias(db: Transaction, server: int) -> list[Row]:
    """Return the templates of a server that have an alias, layouts first: the others name them."""
    return db.rows(
        f"{_SELECT} WHERE t.server = ? AND t.active = 1 AND t.alias IS NOT NULL ORDER BY t.type, t.id", server
    )


def used_by(db: Transaction, layout: int) -> list[int]:
    """Return the ids of the templates that a layout goes round."""
    return [row["id"] for row in db.rows("SELECT id FROM templates WHERE layout = ? AND active = 1", layout)]


def keep_model(db: Transaction, template_id: int, model: str | None) -> None:
    """Store the model, as JSON, that the inbox shows a template with; None for the suggested one."""
    db.update("templates", template_id, model=model)


def use_of(db: Transaction, message: int) -> Row | None:
    """Return the template that made a message by its id in the database, with the model, or None."""
    return db.row("SELECT * FROM templated WHERE message = ?", message)


def last_use(db: Transaction, template_id: int) -> Row | None:
    """Return the id of the last message that a template has made, with the model, or None."""
    return db.row(
        "SELECT t.*, m.uuid FROM templated t JOIN messages m ON m.id = t.message WHERE t.template = ?"
        " ORDER BY t.received_at DESC, t.message DESC LIMIT 1",
        template_id,
    )


def use_by(db: Transaction, template_id: int, uuid: str) -> Row | None:
    """Return the same for one message by its id; None unless the template has made it."""
    return db.row(
        "SELECT t.*, m.uuid FROM templated t JOIN messages m ON m.id = t.message WHERE t.template = ? AND m.uuid = ?",
        template_id,
        uuid.lower(),
    )


def count(db: Transaction, server: int) -> int:
    """Return how many templates a server has."""
    return db.number("SELECT count(*) FROM templates WHERE server = ? AND active = 1", server)


def page(
    db: Transaction, server: int, *, type: str | None, layout: str | None, count: int, offset: int
) -> tuple[int, list[Row]]:
    """Return how many templates of a type, and with a layout of this alias, there are, and a page, newest first."""
    found = db.named(
        f"{_SELECT}{_LISTED} ORDER BY t.id DESC LIMIT :count OFFSET :offset",
        server=server,
        type=type,
        layout=layout,
        count=count,
        offset=offset,
    )
    total = db.named(
        f"SELECT count(*) AS total FROM ({_SELECT}{_LISTED})",  # noqa: S608
        server=server,
        type=type,
        layout=layout,
    )
    return total[0]["total"], found
