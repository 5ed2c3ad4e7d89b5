"""The INVITE usage of a dialog (RFC 3261 s.13 to s.15): its tables, offers, provisional answers, refreshes, retries."""
