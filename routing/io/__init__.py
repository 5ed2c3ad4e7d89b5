"""The impure edge of routing: the running distributor and the application that serves a queue to a contact."""
