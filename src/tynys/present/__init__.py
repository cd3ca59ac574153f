"""Words, numbers, times and SVG charts, shared by pages, commands and reports; knows nothing of HTTP."""
