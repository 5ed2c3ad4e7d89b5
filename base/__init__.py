"""A few small files shared by every layer: table engine, timers, errors, identifiers, secrets, documents."""
