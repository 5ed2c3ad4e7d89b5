"""Names of what a node keeps in its state folder."""

from __future__ import annotations

LEDGER_FILE = "ledger.sqlite"
CREDENTIALS_FILE = "credentials.yaml"
TRUNK_PASSWORDS_FILE = "trunk-passwords.yaml"
"""Passwords of our accounts at carriers. They answer challenges, so that hashes would not do."""
KEY_FILE = "api-key"
"""The key that the API asks for."""
HTTP_FILE = "http-address"
"""Where the running node's API listens, for the commands that talk to it."""
MENUS_FILE = "menus.db"
"""The versions of menu sets, and which of them is live."""
PROMPTS_FOLDER = "prompts"
RECORDINGS_FOLDER = "recordings"
SWITCHES_FILE = "switches.yaml"
"""Emergency closures and announcements that are on."""
