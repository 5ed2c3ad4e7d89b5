"""Writes docs/roles.md: which role has which permission, from the one table that the program asks."""

from __future__ import annotations

from records.people.roles import AUDITED_READS, GRANTABLE, MAY, PERMISSIONS, Role

_HEAD = """<!-- Made by `make docs` from records/people/roles.py; do not edit. -->

# Roles

Which role may do what; [people](people.md) tells how people get theirs. *grant*: not by the role, but one person may
be given it (`centralita people edit ID --grant PERMISSION`). Reading by those marked * is written into the audit log,
as every change is.

"""


def page() -> str:
    """The page."""
    head = ["permission", "", *(role.value for role in Role)]
    rows = [
        [f"`{name}`{'*' if name in AUDITED_READS else ''}", words, *(_cell(role, name) for role in Role)]
        for name, words in PERMISSIONS.items()
    ]
    lines = [head, ["---"] * len(head), *rows]
    return _HEAD + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(role: Role, permission: str) -> str:
    if permission in MAY[role]:
        return "yes"
    return "grant" if permission in GRANTABLE[role] else ""
