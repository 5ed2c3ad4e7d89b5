"""State shared by the nodes of a centre: memory here, Redis for many machines."""
