"""What docs/routing.md says is so: its example loads, its table names each strategy and alias."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from routing.documents import QueuesFile
from routing.strategies import STRATEGIES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "routing.md").read_text(encoding="utf-8")


def test_the_example_loads() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    queue = QueuesFile.model_validate(yaml.safe_load(example)).queues["bank_cards"]
    assert [step.after for step in queue.relax] == [30, 90]


def test_the_table_names_each_strategy_with_its_aliases() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| .* \| (`.*) \|$", PAGE, flags=re.MULTILINE)
    told = {name: tuple(re.findall(r"`([^`]+)`", aliases)) for name, aliases in rows}
    assert told == {name: strategy.aliases for name, strategy in STRATEGIES.items()}
