"""How Sphinx builds the site: `make docs`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from emailapi import __version__

project = "emailapi"
author = "the emailapi authors"
copyright = "the emailapi authors"  # noqa: A001 - Sphinx calls it so
version = release = __version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "myst_parser", "rendering"]
exclude_patterns = ["_parts"]
nitpicky = True
# The database of a sandbox has no page: tests rarely need it.
nitpick_ignore = [("py:class", "emailapi.sandbox.store.Store")]
# What a `Sending` is made of is not made by users.
# A fence without a language is no code.
highlight_language = "text"
# What stands between backticks in a docstring is a name if we have such a thing, else code: `rendering` tells.
default_role = "py:obj"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_display_short_literal_types = True
python_maximum_signature_line_length = 180
add_module_names = False
toc_object_entries_show_parents = "hide"

napoleon_numpy_docstring = False
napoleon_google_docstring = True

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

html_theme = "furo"
pygments_dark_style = "github-dark"
html_title = f"emailapi {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}
