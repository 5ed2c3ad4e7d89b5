"""Contacts over HTTP: what is known of them, what is said in them now, calls that are begun."""
