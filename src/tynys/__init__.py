"""Tynys: open emissions monitoring, from the analyser's register to the public page."""

__version__ = "0.1.0"
