"""Figures for Prometheus: what is in use is looked up when asked, what happened is counted as it happens."""
