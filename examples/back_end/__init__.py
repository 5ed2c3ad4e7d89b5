"""An example of a client company's system, as Centralita asks it: docs/back-end.md."""
