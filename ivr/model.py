"""A menu file, config/menus/<set>.yaml, as strict models (schema ivr/1)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from base.document import Part
from ivr.manners import Defaults
from ivr.steps import AnyStep

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]

StepName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)*$")]
"""With a / only after loading, for the steps of a module."""


class MenuFile(Part):
    """One client company's menus."""

    schema_: Literal["ivr/1"] = Field(alias="schema")
    menu_set: Name
    languages: tuple[str, ...] = Field(min_length=1)
    """The first is spoken until the caller's is known."""
    start: str = "start"
    person: Literal["required", "none"] = "required"
    """`none` lifts the rule that 0 leads to a person from every menu: for lines that no person answers."""
    defaults: Defaults = Defaults()
    steps: dict[StepName, AnyStep] = Field(min_length=1)
