"""People over HTTP: signing in, the directory, API keys, the audit log."""
