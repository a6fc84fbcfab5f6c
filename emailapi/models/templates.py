"""Templates, and what checking and pushing them gives."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, TypedDict

import attrs

from ..wire import Wire
from .listing import Listing


class TemplateType(StrEnum):
    """What a template is for."""

    STANDARD = "Standard"
    LAYOUT = "Layout"
    ALL = "All"


@attrs.frozen(kw_only=True)
class Template:
    """
    One template, without its content.

    Attributes:
        template_id: Its id.
        alias: Its name for programs.
        name: Its name for people.
        active: Whether it may be used; a deleted one may not.
        template_type: Whether mails are made of it, or it goes round those that are.
        layout_template: The alias of the layout that goes round it.
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
    One template with its content.

    Attributes:
        subject: Subject, in the template language; layouts have none.
        html_body: The HTML version.
        text_body: The plain version.
        associated_server_id: Its server.
    """

    subject: str = ""
    html_body: str = attrs.field(default="", repr=False)
    text_body: str = attrs.field(default="", repr=False)
    associated_server_id: int | None = None


class TemplateFilters(TypedDict, total=False):
    """What `Templates.list` narrows by."""

    template_type: TemplateType | str
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
    """What a template is made of; `layout_template=""` takes the layout off."""

    subject: str
    html_body: str
    text_body: str
    alias: str
    layout_template: str


class TypedTemplateContent(TemplateContent, total=False):
    """What a new template is made of; its type never changes."""

    template_type: TemplateType | str


class NewTemplate(TypedTemplateContent):
    """What `Templates.create` takes."""

    name: str


class TemplateChanges(TemplateContent, total=False):
    """What `Templates.edit` takes; what is left out stays as it is."""

    name: str


class TemplateToValidate(TypedDict, total=False):
    """What `Templates.validate` takes."""

    subject: str
    html_body: str
    text_body: str
    test_render_model: dict[str, Any]
    inline_css_for_html_test_render: bool
    template_type: TemplateType | str
    layout_template: str


@attrs.frozen(kw_only=True)
class TemplateFault:
    """
    One thing that is wrong with a template.

    Attributes:
        message: What.
        line: In which line, from 1.
        character_position: At which character of it, from 1.
    """

    message: str = ""
    line: int | None = None
    character_position: int | None = None


@attrs.frozen(kw_only=True)
class ContentValidation:
    """
    What is to be said of one part of a template.

    Attributes:
        content_is_valid: Whether it can be rendered.
        validation_errors: What is wrong with it.
        rendered_content: What the test model made of it.
    """

    content_is_valid: bool = False
    validation_errors: tuple[TemplateFault, ...] = ()
    rendered_content: str = attrs.field(default="", repr=False)


@attrs.frozen(kw_only=True)
class TemplateValidation:
    """
    What is to be said of a template; a part that was not given is None.

    Attributes:
        all_content_is_valid: Whether every part can be rendered.
        subject: The subject.
        html_body: The HTML version.
        text_body: The plain version.
        suggested_template_model: A model with every name the template uses.
    """

    all_content_is_valid: bool = False
    subject: ContentValidation | None = None
    html_body: ContentValidation | None = None
    text_body: ContentValidation | None = None
    suggested_template_model: dict[str, Any] = attrs.field(factory=dict, repr=False)


class PushAction(StrEnum):
    """What pushing does, or would do, to a template of the destination."""

    CREATE = "Create"
    EDIT = "Edit"


@attrs.frozen(kw_only=True)
class PushedTemplate:
    """
    What became, or would become, of one template.

    Attributes:
        action: Whether it is new at the destination.
        template_id: Its id there; None where it is not yet made.
        alias: By which the two are told to be the same.
        name: Its name.
        template_type: Its type.
    """

    action: PushAction | str = ""
    template_id: int | None = None
    alias: str = ""
    name: str = ""
    template_type: TemplateType | str = ""


class TemplatePush(TypedDict):
    """What `templates.push` takes; with `perform_changes=False` it only tells what would be done."""

    source_server_id: Annotated[int, Wire("SourceServerID")]
    destination_server_id: Annotated[int, Wire("DestinationServerID")]
    perform_changes: bool


PUSHED = Listing(
    "/templates/push", "Templates", PushedTemplate, TemplateFilters, identity=("alias",), error_code=1124, paging=None
)
