"""Callbacks: whom we promised to call back, until it is done or can no longer be. Pure; `now` is Unix seconds here."""
