"""Numbers, queues, agents, skills, strategies and reservations; knows no SIP."""
