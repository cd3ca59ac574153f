"""What exists: plants, instruments, plans, readings, averages, findings. Frozen; no I/O, no clock."""
