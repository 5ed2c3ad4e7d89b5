"""A copy of the shipped configuration with one file of it broken."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from base.document import errors
from base.errors import DocumentError
from centralita.configuration import check_configuration, load_configuration

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]


def spoil(tmp_path: Path, name: str, change: Callable[[str], str]) -> list[str]:
    """Break one file of a copy of the shipped configuration; the faults."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    shutil.copytree(ROOT / "sip_profiles", tmp_path / "sip_profiles")
    (tmp_path / "prompts").mkdir()
    for file in (ROOT / "prompts").glob("*.yaml"):
        shutil.copy(file, tmp_path / "prompts")
    broken = tmp_path / name
    text = broken.read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text
    broken.write_text(changed, encoding="utf-8")
    found, faults = check_configuration(tmp_path / "config")
    assert found is None
    with pytest.raises(DocumentError):
        load_configuration(tmp_path / "config")
    return [str(fault).replace(f"{tmp_path}/", "") for fault in errors(faults)]
