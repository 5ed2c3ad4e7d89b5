"""Reads the parts of a request into the models that a route declares; every mistake is told at once."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import BodyPartReader
from aiohttp.http import HttpProcessingError
from pydantic import BaseModel, ValidationError

from console.api.mistakes import NO_MOMENT, invalid, mistakes, pointer
from console.problem import Mistake, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aiohttp import web

M = TypeVar("M", bound=BaseModel)
JSON = "application/json"
FORM = "multipart/form-data"
FILE = "file"
_LITERAL = re.compile(r"-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,18})?|true|false")
"""What stands for itself in a query: numbers as JSON writes them, true and false."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_HALF = re.compile(r"\\\\ud[89a-f]", re.IGNORECASE)


def read_path(model: type[M], request: web.Request) -> M:
    """The values of the path. Raises Refusal: what has not their form cannot be there."""
    if any("\0" in value for value in request.match_info.values()):
        raise Refusal(400, "no_text", "the address holds what no name holds")  # and no database takes
    try:
        return _read(model, {name: [value] for name, value in request.match_info.items()})
    except ValidationError as error:
        raise invalid("path", mistakes(error, "path"), status=404) from None


def read_query(model: type[M] | None, request: web.Request) -> M | None:
    """The query; a route without a model of it takes none. Raises Refusal."""
    given: dict[str, list[str]] = {}
    for name, value in request.query.items():
        given.setdefault(name, []).append(value)
    if model is None:
        if given:
            raise invalid("query", [Mistake(pointer("query", each), "is not known here") for each in given])
        return None
    lists = _lists(model)
    twice = [name for name, values in given.items() if len(values) > 1 and name not in lists]
    if twice:
        raise invalid("query", [Mistake(pointer("query", each), "stands twice") for each in twice])
    try:
        return _read(model, given)
    except ValidationError as error:
        raise invalid("query", mistakes(error, "query", _known(model))) from None


async def read_body(model: type[M], request: web.Request) -> M:
    """The body. Raises Refusal, and what aiohttp raises for one that is too large."""
    if request.content_type != JSON or (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise Refusal(415, "unsupported_media_type", f"send {JSON} in UTF-8", headers={"Accept": JSON})
    raw = await request.read()
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        found = mistakes(error, "body", _known(model))
        if error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid":
            raise Refusal(400, "no_json", "the body is not JSON in UTF-8") from None
        raise invalid("body", found) from None


async def read_file(request: web.Request, most: int) -> bytes:
    """The part `file` of a form, of `most` bytes. Raises Refusal."""
    if request.content_type != FORM:
        raise Refusal(415, "unsupported_media_type", f"send {FORM}", headers={"Accept": FORM})
    try:
        async for part in await request.multipart():
            # A part that nobody asked for is not read to its end, however long: it is as large as the body may be.
            if not isinstance(part, BodyPartReader):
                break
            content = await _whole(part, most)
            if part.name == FILE:
                return content
    except (ValueError, AssertionError, LookupError, HttpProcessingError):
        raise Refusal(400, "no_form", f"the body is no {FORM}") from None
    raise invalid("body", [Mistake(pointer("body", FILE), "is needed")])


async def _whole(part: BodyPartReader, most: int) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk():
        content += chunk
        if len(content) > most:
            raise Refusal(413, "too_large", f"the file has more than {most} bytes")
    return bytes(content)


def _read(model: type[M], given: Mapping[str, list[str]]) -> M:
    """Values that came as text: a number or a truth where the model has one, text everywhere else."""
    lists, texts = _lists(model), _texts(model)
    wrong = [name for name in _moments(model) & set(given) if not all(map(_DAY.match, given[name]))]
    if wrong:
        # The models take seconds for moments, too, though they do not say so.
        raise invalid("query", [Mistake(pointer("query", name), NO_MOMENT) for name in wrong])

    def value(name: str, text: str) -> Any:
        is_text = name in texts or _LITERAL.fullmatch(text) is None
        return text if is_text else json.loads(text)

    read = {
        name: [value(name, each) for each in values] if name in lists else value(name, values[0])
        for name, values in given.items()
    }
    text = json.dumps(read)
    if _HALF.search(text):
        raise Refusal(400, "no_text", "the address holds what is no text in UTF-8")
    return model.model_validate_json(text, strict=True)


@cache
def _moments(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(
        name
        for name, one in model.model_json_schema().get("properties", {}).items()
        if any(each.get("format") in ("date-time", "date") for each in (one, *one.get("anyOf", ())))
    )


@cache
def _lists(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(name for name, types in _types(model).items() if "array" in types)


@cache
def _texts(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(name for name, types in _types(model).items() if "string" in types)


def _known(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


@cache
def _types(model: type[BaseModel]) -> dict[str, frozenset[str]]:
    """The JSON types that each field takes; of a list, those of its parts as well."""
    schema = model.model_json_schema()
    parts = schema.get("$defs", {})

    def types(one: Mapping[str, Any]) -> Iterable[str]:
        if "$ref" in one:
            yield from types(parts[one["$ref"].rpartition("/")[2]])
        if "type" in one:
            yield one["type"]
        for each in (*one.get("anyOf", ()), *([one["items"]] if "items" in one else [])):
            yield from types(each)

    return {name: frozenset(types(one)) for name, one in schema.get("properties", {}).items()}
