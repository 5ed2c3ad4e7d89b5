"""How many agents a load needs: the formulas of Erlang and Palm, targets, and the half-hours of a forecast."""
