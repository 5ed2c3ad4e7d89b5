"""What was agreed with a client company about its figures, `figures:` in config/clients/ID.yaml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from base.document import Part, suggest
from base.durations import Seconds
from records.figures.catalogue import DEFINITIONS
from records.figures.definition import Unit, Want
from records.figures.settings import REPEAT_DAYS, SHORT


def _targets(value: dict[str, float]) -> dict[str, float]:
    named = [name for name, each in DEFINITIONS.items() if each.want is not Want.NEITHER]
    for name, target in value.items():
        if name not in named:
            raise ValueError(f"{name!r} is no figure with a better and a worse; {suggest(name, named)}")
        if DEFINITIONS[name].unit is Unit.SHARE and target > 1:
            raise ValueError(f"{name} is a share: write 80 % as 0.8")
    return value


class FiguresPart(Part):
    """How the figures of a client company are reckoned, and what they should be."""

    service_level: Literal["offered", "answered", "asterisk"] = "offered"
    """Which of the three is held against what its queues promise."""
    short_abandon: Seconds = SHORT
    """Who hangs up within so long was never really there; a queue may say otherwise."""
    repeat_days: Annotated[int, Field(ge=1, le=90)] = REPEAT_DAYS
    """Who calls again for the same reason within so many days was not helped."""
    targets: Annotated[dict[str, Annotated[float, Field(ge=0)]], AfterValidator(_targets)] = Field(
        default_factory=dict
    )
    """Figure to what it should be: at least, or at most, as the figure wants."""
