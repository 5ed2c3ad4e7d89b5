"""Results that agents give to calls, `dispositions` of config/clients/ID.yaml: digits after `*15`, and names."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from base.document import Part
from base.durations import Seconds
from routing.agents.reasons import Code, Names


class DispositionPart(Part):
    """One result."""

    name: Annotated[Names, Field(min_length=1)]


class DispositionsPart(Part):
    """Those of one client company."""

    required: bool = False
    """Wrap-up lasts until a result is given."""
    wait: Annotated[Seconds, Field(gt=0)] = 300.0
    """How long it waits for one that is required; then the agent is set not ready."""
    codes: dict[Code, DispositionPart] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _can_be_given(self) -> Self:
        if self.required and not self.codes:
            raise ValueError(
                'a result is required, and there is none to give: add codes: {"1": {name: {en: ...}}}'
            )
        return self


def prompt_of(client: str, code: str) -> str:
    """The prompt that names a result."""
    return f"disposition_{client}_{code}"
