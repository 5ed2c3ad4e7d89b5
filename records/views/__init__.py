"""What is derived from events and can be rebuilt from them: contacts, legs, stays in queues."""
