"""Phones that register here (RFC 3261 s.10.3, Path, outbound): what they ask, what is kept, whether they answer."""
