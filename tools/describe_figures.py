"""The page of figures: each definition as it is computed, from records/figures/catalogue.py."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from records.figures.catalogue import DEFINITIONS
from records.figures.definition import Group, Want

if TYPE_CHECKING:
    from records.figures.definition import Definition

HEAD = """<!-- Generated from records/figures/catalogue.py; `make docs` renews it. -->
# Figures and their definitions

`centralita figures` prints them for a day or more, `--by` client, queue, agent, reason, language, half-hour, hour, day
or two of these; `figures explain NAME` says what stands here, `figures contacts NAME` lists the contacts behind one.
The API has the same under `/api/v1/figures`.

Days and half-hours are those of the client company's clock (that of its `hours`, else the centre's): a day may have 23
or 25 hours, and an hour that comes twice is two. T (`service_level.within`) and S (`short_abandon`) are
[settings](settings.md) of queues, S and N (`repeat_days`) of client companies. A company's `figures.service_level` says
which of the three is held against what a queue promises; `figures.targets` names what other figures should be.

A figure of nothing (no calls to divide by) is empty, not 0. All are counted on a day that was worked out by hand:
`tests/data/records/day.yaml`.
"""
_WANT = {Want.HIGH: ", more is better", Want.LOW: ", less is better", Want.NEITHER: ""}
_SHARED = 3
"""What is said of so many figures stands once, at the top."""


def page() -> str:
    """The page's text."""
    said = Counter(edge for each in DEFINITIONS.values() for edge in each.edges)
    shared = [edge for edge, times in said.items() if times >= _SHARED]
    top = "Of all that counts waits in queues (offered to longest_wait):\n\n"
    return "\n".join([HEAD, top + _listed(shared), *(_about(each, shared) for each in DEFINITIONS.values())])


def _about(definition: Definition, shared: list[str]) -> str:
    edges = [edge for edge in definition.edges if edge not in shared]
    left_out = [group.value for group in Group if group not in definition.groups]
    if left_out:
        edges.append(f"Not by {', '.join(left_out)}.")
    head = f"## {definition.name}\n\n**{definition.title}** ({definition.unit.value}{_WANT[definition.want]})"
    return f"{head} = {definition.formula}\n\n{definition.meaning}\n" + (
        f"\n{_listed(edges)}" if edges else ""
    )


def _listed(edges: list[str]) -> str:
    return "".join(f"- {edge}\n" for edge in edges)
