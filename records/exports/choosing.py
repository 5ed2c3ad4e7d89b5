"""What can be taken out, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.exports.cdr_rows import CdrRows
from records.exports.datasets import DATASETS
from records.exports.figure_rows import FigureRows

if TYPE_CHECKING:
    from records.exports.export import Rows
    from records.figures.question import Question

CDR, FIGURES = "cdr", "figures"
NAMES = (*DATASETS, CDR, FIGURES)
SPANS = "agent_spans"
"""Of no client company: not for those who may see only some."""


def rows_of(name: str, asked: Question) -> Rows:
    """The rows of a dataset of NAMES."""
    if name == FIGURES:
        return FigureRows(asked)
    return CdrRows() if name == CDR else DATASETS[name]
