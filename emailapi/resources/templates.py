"""Templates: `client.templates`, and `account.templates`, which copies them from server to server."""

from __future__ import annotations

from typing import Unpack

from ..models.listing import Page, RecordId
from ..models.templates import (
    PUSHED,
    TEMPLATES,
    NewTemplate,
    PushedTemplate,
    Template,
    TemplateChanges,
    TemplateDetails,
    TemplateFilters,
    TemplatePush,
    TemplateToValidate,
    TemplateValidation,
)
from ..wire import write_body
from ._resource import Resource, path_segment


class Templates(Resource):
    """
    The templates of a server.

    Every method can raise `Unauthorized`, `RateLimited`, `ServiceUnavailable`, `ServerError` and `TransportError`.

    Example:
        >>> template = client.templates.create(name="Hi", alias="welcome", subject="Hi", text_body="Hello {{name}}!")
        >>> template.alias
        'welcome'
        >>> client.templates.edit("welcome", subject="Welcome, {{name}}").active
        True
        >>> checked = client.templates.validate(subject="Welcome, {{name}}", test_render_model={"name": "Jane"})
        >>> checked.subject.rendered_content
        'Welcome, Jane'
    """

    def list(self, *, count: int = 100, offset: int = 0, **filters: Unpack[TemplateFilters]) -> Page[Template]:
        """
        Return a page of templates.

        Args:
            count: Number of templates on the page, 1 to 500.
            offset: Number of templates to skip. `count + offset` is at most 10,000.
            **filters: Keys of `TemplateFilters`: `template_type` and `layout_template`.

        Returns:
            The page. Its templates have no content, which `get` returns.

        Raises:
            InvalidArgument: A filter is unknown or invalid, or `count` or `offset` is out of range.
        """
        return self._list(TEMPLATES, count, offset, filters)

    def get(self, id_or_alias: RecordId | str | Template) -> TemplateDetails:
        """
        Return a template with its content. A deleted template can still be read by its id; it is not active.

        Args:
            id_or_alias: The id or the alias of the template, or the `Template`.

        Raises:
            NotFound: There is no such template.
        """
        return self._read(self._path(id_or_alias), TemplateDetails)

    def create(self, **template: Unpack[NewTemplate]) -> Template:
        """
        Create a template.

        Args:
            **template: Keys of `NewTemplate`: `name`, which is required, `subject`, `html_body`, `text_body`, `alias`,
                `layout_template` and `template_type`. A standard template needs a subject; every template needs at
                least one of the bodies.

        Returns:
            The template, with its id and its alias.

        Raises:
            TypeError: `name` is missing, or an argument is unknown.
            InvalidRequest: The content cannot be parsed, or the alias is in use (code 1122).
            LimitExceeded: The server has 100 templates already (code 1105).
        """
        return self._write_once("POST", TEMPLATES.path, Template, write_body(NewTemplate, template))

    def edit(self, id_or_alias: RecordId | str | Template, **changes: Unpack[TemplateChanges]) -> Template:
        """
        Change a template. Fields that are not given stay as they are.

        Args:
            id_or_alias: The id or the alias of the template, or the `Template`.
            **changes: Keys of `TemplateChanges`: `name`, `subject`, `html_body`, `text_body`, `alias` and
                `layout_template`.

        Returns:
            The template after the change.

        Raises:
            TypeError: An argument is unknown.
            NotFound: There is no such template.
            InvalidRequest: The content cannot be parsed, or the alias is in use (code 1122).
        """
        return self._write("PUT", self._path(id_or_alias), Template, write_body(TemplateChanges, changes))

    def delete(self, id_or_alias: RecordId | str | Template) -> None:
        """
        Delete a template.

        Args:
            id_or_alias: The id or the alias of the template, or the `Template`.

        Raises:
            NotFound: There is no such template.
            Conflict: The template is a layout that other templates use (code 1130).
        """
        self._delete(self._path(id_or_alias))

    def validate(self, **template: Unpack[TemplateToValidate]) -> TemplateValidation:
        """
        Validate the content of a template, and render it with test values, without saving it.

        Args:
            **template: Keys of `TemplateToValidate`: `subject`, `html_body`, `text_body`, `test_render_model`,
                `inline_css_for_html_test_render`, `template_type` and `layout_template`. At least one of subject and
                bodies is required.

        Returns:
            The errors and the rendered content of each part; errors in the content raise no exception.

        Raises:
            TypeError: An argument is unknown.
            InvalidRequest: Neither subject nor body is given.
        """
        path = f"{TEMPLATES.path}/validate"
        return self._write("POST", path, TemplateValidation, write_body(TemplateToValidate, template))

    @staticmethod
    def _path(id_or_alias: RecordId | str | Template) -> str:
        return f"{TEMPLATES.path}/{path_segment(id_or_alias, 'id_or_alias', Template, 'template_id')}"


class AccountTemplates(Resource):
    """
    The templates of all servers of an account.

    Every method can raise `Unauthorized`, `RateLimited`, `ServiceUnavailable`, `ServerError` and `TransportError`.

    Example:
        >>> template = client.templates.create(name="Receipt", alias="receipt", subject="Thanks", text_body="Hi")
        >>> pushed = account.templates.push(
        ...     source_server_id=client.server.get().id,
        ...     destination_server_id=account.servers.create(name="Live").id,
        ...     perform_changes=True,
        ... )
        >>> [(template.alias, template.action) for template in pushed]
        [('receipt', <PushAction.CREATE: 'Create'>)]
    """

    def push(self, **push: Unpack[TemplatePush]) -> Page[PushedTemplate]:
        """
        Copy all templates that have an alias from one server to another, or find out what that would change.

        Templates are matched by their aliases: those that exist on the destination server are changed, the others are
        created.

        Args:
            **push: Keys of `TemplatePush`, all required: `source_server_id`, `destination_server_id` and
                `perform_changes`. With `perform_changes=False` nothing is changed.

        Returns:
            The templates that were, or would be, created or changed.

        Raises:
            TypeError: An argument is missing or unknown.
            NotFound: There is no server with one of the ids (code 601).
            InvalidRequest: No template has an alias (code 1124), or a standard template and a layout have the same
                alias (code 1125).
        """
        return self._write_list("PUT", PUSHED, write_body(TemplatePush, push))
