"""People and programs: the HTTP interface of a node."""
