"""The notifier (RFC 6665): SUBSCRIBE served, NOTIFY sent; what is told stands in `packages`."""
