"""Measurements of the whole, each beside a peer on the same machine in the same run. Never a test."""
