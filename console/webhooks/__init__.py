"""Webhooks: events given to other systems by signed HTTP requests, in order, until they arrive."""
