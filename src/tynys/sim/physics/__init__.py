"""The physics of the simulated plants: pure functions of time and seed, over arrays of instants."""
