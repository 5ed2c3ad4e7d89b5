"""Queues of a node: what is spoken there, who comes back, who is called when nobody comes, why somebody was chosen."""
