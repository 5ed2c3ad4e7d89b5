"""Figures and their definitions as JSON, for the command line and the API alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from records.figures.definition import Definition
    from records.figures.figures import Figure, Figures


def as_document(found: Figures) -> dict[str, object]:
    """Figures as JSON, here and in the API."""
    return {
        "by": [group.value for group in found.by],
        "rows": [
            {
                "key": dict(zip((group.value for group in found.by), row.key, strict=True)),
                "figures": {name: _figure(figure) for name, figure in row.figures.items()},
            }
            for row in found.rows
        ],
    }


def _figure(figure: Figure) -> dict[str, object]:
    return {
        "value": None if figure.value is None else round(figure.value, 6),
        "counted": figure.counted,
        "of": figure.of,
        "target": figure.target,
        "missed": None if figure.target is None else figure.is_missed,
    }


def definition_as_document(definition: Definition) -> dict[str, object]:
    """A definition as JSON."""
    return {
        "name": definition.name,
        "title": definition.title,
        "unit": definition.unit.value,
        "formula": definition.formula,
        "meaning": definition.meaning,
        "edges": list(definition.edges),
        "by": sorted(group.value for group in definition.groups),
        "want": definition.want.value,
    }
