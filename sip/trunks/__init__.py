"""Carriers: settings, numbers as they write them, what is learned of them, our registration there, kept open."""
