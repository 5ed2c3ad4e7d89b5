"""The example of trunks in docs/operations.md works as it stands."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import yaml

from centralita.configuration import check_configuration

ROOT = Path(__file__).resolve().parents[2]


def test_the_example_of_trunks_has_no_faults(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n# (\S+)\n(.*?)```", page, flags=re.DOTALL)
    assert [name for name, _ in blocks] == [
        "sip_profiles/external.yaml",
        "config/numbers.yaml",
        "sip_profiles/internal.yaml",
    ]
    shutil.copytree(ROOT / "config", tmp_path / "config")
    shutil.copytree(ROOT / "sip_profiles", tmp_path / "sip_profiles")
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    for name, text in blocks:
        shipped = yaml.safe_load((tmp_path / name).read_text(encoding="utf-8"))
        example = yaml.safe_load(text)
        for key, value in example.items():
            if isinstance(value, list) and key in shipped:
                shipped[key] = shipped[key] + value
            elif isinstance(value, dict) and key in shipped:
                shipped[key].update(value)
            else:
                shipped[key] = value
        (tmp_path / name).write_text(yaml.safe_dump(shipped), encoding="utf-8")
    found, faults = check_configuration(tmp_path / "config")
    assert faults == []
    assert found is not None
    carrier = found.profiles.trunk("carrier")
    assert carrier is not None
    assert carrier.numbers.sent("+34600111222") == "0034600111222"
