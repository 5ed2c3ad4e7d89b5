"""Durations as administrators write them in YAML ("20s", "500ms", "2m", 6) and as code keeps them (seconds, float)."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "": 1.0}
_FORM = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|)")


def seconds(value: object) -> float:
    """Read a number of seconds, or a number with a unit. Raises ValueError with what would be right."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        found = float(value)
    else:
        form = _FORM.fullmatch(value.strip()) if isinstance(value, str) else None
        if form is None:
            raise ValueError(f"{value!r} is not a duration; write seconds (6) or a unit (500ms, 20s, 2m, 1h)")
        found = float(form[1]) * _UNITS[form[2]]
    if found < 0:
        raise ValueError("a duration cannot be negative")
    return found


Seconds = Annotated[float, BeforeValidator(seconds)]
"""A pydantic field type: accepts the forms above and gives seconds."""
