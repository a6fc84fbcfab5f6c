"""`import emailapi`: what stands in it, and what it costs."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import emailapi

HEAVY = {"requests", "urllib3", "cattrs", "idna", "zoneinfo"}


def run(code: str) -> str:
    """Return what a fresh interpreter prints that runs `code`."""
    root = Path(emailapi.__file__).parent.parent
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True, cwd=root).stdout


def loaded_by(code: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded when it has run `code`."""
    return set(run(f"{code}\nimport sys; print(*sys.modules)").split())


def test_public_names_show_the_package_as_their_module():
    for name in emailapi.__all__:
        assert getattr(getattr(emailapi, name), "__module__", "emailapi").startswith("emailapi"), name
        assert name in vars(emailapi), "a loaded name is kept"


def test_dir_is_complete():
    """`dir()` lists every public name before and after it was loaded, and nothing else."""
    assert dir(emailapi) == emailapi.__all__


def test_import_adds_no_names_but_those_in_all():
    code = "import emailapi; print([n for n in vars(emailapi) if n[0] != '_' and n not in emailapi.__all__])"
    assert run(code).strip() == "['annotations']"


def test_star_import_imports_all_public_names():
    space: dict[str, object] = {}
    exec("from emailapi import *", space)
    assert set(space) - {"__builtins__"} == set(emailapi.__all__)


@pytest.mark.parametrize("name", ["Clinet", "models_", "_private", "TYPO"])
def test_an_unknown_name_is_an_attribute_error(name):
    with pytest.raises(AttributeError, match=f"module 'emailapi' has no attribute '{name}'"):
        getattr(emailapi, name)


def test_an_unknown_name_is_an_import_error():
    with pytest.raises(ImportError, match="Typo"):
        exec("from emailapi import Typo", {})


def test_import_loads_neither_requests_nor_attrs_nor_cattrs():
    loaded = loaded_by("import emailapi")
    assert not loaded & (HEAVY | {"attr", "attrs"})
    assert {name for name in loaded if name.startswith("emailapi.")} == {"emailapi._version"}


@pytest.mark.costly
def test_the_first_names_load_few_modules():
    """`from emailapi import Client, Email` does without HTTP, codec, international domains and time zones."""
    assert not loaded_by("from emailapi import Client, Email") & HEAVY


@pytest.mark.costly
def test_building_an_email_loads_few_modules():
    """An email to plain addresses is built without them, too."""
    code = (
        "from emailapi import Email; Email(sender='a@example.com', to='B <b@example.com>', subject='x', text_body='y')"
    )
    assert not loaded_by(code) & HEAVY


@pytest.mark.costly
def test_a_client_that_sends_loads_no_lists():
    loaded = loaded_by("from emailapi import Client; Client('t').outbound")
    assert "emailapi.resources.outbound" in loaded
    assert not loaded & {"emailapi.models.listing", "emailapi.resources._paging"}


def test_public_classes_pickle_by_reference():
    for name in emailapi.__all__:
        value = getattr(emailapi, name)
        if isinstance(value, type):
            assert pickle.loads(pickle.dumps(value)) is value
