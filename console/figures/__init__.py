"""Figures over HTTP, the contacts behind them, and records taken out as files."""
