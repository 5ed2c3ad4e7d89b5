"""How much calls to numbers outside may come to: the parts `caps` of internal.yaml and external.yaml.

What is counted, and by whom it is paid, is decided above; here stand the figures and what is usual.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from base.document import Part
from base.durations import Seconds


def _figure(value: object) -> object:
    if isinstance(value, bool) or not (value == "unlimited" or (isinstance(value, int) and value >= 0)):
        raise ValueError(f"{value!r} is no limit; write a number, 0 for none at all, or unlimited")
    return value


Limit = Annotated[int | Literal["unlimited"], BeforeValidator(_figure)]
"""At most so many; 0 is none at all."""


class CapsPart(Part):
    """What one account may cause."""

    at_once: Limit = 3
    """Calls at the same time: one that talks, one on hold, one that is being transferred."""
    calls_per_day: Limit = 300
    minutes_per_day: Limit = 600
    """Of all its calls together, from the INVITE on."""
    new_numbers: Limit = 30
    """Numbers that it never called before, within `new_within`."""
    new_within: Annotated[Seconds, Field(gt=0)] = 600.0


class ClientCapsPart(CapsPart):
    """What the callers of one client company may cause: by menus, queues' overflow, callbacks."""

    at_once: Limit = 30
    calls_per_day: Limit = 2_000
    minutes_per_day: Limit = 6_000
    new_numbers: Limit = 200


class CentreCapsPart(CapsPart):
    """What the whole centre may cause."""

    at_once: Limit = 100
    calls_per_day: Limit = 10_000
    minutes_per_day: Limit = 30_000
    new_numbers: Limit = "unlimited"
