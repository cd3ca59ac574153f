"""The plant's program: polls analysers, spools, seals, sends, and keeps its own averages with the line cut."""
