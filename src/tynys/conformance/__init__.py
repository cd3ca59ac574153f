"""The conformance corpus: cases any emission data system can be held against, and the runner that does it."""
