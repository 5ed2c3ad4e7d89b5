"""Writes a case's row: what is given becomes columns, what nobody may overwrite unseen is held against its version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from records.cases import tables
from records.cases.case import Urgency, next_look
from records.cases.errors import ChangedMeanwhile
from records.moments import stored, unix
from records.texts import cleaned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records.cases.history import Change

_TEXTS = (
    "customer",
    "reason",
    "title",
    "owner",
    "team",
    "language",
    "reference",
    "tracking",
    "follow_up_note",
)
_MOMENTS = ("due_at", "follow_up_at")
FIELDS = (*_TEXTS, *_MOMENTS)
"""What people may set of a case, beside its urgency."""
_HIDDEN = ("title", "follow_up_note", "customer")
"""Of these the history tells only that they changed."""


def columns(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of what is given; moments come as Unix time, and are told anew."""
    unknown = fields.keys() - {*FIELDS, "urgency"}
    if unknown:
        raise TypeError(f"a case has no {', '.join(sorted(unknown))} that could be set")
    values: dict[str, Any] = {
        name: stored(each) if name in _MOMENTS else cleaned(each) if name in _TEXTS else each
        for name, each in fields.items()
    }
    if "urgency" in values:
        values["urgency"] = int(values["urgency"])
    for name in _MOMENTS:
        if name in values:
            values[f"{name.removesuffix('_at')}_told"] = False
    return values


def told(row: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, object]:
    """What the history says of a change: what it was, and what it is now."""
    found: dict[str, object] = {
        name: [_shown(name, row[name]), _shown(name, values[name])]
        for name in ("urgency", *FIELDS)
        if name in values and name not in _HIDDEN and values[name] != row[name]
    }
    rewritten = [name for name in _HIDDEN if name in values and values[name] != row[name]]
    return {"changes": found, **({"rewritten": rewritten} if rewritten else {})}


def write(
    change: Change,
    row: Mapping[str, Any],
    version: int,
    values: Mapping[str, Any],
    *,
    is_unseen: bool = False,
) -> None:
    """Change columns of a case that is at this version; what is unseen leaves it there.

    Raises ChangedMeanwhile: somebody else was quicker.
    """
    table = tables.case
    after = version if is_unseen else version + 1
    own = {"next_at": next_look({**row, **values}), "changed_at": change.at, "version": after}
    statement = update(table).where(table.c.id == row["id"], table.c.version == version)
    if is_unseen:
        # Of two nodes that look at one moment one tells: this has moved then, and the version has not.
        statement = statement.where(table.c.next_at == row["next_at"])
    if change.connection.execute(statement.values({**values, **own})).rowcount != 1:
        raise ChangedMeanwhile(f"the case {row['id']} is at version {row['version']}: read it again")


def _shown(name: str, value: Any) -> object:
    if name == "urgency":
        return Urgency(value).word
    return round(unix(value)) if name in _MOMENTS and value is not None else value
