"""The base of what the interface takes and gives: the text below a field describes it, in OpenAPI as well."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from dataclasses import fields
from itertools import pairwise
from textwrap import dedent
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

from pydantic import AfterValidator, ConfigDict, Field, create_model

from base.document import Part
from records.views.detail import is_moment, is_written, shown_columns

if TYPE_CHECKING:
    from sqlalchemy import Column, Table


class Model(Part):
    """Refuses fields that it does not know."""

    model_config = ConfigDict(use_attribute_docstrings=True, json_schema_serialization_defaults_required=True)


def printable(value: str) -> str:
    """Text that a table and a log can show on one line."""
    if not value.isprintable():
        raise ValueError("must be one line of printable text")
    return value


Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(printable)]
"""One line of text that says something."""
Note = Annotated[str, Field(max_length=200), AfterValidator(printable)]
"""One line of text, or nothing."""
Name = Annotated[str, Field(min_length=1, max_length=200)]
"""What something is called, in paths; whether there is such a thing is for the handler to say."""


def model_of(kind: type[Any], name: str, /, **otherwise: Any) -> type[Model]:
    """A model with the fields of a dataclass and what is said of them: it follows as the dataclass grows.

    `otherwise` are the types of fields that are shown in another form, or besides.
    """
    hints, said = get_type_hints(kind, localns={"Mapping": Mapping}) | otherwise, _said(kind)
    names = dict.fromkeys((*(each.name for each in fields(kind)), *otherwise))
    every: dict[str, Any] = {each: (hints[each], Field(description=said.get(each))) for each in names}
    return create_model(name, __base__=Model, __doc__=kind.__doc__, **every)


def model_of_table(table: Table, name: str, told: str) -> type[Model]:
    """A model of a derived table's rows as `records.views.detail` gives them: it follows as the table grows."""
    every: dict[str, Any] = {str(each.name): (_column(each), ...) for each in shown_columns(table)}
    return create_model(name, __base__=Model, __doc__=told, **every)


def _said(kind: type[Any]) -> dict[str, str]:
    """The text below each field of a class, as `use_attribute_docstrings` reads it where a model is written out."""
    (written,) = ast.parse(dedent(inspect.getsource(kind))).body
    assert isinstance(written, ast.ClassDef)
    return {
        field.target.id: inspect.cleandoc(below.value.value).replace("None", "null")
        for field, below in pairwise(written.body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        if isinstance(below.value.value, str)
    }


def _column(column: Column[Any]) -> Any:
    kind = Any if is_written(column) else float if is_moment(column) else column.type.python_type
    return kind if not column.nullable else kind | None
