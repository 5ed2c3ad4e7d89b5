"""The page of state machines: a diagram and the absorbed inputs of every table that the code runs."""

from __future__ import annotations

import importlib
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base.machine import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from enum import Enum

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("sip", "calls", "records", "ivr", "routing")
HEAD = """<!-- Generated from the tables in the code; `make docs` renews it. -->
# State machines

Each diagram is drawn from the table of the same name, which is what runs. An arrow says which input moves
the machine and, after the slash, the effects that the move asks for. An absorbed input is one that may come
there and changes nothing.
"""


def page() -> str:
    """The page's text."""
    return "\n".join([HEAD, *(_section(module, table) for module, table in _tables())])


def _tables() -> Iterator[tuple[str, Table[Any, Any, Any]]]:
    """Every table of the packages in the order of their files, from where it is made and not used."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "Table(" not in path.read_text(encoding="utf-8"):
                continue
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for value in vars(importlib.import_module(name)).values():
                if isinstance(value, Table):
                    yield name, value


def _section(module: str, table: Table[Any, Any, Any]) -> str:
    lines = [f"## {table.name}", "", f"From `{module.replace('.', '/')}.py`.", ""]
    lines += ["```mermaid", "stateDiagram-v2"]
    lines += [f"    [*] --> {table.initial.name}", *_arrows(table), "```", ""]
    if table.absorbed:
        lines += ["| state | absorbs |", "|---|---|", *_absorbed(table.absorbed), ""]
    return "\n".join(lines)


def _arrows(table: Table[Any, Any, Any]) -> Iterator[str]:
    for (state, event), (following, effects) in table.rows.items():
        asked = f" / {', '.join(effect.name for effect in effects)}" if effects else ""
        yield f"    {state.name} --> {following.name}: {event.name}{asked}"


def _absorbed(pairs: Iterable[tuple[Enum, Enum]]) -> Iterator[str]:
    inputs: dict[str, list[str]] = defaultdict(list)
    for state, event in pairs:
        inputs[state.name].append(event.name)
    for state_name in sorted(inputs):
        yield f"| {state_name} | {', '.join(sorted(inputs[state_name]))} |"
