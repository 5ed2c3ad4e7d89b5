"""Menus of a node: drafts, versions and what is live; trying them; what they know of the centre."""
