"""Agents of a node: their codes, lamps, calls in progress, results, and supervisors."""
