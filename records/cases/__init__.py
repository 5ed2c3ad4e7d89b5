"""Customers, cases and complaints, notes; whether promised callbacks were kept; what callers answered afterwards."""
