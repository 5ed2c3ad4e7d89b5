"""The table of agents is whole on every terminal."""

from __future__ import annotations

import pytest

from centralita.agents.table import print_agent, print_agents


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
    assert head.split() == [
        "agent",
        "name",
        "status",
        "reason",
        "since",
        "(UTC)",
        "state",
        "phone",
        "calls",
        "queues",
    ]
    assert line.rstrip().endswith("offline         banco_seguridad, banco_atencion")


def test_who_is_overdue_or_assigned_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    ana = {
        "id": "ana",
        "name": "",
        "status": "not_ready",
        "reason": "lunch",
        "state": "wrap_up",
        "reachable": True,
        "queues": ["vip"],
        "since": "2026-03-10T11:30:00+00:00",
        "wrap_up_until": "2026-03-10T11:31:00+00:00",
        "overdue": True,
        "assigned": True,
        "calls_today": 7,
        "skills": {"cards": 3},
        "contact": None,
    }
    print_agents([ana])
    shown = capsys.readouterr().out
    assert "lunch overdue" in shown
    assert "2026-03-10 11:30" in shown
    assert "wrap_up until 2026-03-10 11:31 UTC" in shown
    assert "vip (assigned)" in shown
    print_agent(ana)
    lines = capsys.readouterr().out.splitlines()
    assert any(line.split() == ["skills", "cards", "3"] for line in lines)
    assert not any(line.startswith("contact") for line in lines)
