"""What a route asks for, read from its handler's annotations: values of the path, a model of query and of body."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model

if TYPE_CHECKING:
    from collections.abc import Callable

_NAMES = re.compile(r"\{(\w+)\}")
_STRICT = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of a handler; a part that it does not ask for is None."""

    path: type[BaseModel]
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    takes_request: bool
    takes_file: bool = False


def signature(handler: Callable[..., Any], path: str) -> Signature:
    """Read one. Raises TypeError where handler and path do not fit: a mistake of the programmer, found at import."""
    hints = get_type_hints(handler, include_extras=True)
    names, asked = set(_NAMES.findall(path)), list(inspect.signature(handler).parameters)
    strangers = set(asked) - names - {"request", "query", "body", "file"}
    if strangers or not names <= set(asked):
        odd = ", ".join(sorted(strangers | (names - set(asked))))
        raise TypeError(f"{handler.__qualname__} and its path {path} do not agree on: {odd}")
    fields: dict[str, Any] = {each: (hints[each], ...) for each in asked if each in names}
    made = create_model(f"{handler.__name__}_path", __config__=_STRICT, **fields)
    parts = _model(hints, "query"), _model(hints, "body")
    return Signature(made, *parts, "request" in asked, "file" in asked)


def _model(hints: dict[str, Any], name: str) -> type[BaseModel] | None:
    found: type[BaseModel] | None = hints.get(name)
    if found is None:
        return None
    if not issubclass(found, BaseModel) or found.model_config.get("extra") != "forbid":
        raise TypeError(
            f"{name}: {found!r} is no model that refuses what it does not know (base.document.Part)"
        )
    return found
