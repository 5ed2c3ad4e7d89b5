"""What keeps strangers and floods off: bans, rates, locked accounts, attack tools, overload."""
