"""Versions of the registry, oldest first."""
