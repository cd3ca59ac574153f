"""Instrument faults on command: what they are, how they are named, what they do to a signal."""
