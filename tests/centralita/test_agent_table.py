"""The table of agents is whole on every terminal."""

from __future__ import annotations

import pytest

from centralita.agent_table import print_agents


@pytest.mark.parametrize("columns", ["40", "200"])
def test_agents_are_shown_whole_whatever_the_terminal(
    columns: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    ana = {
        "id": "ana",
        "name": "Ana García",
        "status": "logged_out",
        "reason": None,
        "state": "device_offline",
    }
    print_agents([{**ana, "reachable": False, "queues": ["banco_seguridad", "banco_atencion"]}])
    head, line = capsys.readouterr().out.splitlines()
    assert head.split() == ["agent", "name", "status", "reason", "state", "phone", "queues"]
    assert line.rstrip().endswith("offline  banco_seguridad, banco_atencion")
