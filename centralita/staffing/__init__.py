"""How many agents: forecasts, simulations and their tables for the command line."""
