from __future__ import annotations

import pytest

from centralita import cli
from records.errors import LedgerMissing


def test_a_fault_that_a_command_does_not_catch_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise LedgerMissing("no ledger in x")

    monkeypatch.setattr(cli, "app", fails)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == "centralita: no ledger in x"
