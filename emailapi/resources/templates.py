"""Templates: `client.templates`, and `account.templates` that pushes them from server to server."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from ._resource import Resource, path_part

if TYPE_CHECKING:
    from typing import Unpack


class Templates(Resource):
    """The templates of one server."""

    def list(self, *, count: int = 100, offset: int = 0, **filters: Unpack[TemplateFilters]) -> Page[Template]:
        """
        Return a page of templates.

        Raises:
            InvalidArgument: A filter it does not have, or a range the service does not list.
        """
        return self._list(TEMPLATES, count, offset, filters)

    def get(self, id_or_alias: RecordId | str) -> TemplateDetails:
        """
        Return one template with its content; a deleted one may still be read, and is not active.

        Raises:
            NotFound: There is no such template.
        """
        return self._read(self._path(id_or_alias), TemplateDetails)

    def create(self, **template: Unpack[NewTemplate]) -> Template:
        """
        Make a template; a standard one needs a subject, and each needs an HTML or a plain version.

        Raises:
            TypeError: No name, or an argument it does not have.
            InvalidRequest: What it is made of cannot be.
            LimitExceeded: The server has as many as it may.
        """
        return self._once("POST", TEMPLATES.path, Template, write_body(NewTemplate, template))

    def edit(self, id_or_alias: RecordId | str, **changes: Unpack[TemplateChanges]) -> Template:
        """
        Change a template; what is left out stays as it is.

        Raises:
            NotFound: There is no such template.
            InvalidRequest: What it would be made of cannot be.
        """
        return self._change("PUT", self._path(id_or_alias), Template, write_body(TemplateChanges, changes))

    def delete(self, id_or_alias: RecordId | str) -> None:
        """
        Delete a template.

        Raises:
            NotFound: There is no such template.
            Conflict: It is a layout that is still used.
        """
        self._delete(self._path(id_or_alias))

    def validate(self, **template: Unpack[TemplateToValidate]) -> TemplateValidation:
        """
        Check a template without saving it, and see what the test model makes of it.

        Raises:
            InvalidRequest: There is nothing to check.
        """
        path = f"{TEMPLATES.path}/validate"
        return self._change("POST", path, TemplateValidation, write_body(TemplateToValidate, template))

    @staticmethod
    def _path(id_or_alias: RecordId | str) -> str:
        return f"{TEMPLATES.path}/{path_part(id_or_alias, 'id_or_alias')}"


class AccountTemplates(Resource):
    """Templates across the servers of an account."""

    def push(self, **push: Unpack[TemplatePush]) -> Page[PushedTemplate]:
        """
        Copy every template that has an alias to another server, or tell what that would do.

        Raises:
            NotFound: There is no such server.
            InvalidRequest: There is nothing to push, or a template of the same alias is of another type.
        """
        return self._change_listing("PUT", PUSHED, write_body(TemplatePush, push))
