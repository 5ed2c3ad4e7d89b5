"""What calls to numbers outside may cost: who may call what, and how much of it."""
