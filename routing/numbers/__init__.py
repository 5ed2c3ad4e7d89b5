"""Numbers that are called: here, and outside."""
