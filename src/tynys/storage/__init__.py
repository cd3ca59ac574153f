"""Where things are kept: the journal (truth), the lake (derived), the registry (what the ministry knows)."""
