"""Digest authentication, both sides (RFC 7616, RFC 8760): sums, nonces, judging, our own login, stored secrets."""
