"""Explanations, replayed by formulas written apart from the kernels."""
