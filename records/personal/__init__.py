"""What the records hold of persons: which fields it is, and how it is sealed so that it can be erased."""
