"""What others are told of events: the catalogue with its promise, the form, the hub, and the routes."""
