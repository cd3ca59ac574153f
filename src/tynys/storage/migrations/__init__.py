"""The registry's one history of tables."""
