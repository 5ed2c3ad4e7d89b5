"""Reasons for being not ready, config/reasons.yaml: the digits after `*12`, how long, whether paid, who may set them.

A time limit makes nobody available: who stays longer is shown, and recorded, as overdue.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field

from base.document import Part, load
from base.durations import Seconds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from base.document import Document, Fault

RANG_OUT = "ring_no_answer"
"""Set by the system: the phone rang and nobody came."""
NO_DISPOSITION = "no_disposition"
"""Set by the system: the result of a call was not given in time."""
OF_THE_SYSTEM = frozenset({RANG_OUT, NO_DISPOSITION})


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason."""

    id: str
    code: str
    """The digits after `*12`."""
    limit: float | None = None
    """Seconds after which it is overdue."""
    is_paid: bool = True
    needs_approval: bool = False
    """Only a supervisor may set it."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What it is called, by language; where it says nothing the prompt `reason_ID` does."""

    @property
    def prompt(self) -> str:
        """The prompt that names it."""
        return f"reason_{self.id}"


@dataclass(frozen=True, slots=True)
class Reasons:
    """All reasons of a centre, by id."""

    by_id: Mapping[str, Reason] = field(default_factory=dict)
    is_required: bool = False
    """Whether `*12` alone is refused."""

    def dialled(self, digits: str) -> Reason | None:
        """The reason of these digits."""
        return next((each for each in self.by_id.values() if each.code == digits), None)


_USUAL = ("break", "lunch", "training", "meeting", "back_office")
USUAL = Reasons({name: Reason(name, str(code)) for code, name in enumerate(_USUAL, start=1)})
"""Those of a centre without a file of its own."""


def _quoted(value: object) -> object:
    if isinstance(value, int):
        raise ValueError('quote it, as it is dialled: "1"')
    return value


Code = Annotated[str, BeforeValidator(_quoted), Field(pattern=r"^[0-9]{1,4}$")]
"""Digits that are dialled after a feature code."""
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
Names = dict[Language, Annotated[str, Field(pattern=r"^[^{}\x00-\x1f]{1,100}$")]]
"""How something is called, by language."""
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class ReasonPart(Part):
    """One reason."""

    code: Code
    name: Names = Field(default_factory=dict)
    limit: Annotated[Seconds, Field(gt=0)] | None = None
    paid: bool = True
    approval: bool = False


class ReasonsFile(Part):
    """reasons.yaml."""

    schema_: Literal["reasons/1"] = Field(alias="schema")
    required: bool = False
    reasons: dict[Id, ReasonPart]


def load_reasons(path: Path, faults: list[Fault]) -> Reasons:
    """The reasons of a file, the usual ones where there is none; faults are appended."""
    if not path.exists():
        return USUAL
    file, at = load(ReasonsFile, path, faults)
    if file is None:
        return USUAL
    _check(file, at, faults)
    return Reasons(
        {
            name: Reason(name, part.code, part.limit, part.paid, part.approval, part.name)
            for name, part in file.reasons.items()
        },
        file.required,
    )


def _check(file: ReasonsFile, at: Document, faults: list[Fault]) -> None:
    """No two of the same digits, none that the system sets itself."""
    codes: dict[str, str] = {}
    for name, part in file.reasons.items():
        here = ("reasons", name)
        if name in OF_THE_SYSTEM:
            faults.append(at.fault(here, f"the reason {name} is the system's own", "choose another name"))
        if part.code in codes:
            what = f"the code {part.code} is that of {codes[part.code]} already"
            faults.append(at.fault((*here, "code"), what, "give each reason its own"))
        codes.setdefault(part.code, name)
