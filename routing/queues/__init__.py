"""Queues: entries in line and what they ask, who is due first, how long they wait."""
