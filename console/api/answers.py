"""What routes answer with: models, values that are written as them, files; with a status and headers of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web
from pydantic_core import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that is not sent as the route says: with another status that it declares, or with headers."""

    body: object
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """Declares that a route answers with something else than JSON, such as a recording; its handler sends it."""

    media: tuple[str, ...]


def written(value: object) -> bytes:
    """A value as JSON: models, dataclasses, mappings, moments. Raises PydanticSerializationError for anything else."""
    return to_json(value, inf_nan_mode="null")


def sent(body: object, status: int, headers: Mapping[str, str]) -> web.Response:
    """A response in JSON, not to be kept by anybody on its way: it may name callers."""
    kept = {"Cache-Control": "no-store", **headers}
    return web.Response(body=written(body), status=status, content_type="application/json", headers=kept)
