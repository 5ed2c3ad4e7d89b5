"""Traces for OpenTelemetry: one for each contact, made of committed events in a thread; nothing personal in them."""
