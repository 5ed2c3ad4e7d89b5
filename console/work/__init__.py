"""Agents and queues over HTTP: seen, and directed by people."""
