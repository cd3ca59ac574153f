"""The exact kernels compiled, for series of many readings: the same bytes as the NumPy ones, one pass, no lock held."""
