"""Customers, cases, complaints and notes over HTTP; promises kept and broken; what callers answered."""
