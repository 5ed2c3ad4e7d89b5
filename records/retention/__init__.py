"""How long the records keep what is personal, what must not be erased meanwhile, and the rights of one person."""
