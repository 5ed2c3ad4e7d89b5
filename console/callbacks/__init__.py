"""Callbacks and the numbers that are never called, over HTTP."""
