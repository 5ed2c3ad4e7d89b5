"""The event packages that are served: reg (RFC 3680), dialog (RFC 4235), message-summary (RFC 3842)."""
