"""Check, in an environment that has the package and no extras, what its imports load. Run by wheel.py."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

BEFORE = set(sys.modules)
ALLOWED = set("emailapi attr attrs cattrs requests urllib3 certifi charset_normalizer idna tzdata".split())
# A module of typing's, and what the compiler of charset_normalizer leaves beside it.
PASSED_OVER = ("typing_extensions", "__mypyc")

import emailapi  # noqa: E402

HOME = Path(emailapi.__file__).parent.parent
if HOME.name != "site-packages":
    sys.exit(f"emailapi comes from {HOME}")


def loaded() -> set[str]:
    """Return what has been loaded from outside the standard library."""
    files = [Path(sys.modules[name].__file__ or "") for name in set(sys.modules) - BEFORE if has_file(name)]
    found = {file.relative_to(HOME).parts[0] for file in files if file.is_relative_to(HOME)}
    return {name for name in found if not any(word in name for word in PASSED_OVER)}


def has_file(name: str) -> bool:
    """Whether a module comes from a file."""
    return getattr(sys.modules[name], "__file__", None) is not None


if loaded() != {"emailapi"}:
    sys.exit(f"`import emailapi` loads {loaded()}")
for public in emailapi.__all__:
    getattr(emailapi, public)
with emailapi.Client("token", base_url="http://127.0.0.1:9"):
    pass
if not loaded() <= ALLOWED:
    sys.exit(f"making a client loads {loaded() - ALLOWED}")
if version("emailapi-sdk") != emailapi.__version__:
    sys.exit(f"the distribution has version {version('emailapi-sdk')}, the package {emailapi.__version__}")
print(f"emailapi {emailapi.__version__}: {len(emailapi.__all__)} names; loads {', '.join(sorted(loaded()))}")
