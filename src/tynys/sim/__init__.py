"""Simulated plants: boiler, stack, analysers that speak real protocols, faults, and the ledger of what was on offer."""
