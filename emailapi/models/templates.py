"""Templates, and the results of validating and pushing them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, TypedDict

import attrs

from .._records import Record
from ..wire import Wire
from .listing import Listing


class TemplateType(StrEnum):
    """Standard templates are for emails, layouts surround them; `ALL` is for `TemplateFilters` only."""

    STANDARD = "Standard"
    LAYOUT = "Layout"
    ALL = "All"


# The values of `TemplateType`, for type checkers and editors.
TemplateTypeName = Literal["Standard", "Layout", "All"]


@attrs.frozen(kw_only=True)
class Template(Record):
    """
    A template without its content (contract section 2.7).

    Attributes:
        template_id: The id of the template.
        alias: A name for programs, unique on the server.
        name: The name for people.
        active: Whether the template can be used; False if it was deleted.
        template_type: The kind of the template, standard or layout.
        layout_template: The alias of the layout of a standard template; None if it has none.
    """

    template_id: int | None = None
    alias: str = ""
    name: str = ""
    active: bool = False
    template_type: TemplateType | str = ""
    layout_template: str | None = None


@attrs.frozen(kw_only=True)
class TemplateDetails(Template):
    """
    A template with its content.

    Attributes:
        subject: The subject, in the template language; empty for a layout.
        html_body: The HTML body, in the template language.
        text_body: The plain text body, in the template language.
        associated_server_id: The id of the server.
    """

    subject: str = ""
    html_body: str = attrs.field(default="", repr=False)
    text_body: str = attrs.field(default="", repr=False)
    associated_server_id: int | None = None


class TemplateFilters(TypedDict, total=False):
    """
    Filters of `client.templates.list` (contract section 2.7). A template must match all of them.

    Attributes:
        template_type: The kind of template: `TemplateType.STANDARD`, `LAYOUT` or `ALL`.
        layout_template: The alias of a layout: only standard templates that use it.
    """

    template_type: TemplateType | TemplateTypeName
    layout_template: str


TEMPLATES = Listing(
    "/templates",
    "Templates",
    Template,
    TemplateFilters,
    identity=("template_id",),
    error_code=1100,
    paging=("Count", "Offset"),
)


class TemplateContent(TypedDict, total=False):
    """
    Optional arguments of a template (contract section 2.7).

    Attributes:
        subject: The subject, in the template language. Required for a standard template, not allowed for a layout.
        html_body: The HTML body, in the template language. A template needs at least one of the two bodies.
        text_body: The plain text body, in the template language. Each body of a layout has `{{{@content}}}` exactly
            once.
        alias: A name for programs: a letter, then letters, digits, `.`, `-` and `_`. The service makes one of the name
            if it is not given.
        layout_template: The alias of the layout that surrounds a standard template; `""` removes the layout.
    """

    subject: str
    html_body: str
    text_body: str
    alias: str
    layout_template: str


class TypedTemplateContent(TemplateContent, total=False):
    """
    Optional arguments that only a new template has, besides `TemplateContent`.

    Attributes:
        template_type: The kind of the template: `TemplateType.STANDARD` (the default) or `LAYOUT`. It cannot be changed
            later.
    """

    template_type: TemplateType | TemplateTypeName


class NewTemplate(TypedTemplateContent):
    """
    Arguments of `client.templates.create` (contract section 2.7); also the content and the type of a template.

    Attributes:
        name: The name of the template for people; several templates may have the same. Required.
    """

    name: str


class TemplateChanges(TemplateContent, total=False):
    """
    Arguments of `client.templates.edit` (contract section 2.7); also the content of a template.

    Fields that are not given stay as they are.

    Attributes:
        name: The name of the template for people; several templates may have the same.
    """

    name: str


class TemplateToValidate(TypedDict, total=False):
    """
    Arguments of `client.templates.validate` (contract section 2.7); at least one of subject and bodies is required.

    Attributes:
        subject: The subject, in the template language.
        html_body: The HTML body, in the template language.
        text_body: The plain text body, in the template language.
        test_render_model: Values with which the service renders the template: a mapping of JSON values. For names
            without a value it uses `<name>_Value`.
        inline_css_for_html_test_render: Whether style sheets are moved into the elements of the rendered HTML body;
            True at the service if it is not given.
        template_type: The kind of the template: `TemplateType.STANDARD` (the default) or `LAYOUT`.
        layout_template: The alias of a layout in which the template is rendered.
    """

    subject: str
    html_body: str
    text_body: str
    test_render_model: dict[str, Any]
    inline_css_for_html_test_render: bool
    template_type: TemplateType | TemplateTypeName
    layout_template: str


@attrs.frozen(kw_only=True)
class TemplateFault(Record):
    """
    An error in a template.

    Attributes:
        message: Description of the error.
        line: Line of the error, starting at 1; None if it is not known.
        character_position: Character of the line, starting at 1; None if it is not known.
    """

    message: str = ""
    line: int | None = None
    character_position: int | None = None


@attrs.frozen(kw_only=True)
class ContentValidation(Record):
    """
    The validation of one part of a template.

    Attributes:
        content_is_valid: Whether the part can be rendered.
        validation_errors: The errors in the part.
        rendered_content: The part, rendered with the test model.
    """

    content_is_valid: bool = False
    validation_errors: tuple[TemplateFault, ...] = ()
    rendered_content: str = attrs.field(default="", repr=False)


@attrs.frozen(kw_only=True)
class TemplateValidation(Record):
    """
    The validation of a template; a part that was not given is None.

    Attributes:
        all_content_is_valid: Whether all parts can be rendered.
        subject: The validation of the subject.
        html_body: The validation of the HTML body.
        text_body: The validation of the plain text body.
        suggested_template_model: A model with all names that the template uses.
    """

    all_content_is_valid: bool = False
    subject: ContentValidation | None = None
    html_body: ContentValidation | None = None
    text_body: ContentValidation | None = None
    suggested_template_model: dict[str, Any] = attrs.field(factory=dict, repr=False)


class PushAction(StrEnum):
    """Whether a push creates or changes a template of the destination server."""

    CREATE = "Create"
    EDIT = "Edit"


@attrs.frozen(kw_only=True)
class PushedTemplate(Record):
    """
    The effect of a push on one template (contract section 2.16).

    Attributes:
        action: Whether the template is created or changed on the destination server.
        template_id: The id on the destination server; None if the template has not been created yet.
        alias: The alias, which is the same on both servers.
        name: The name of the template.
        template_type: The kind of the template.
    """

    action: PushAction | str = ""
    template_id: int | None = None
    alias: str = ""
    name: str = ""
    template_type: TemplateType | str = ""


class TemplatePush(TypedDict):
    """
    Arguments of `account.templates.push` (contract section 2.16).

    Attributes:
        source_server_id: The id of the server whose templates are copied; those without an alias are skipped.
        destination_server_id: The id of the server that they are copied to.
        perform_changes: True to copy the templates; False to find out what a push would change.
    """

    source_server_id: Annotated[int, Wire("SourceServerID")]
    destination_server_id: Annotated[int, Wire("DestinationServerID")]
    perform_changes: bool


PUSHED = Listing(
    "/templates/push", "Templates", PushedTemplate, TemplateFilters, identity=("alias",), error_code=1124, paging=None
)
