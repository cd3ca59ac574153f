"""Sphinx settings: Markdown in, furo out, every warning an error."""

from importlib.metadata import version as _version

project = "Tynys"
author = "The Tynys developers"
copyright = "The Tynys developers"  # noqa: A001 - Sphinx names it so
release = _version("tynys")
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
html_theme = "furo"
html_static_path = ["_static"]
html_title = "Tynys"
exclude_patterns = ["_build"]
html_theme_options = {"source_repository": "", "navigation_with_keys": True}
