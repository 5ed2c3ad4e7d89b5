"""Transfers (RFC 3515, RFC 3891): REFER that we serve and that we send, and Replaces."""
