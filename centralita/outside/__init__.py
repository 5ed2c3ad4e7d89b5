"""Calls to the outside: trunks and carriers, what may be dialled, what it may cost."""
