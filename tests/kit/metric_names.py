"""What Prometheus' conventions ask of names and labels, as a reader of pages finds it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prometheus_client import Metric

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_NOT_BASE = re.compile(r"_(milliseconds|ms|minutes|hours|percent|kilobytes|kb|mb)(_|$)")
_UNSTABLE = re.compile(r"contact|leg_id|number|ani|caller|call_id")
"""Labels that would have a new value with each call."""


def families(page: str) -> dict[str, Metric]:
    """The page as Prometheus would read it."""
    found: dict[str, Metric] = {}
    for family in text_string_to_metric_families(page):
        assert family.name not in found, f"{family.name} stands twice"
        found[family.name] = family
    return found


def value(found: Mapping[str, Metric], sample: str, **labels: str) -> float | None:
    """One sample of a page."""
    for family in found.values():
        for each in family.samples:
            if each.name == sample and each.labels == labels:
                return float(each.value)
    return None


def lint(found: Mapping[str, Metric]) -> Iterator[str]:
    """What speaks against our own families; those of the process are the library's."""
    for name, family in found.items():
        if not name.startswith("centralita_"):
            continue
        if not _NAME.fullmatch(name) or _NOT_BASE.search(name):
            yield f"{name}: not lower case words and a base unit"
        if not family.documentation or family.documentation.endswith("."):
            yield f"{name}: needs a line of help without full stop"
        if family.type == "gauge" and name.endswith(("_total", "_count", "_sum", "_bucket")):
            yield f"{name}: a gauge is not called so"
        if family.type == "counter" and not all(each.name.endswith("_total") for each in family.samples):
            yield f"{name}: a counter ends with _total"
        if family.type == "histogram" and not name.endswith(("_seconds", "_bytes", "_ratio")):
            yield f"{name}: a histogram names its unit"
        if family.type == "unknown":
            yield f"{name}: has no type"
        for label in {label for each in family.samples for label in each.labels}:
            if _UNSTABLE.search(label):
                yield f"{name}: the label {label} has too many values"
