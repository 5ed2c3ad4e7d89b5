"""Contact, leg, bridge and the exchange that joins them: one call-control API over sip and media."""
