"""Menu sets and prompts over HTTP."""
