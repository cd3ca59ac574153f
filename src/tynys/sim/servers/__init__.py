"""Real servers in front of the simulated instruments: Modbus TCP and OPC UA."""
