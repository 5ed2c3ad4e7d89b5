"""Alerts and dashboard in examples/ ask for figures that there are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from tests.centralita.metrics.test_page import text  # noqa: F401 - the fixture
from tests.kit.metric_names import families

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
WEBHOOKS = {f"centralita_webhook_{name}" for name in ("paused", "failing_seconds", "lag_events")}
"""Figures of parts that the page of these tests does not have; tests/centralita/metrics/test_told.py holds them."""


def expressions() -> Iterator[str]:
    alerts = yaml.safe_load((EXAMPLES / "prometheus/alerts.yaml").read_text(encoding="utf-8"))
    for group in alerts["groups"]:
        for rule in group["rules"]:
            assert rule["annotations"]["summary"]
            yield rule["expr"]
    board = json.loads((EXAMPLES / "grafana/centralita.json").read_text(encoding="utf-8"))
    for panel in board["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def test_every_figure_that_is_asked_for_is_there(text: str) -> None:  # noqa: F811 - the fixture
    samples = {each.name for family in families(text).values() for each in family.samples}
    samples |= set(families(text)) | {f"{name}_bucket" for name in families(text)}
    asked = {name for each in expressions() for name in re.findall(r"\b(?:centralita|process)_[a-z_]+", each)}
    assert len(asked) > 15
    counted = {f"{name}_total" for name in families(text)}
    assert asked - samples - counted - WEBHOOKS == set()
