"""Who calls, who may know it, who passed the call on, and whether that is proven (RFC 3325, RFC 5806, RFC 8224)."""
