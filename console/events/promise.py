"""The catalogue as a JSON Schema, and what a version has promised of it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from console.events.catalogue import CATALOGUE, SCHEMA

if TYPE_CHECKING:
    from console.events.catalogue.field import EventType

_TEXT_OR_NULL = {"type": ["string", "null"]}
_HEAD: dict[str, Any] = {
    "schema": {"const": SCHEMA},
    "cursor": {**_TEXT_OR_NULL, "description": "The event's place in the order of all; null in a test."},
    "id": {"type": "string", "description": "The same whenever the same event is told again."},
    "at": {"type": "string", "format": "date-time", "description": "UTC, with microseconds."},
    "type": {"type": "string"},
    "contact": _TEXT_OR_NULL,
    "leg": _TEXT_OR_NULL,
    "agent": _TEXT_OR_NULL,
    "client": _TEXT_OR_NULL,
    "node": _TEXT_OR_NULL,
    "data": {"type": "object"},
}


@cache
def json_schema() -> dict[str, Any]:
    """What each event fits (JSON Schema 2020-12). Receivers pass over fields and types that they do not know."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:centralita:events:{SCHEMA}",
        "title": f"Events of Centralita, schema {SCHEMA}",
        "type": "object",
        "required": list(_HEAD),
        "properties": _HEAD,
        "oneOf": [_one(name, row) for name, row in sorted(CATALOGUE.items())],
    }


def promise() -> dict[str, Any]:
    """Type to field to JSON type: what may grow and never shrinks within a version."""
    return {
        "schema": SCHEMA,
        "head": sorted(_HEAD),
        "types": {
            name: {field: each.json for field, each in sorted(row.fields.items())}
            for name, row in sorted(CATALOGUE.items())
        },
    }


def broken(promised: dict[str, Any], kept: dict[str, Any]) -> list[str]:
    """What was promised and is not kept."""
    found = [f"head: {each} is gone" for each in promised["head"] if each not in kept["head"]]
    if promised["schema"] != kept["schema"]:
        return [f"another version: {kept['schema']}"]
    for name, fields in promised["types"].items():
        row = kept["types"].get(name)
        if row is None:
            found.append(f"{name} is gone")
            continue
        for field, kind in fields.items():
            if field not in row:
                found.append(f"{name}.{field} is gone")
            elif row[field] != kind:
                found.append(f"{name}.{field} was {kind} and is {row[field]}")
    return found


def _one(name: str, row: EventType) -> dict[str, Any]:
    fields = {field: {"type": [each.json, "null"]} for field, each in sorted(row.fields.items())}
    return {
        "description": row.words,
        "properties": {"type": {"const": name}, "data": {"type": "object", "properties": fields}},
    }
