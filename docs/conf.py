"""How Sphinx builds the site: `make docs`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import emailapi

project = "emailapi"
author = "the emailapi authors"
copyright = "the emailapi authors"  # noqa: A001 - Sphinx calls it so
version = release = emailapi.__version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "myst_parser", "docstrings"]
exclude_patterns = ["_parts"]
# A fence without a language is not code.
highlight_language = "text"

# Text between backticks in a docstring is a link where it names something of the package, else code. A name of the
# package that is on no page is a warning; names of other libraries are not looked for.
default_role = "py:obj"
nitpicky = True
nitpick_ignore_regex = [("py:.*", rf"(?!(emailapi|{'|'.join(emailapi.__all__)})(\.\w+)*$).*")]

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_display_short_literal_types = True
python_maximum_signature_line_length = 200
add_module_names = False
toc_object_entries_show_parents = "hide"

napoleon_numpy_docstring = False
napoleon_attr_annotations = True

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
