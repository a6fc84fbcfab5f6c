"""The rules for emails with a template (contract section 2.3), and their rendering."""

from __future__ import annotations

from typing import Any, NoReturn

import attrs

from .fields import Field, Table, flag, line, wrong_type
from .rejection import Rejection
from .rules import COMMON, CheckedEmail, TemplateUse, addressed, check_size
from .store import LARGEST_ID, Transaction
from .template_content import HTML, SUBJECT, TEXT, TemplateReference, find_template, read_model

# The service's words, which its users know (contract section 12.2).
_NO_MODEL = "A 'TemplateModel' is required when using a template to send an email."
_UNKNOWN_ID = -1


def _template_id(value: object, field: Field) -> int:
    """Read an id, which some clients write as a text; 0 is none."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:20])
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong_type(field.label, "a whole number", value)
    return value if 0 <= value <= LARGEST_ID else _UNKNOWN_ID


def _no_content(_value: object, field: Field) -> NoReturn:
    raise Rejection(1123, f"'{field.label}' must not be given: the template has it.")


# The fields that name a template.
REFERENCE = (
    Field("TemplateId", "template_id", _template_id),
    Field("TemplateAlias", "template_alias", line, 1122),
)
_TEMPLATED = Table(
    *COMMON,
    *REFERENCE,
    Field("TemplateModel", "model", read_model, 1122),
    Field("InlineCss", "inline", flag),
    *[Field(name, name, _no_content) for name in (SUBJECT, HTML, TEXT)],
)


@attrs.frozen
class TemplatedEmail:
    """
    An email whose content is still to come from a template.

    Attributes:
        email: The email without content.
        template: The template.
        model: The values for the template.
        inline: Whether the CSS of the HTML is moved into its elements.
    """

    email: CheckedEmail
    template: TemplateReference
    model: dict[str, Any] = attrs.field(repr=False)
    inline: bool

    def render(self, db: Transaction, server: int) -> CheckedEmail:
        """
        Return the email with its content; its `failure` tells why a part could not be rendered.

        Raises:
            Rejection: 1101 if there is no such template, 300 for an email that is too large when it is rendered.
        """
        row, texts = find_template(db, server, self.template)
        content = texts.render(self.model, inline=self.inline)
        email = attrs.evolve(
            self.email,
            subject=content.subject,
            html_body=content.html_body,
            text_body=content.text_body,
            failure=content.failure,
            template=TemplateUse(row["id"], row["alias"], self.model, self.inline),
        )
        check_size(email)
        return email


def check_templated_email(item: object) -> TemplatedEmail:
    """
    Return the email with a template that a JSON value describes.

    Raises:
        Rejection: As `check_email`; 1120 without a model, 1122 for a model that no template can have, 1123 for an email
            with content of its own.
    """
    found = _TEMPLATED.read(item, "message")
    reference = TemplateReference(found.pop("template_id", 0), found.pop("template_alias", ""))
    model, inline = found.pop("model", None), found.pop("inline", True)
    if model is None:
        raise Rejection(1120, _NO_MODEL)
    return TemplatedEmail(addressed(found), reference, model, inline)
