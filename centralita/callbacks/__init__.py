"""Callbacks of a node: what joins the book of promises to calls, clients and the API."""
