"""The description of the interface (OpenAPI 3.1), made from the declarations of its routes."""

from __future__ import annotations

import inspect
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from console.api import repeats
from console.api.answers import Content
from console.api.reading import FILE, FORM
from console.api.route import ANYBODY, PUBLIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import BaseModel

    from console.api.route import Route

VERSION = "1.0"
_TO = "#/components/schemas/"
_PROBLEM = {"application/problem+json": {"schema": {"$ref": f"{_TO}Problem"}}}
_FILE = {
    FORM: {
        "schema": {
            "type": "object",
            "required": [FILE],
            "properties": {FILE: {"type": "string", "format": "binary"}},
        }
    }
}
_ONCE = {
    "name": repeats.HEADER,
    "in": "header",
    "required": False,
    "description": "The same for a request that is sent again: it is done once, and the answer is given again.",
    "schema": {"type": "string", "pattern": repeats.FORM},
}
_SEEN = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of what is edited, as it was seen: refused with 412 if it has changed since.",
    "schema": {"type": "string"},
}
_INTRODUCTION = """\
What a node knows and does, for pages, wallboards and programs.

Whoever asks sends `Authorization: Bearer KEY`. Lists come page by page: `next` of one page is `cursor` of the next.
Whatever is refused is told as a problem document (RFC 9457) with a stable `code`; what is wrong with a request is
listed in `errors`, each with a JSON pointer. What one may not see is as if it were not there.
"""
_SCHEMAS: dict[str, Any] = {
    "Mistake": {
        "description": "One thing wrong in a request.",
        "type": "object",
        "required": ["pointer", "detail"],
        "additionalProperties": False,
        "properties": {
            "pointer": {"type": "string", "description": "Where: /body/seconds, /query/limit, /path/agent."},
            "detail": {"type": "string"},
        },
    },
    "Problem": {
        "description": "Why a request was refused (RFC 9457).",
        "type": "object",
        "required": ["type", "title", "status", "detail", "code"],
        "additionalProperties": False,
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {
                "type": "string",
                "description": "For people: what is wrong, and what would be right.",
            },
            "code": {"type": "string", "description": "For programs: a word that stays as it is."},
            "errors": {"type": "array", "items": {"$ref": f"{_TO}Mistake"}},
        },
    },
}


class _Schemas(GenerateJsonSchema):
    """Pages are called by what they hold, and fields are not named twice."""

    def normalize_name(self, name: str) -> str:
        """`Page[Agent]` as AgentPage."""
        return super().normalize_name(re.sub(r"^Page\[(\w+)\]$", r"\1Page", name))

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never: the name of a field says it."""
        return False


def describe(routes: Iterable[Route]) -> dict[str, Any]:
    """The whole document, paths in order."""
    every = sorted(routes, key=lambda each: (each.path, each.method))
    found, schemas = _schemas(every)
    paths: dict[str, dict[str, Any]] = {}
    tagged = {each.path for each in every if each.is_tagged}
    for route in every:
        operation = _operation(route, found, is_edit=route.method != "GET" and route.path in tagged)
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Centralita",
            "version": VERSION,
            "description": _INTRODUCTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": each} for each in sorted({route.tag for route in every})],
        "paths": paths,
        "components": {
            "schemas": dict(sorted({**schemas, **_SCHEMAS}.items())),
            "responses": {
                _named(each): {"description": HTTPStatus(each).phrase, "content": _PROBLEM}
                for each in sorted({412, *(status for route in every for status in route.refusals)})
            },
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


_Part = tuple[str, str]
"""The body or the answer of a route, by the route's name."""


def _schemas(routes: Iterable[Route]) -> tuple[dict[_Part, Any], dict[Any, Any]]:
    """The schema of each part, and the definitions that they point to."""
    asked: list[tuple[Any, Any, Any]] = []
    for route in routes:
        body = route.signature.body
        if body is not None:
            asked.append(((route.name, "body"), "validation", TypeAdapter(body).core_schema))
        if route.answer is not None and not isinstance(route.answer, Content):
            asked.append(((route.name, "answer"), "serialization", TypeAdapter(route.answer).core_schema))
    found, definitions = _Schemas(ref_template=f"{_TO}{{model}}").generate_definitions(asked)
    return {key: schema for (key, _), schema in found.items()}, dict(definitions)


def _operation(route: Route, found: Mapping[_Part, Any], *, is_edit: bool) -> dict[str, Any]:
    summary, _, more = inspect.cleandoc(route.handler.__doc__ or "").partition("\n")
    operation: dict[str, Any] = {"operationId": route.name, "tags": [route.tag], "summary": summary}
    if more.strip():
        operation["description"] = more.strip()
    if route.permission == PUBLIC:
        operation["security"] = []
    else:
        operation["security"] = [{"key": []}]
        operation["x-permission"] = "any" if route.permission == ANYBODY else route.permission
    parameters = [
        *_parameters(route.signature.path, "path"),
        *(_parameters(route.signature.query, "query") if route.signature.query is not None else ()),
        *([_ONCE] if route.is_once else ()),
        *([_SEEN] if is_edit else ()),
    ]
    if parameters:
        operation["parameters"] = parameters
    if route.signature.body is not None:
        content = {"application/json": {"schema": found[route.name, "body"]}}
        operation["requestBody"] = {"required": True, "content": content}
    if route.signature.takes_file:
        operation["requestBody"] = {"required": True, "content": _FILE}
    operation["responses"] = _responses(route, found, is_edit=is_edit)
    return operation


def _parameters(model: type[BaseModel], place: str) -> list[dict[str, Any]]:
    """Each field of a path or a query, with the definitions that it needs written out."""
    schema = model.model_json_schema(schema_generator=_Schemas)
    parts = schema.get("$defs", {})
    needed = schema.get("required", ())
    listed = []
    for name, one in schema.get("properties", {}).items():
        plain = _inlined(one, parts)
        entry: dict[str, Any] = {"name": name, "in": place, "required": place == "path" or name in needed}
        if "description" in plain:
            entry["description"] = plain.pop("description")
        listed.append({**entry, "schema": plain})
    return listed


def _inlined(one: Any, parts: Mapping[str, Any]) -> Any:
    if isinstance(one, list):
        return [_inlined(each, parts) for each in one]
    if not isinstance(one, dict):
        return one
    if "$ref" in one:
        return _inlined(parts[one["$ref"].rpartition("/")[2]], parts)
    # A parameter is left out; nobody can write null into an address.
    if "anyOf" in one:
        told = [each for each in one["anyOf"] if each != {"type": "null"}]
        rest = {key: value for key, value in one.items() if key not in ("anyOf", "default")}
        if len(told) == 1:
            return {**_inlined(told[0], parts), **rest}
        return {"anyOf": _inlined(told, parts), **rest}
    return {key: _inlined(value, parts) for key, value in one.items()}


def _responses(route: Route, found: Mapping[_Part, Any], *, is_edit: bool) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status in (route.status, *route.also):
        answer: dict[str, Any] = {"description": HTTPStatus(status).phrase}
        if isinstance(route.answer, Content):
            answer["content"] = {each: {} for each in route.answer.media}
        elif route.answer is not None:
            answer["content"] = {"application/json": {"schema": found[route.name, "answer"]}}
        answers[str(204 if route.answer is None else status)] = answer
    if route.is_tagged:
        answers["304"] = {"description": HTTPStatus(304).phrase}
    edits: dict[int, list[str]] = {412: []} if is_edit else {}
    for status, codes in {**route.refusals, **edits}.items():
        if str(status) in answers:
            continue
        words = f"{HTTPStatus(status).phrase}: {', '.join(sorted(codes))}"
        own = {"description": words, "content": _PROBLEM}
        answers[str(status)] = own if codes else {"$ref": f"#/components/responses/{_named(status)}"}
    return dict(sorted(answers.items()))


def _named(status: int) -> str:
    return HTTPStatus(status).phrase.replace(" ", "")
