"""The voices that can be chosen, one a file."""
