"""The base of what the interface takes and gives: the text below a field describes it, in OpenAPI as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
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


def model_of(kind: type[Any], name: str) -> type[Model]:
    """A model with the fields of a dataclass and what is said of it: it follows as the dataclass grows."""
    hints = get_type_hints(kind, localns={"Mapping": Mapping})
    every: dict[str, Any] = {each.name: (hints[each.name], ...) for each in fields(kind)}
    return create_model(name, __base__=Model, __doc__=kind.__doc__, **every)


def model_of_table(table: Table, name: str, told: str) -> type[Model]:
    """A model of a derived table's rows as `records.views.detail` gives them: it follows as the table grows."""
    every: dict[str, Any] = {str(each.name): (_column(each), ...) for each in shown_columns(table)}
    return create_model(name, __base__=Model, __doc__=told, **every)


def _column(column: Column[Any]) -> Any:
    kind = Any if is_written(column) else float if is_moment(column) else column.type.python_type
    return kind if not column.nullable else kind | None
