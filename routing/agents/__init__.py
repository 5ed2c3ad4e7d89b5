"""Agents: their status and state as tables, who is there, what they are given and may not do, what is kept of them."""
