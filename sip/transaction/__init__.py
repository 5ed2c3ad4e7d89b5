"""The four transaction machines (RFC 3261 s.17, RFC 6026): tables, matching and the layer that runs them."""
