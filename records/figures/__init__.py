"""Figures by published definitions: what they are, how they are counted, and the contacts behind each."""
