"""Pure kernels on NumPy arrays: reference conditions, averaging, mass, states, forecast. No I/O, no clock, no log."""
