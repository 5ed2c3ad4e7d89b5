"""People and programs: the HTTP face."""
