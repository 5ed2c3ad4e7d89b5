"""Contact, leg, bridge, transfer: one call-control API over sip and media."""
