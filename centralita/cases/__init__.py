"""Cases of a running node: what callers leave becomes cases, terms run by calendars, the ledger is told."""
