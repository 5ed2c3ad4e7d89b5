"""Reservations: the store that can refuse, offers at work, and why each was made."""
