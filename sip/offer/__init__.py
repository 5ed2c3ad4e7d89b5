"""Offer and answer for one audio stream (RFC 3264): what is said in descriptions, and what both sides then agree on."""
