"""Who else is told of events by HTTP: what is kept of it. Secrets are not: they lie in the state folder."""
