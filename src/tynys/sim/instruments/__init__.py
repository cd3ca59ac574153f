"""The simulated instruments: response, drift, noise, checks and upkeep, resolution, and their registers."""
