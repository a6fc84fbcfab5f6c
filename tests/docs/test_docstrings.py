"""How autodoc shows the docstrings: a small site, built with the configuration of the whole one."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGE = """
.. autoclass:: emailapi.Email
.. autoclass:: emailapi.Address
.. autoclass:: emailapi.Bounce
.. autoclass:: emailapi.BounceType
   :members:
   :undoc-members:
.. autoclass:: emailapi.DomainChanges
.. autoclass:: emailapi.NewDomain
.. autoclass:: emailapi.resources.bounces.Bounces
   :members:
.. autoexception:: emailapi.InvalidEmail
.. autoclass:: emailapi.Page
   :members: iter_all
"""
FAULTY = '''
from typing import TypedDict

import attrs

import emailapi


@attrs.frozen
class Record:
    """
    A record, with a name of the package that no page has: `Client.nothing`.

    Attributes:
        name: The name.
    """

    name: str = attrs.field(converter=str)
    size: int = 0


class Arguments(TypedDict):
    """Arguments without a word about the key."""

    key: str


def found():
    """
    Return something.

    Returns:
        The thing: it is new.
    """
'''

pytestmark = [pytest.mark.slow, pytest.mark.costly]


def build(folder, page):
    """Build a site of one page; return what Sphinx warns of."""
    (folder / "index.rst").write_text(f"Page\n====\n{page}")
    command = [sys.executable, "-m", "sphinx", "-q", "-c", str(DOCS), "-b", "html", str(folder), str(folder / "html")]
    environment = {**os.environ, "NO_COLOR": "1"}
    ran = subprocess.run(command, cwd=DOCS.parent, env=environment, capture_output=True, text=True, check=True)
    return ran.stderr


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """Return the source of a page of some classes."""
    folder = tmp_path_factory.mktemp("site")
    build(folder, PAGE)
    return (folder / "html" / "index.html").read_text("utf-8")


@pytest.fixture
def page(source):
    """Return the page as lines of text: headings of entries, paragraphs and items."""
    text = html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<(dt|dd|p|li)\b", r"\n<\1", re.sub(r"\s+", " ", source))))
    return [line.strip().removesuffix("¶") for line in text.splitlines()]


@pytest.mark.exhaustive
def test_attributes_and_members_can_be_linked_to(source):
    for name in ("Bounce.id", "Email.sender", "BounceType.HARD_BOUNCE", "InvalidEmail.field"):
        assert f'id="emailapi.{name}"' in source


def test_a_class_has_the_attributes_of_its_bases(page):
    email = page[page.index("class Email") : page.index("class Bounce")]
    assert "A label that groups emails in the activity and in statistics; at most 1,000 characters." in email
    assert email.count("subject: str | None") == 1


def test_a_record_shows_the_types_that_it_accepts(page):
    assert "to: str | Address | Iterable[str | Address] | None" in page
    assert "bounced_at: datetime | None" in page


def test_a_typed_dict_has_the_keys_of_its_bases(page):
    arguments = page[page.index("class NewDomain") :]
    assert "name: str" in arguments
    assert "return_path_domain: str" in arguments


def test_members_of_an_enumeration_have_their_values(page):
    assert "HARD_BOUNCE = 'HardBounce'" in page


def test_only_classes_with_positional_arguments_show_a_signature(page):
    assert "class Bounce" in page
    assert "exception InvalidEmail" in page
    assert any(line.startswith("class Address(") for line in page)


def test_types_are_shown_by_short_names(page):
    assert any(line.endswith("**filters: Unpack[BounceFilters]) → Page[Bounce]") for line in page)
    assert "iter_all() → Iterator[T]" in page


@pytest.mark.exhaustive
def test_a_missing_part_of_a_docstring_is_a_warning(tmp_path, monkeypatch):
    (tmp_path / "emailapi_faulty.py").write_text(FAULTY)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{DOCS.parent}")
    names = ("autoclass:: emailapi_faulty.Record", "autoclass:: emailapi_faulty.Arguments")
    warnings = build(tmp_path, "\n".join(f".. {name}" for name in (*names, "autofunction:: emailapi_faulty.found")))
    assert "emailapi_faulty.Record: size is not documented\n" in warnings
    assert "emailapi_faulty.Record: name is not documented as required\n" in warnings
    assert "emailapi_faulty.Arguments: key is not documented\n" in warnings
    assert "emailapi_faulty.found: napoleon takes the text before a colon for a type" in warnings
    assert "reference target not found: Client.nothing" in warnings
