"""What the log says of bans."""

from __future__ import annotations

from structlog.testing import capture_logs

from centralita.bans import BanLog


def test_each_ban_is_said_and_a_flood_of_them_is_not() -> None:
    now = 0.0
    note = BanLog(lambda: 300.0, lambda: now)
    with capture_logs() as lines:
        note("192.0.2.1", "passwords")
        note("192.0.2.2", "requests")
        note("192.0.2.3", "scanner")
        now = 1.5
        note("192.0.2.4", "requests")
    said = {"event": "source_banned", "log_level": "warning", "seconds": 300.0}
    assert lines == [
        {**said, "source": "192.0.2.1", "why": "passwords"},
        {**said, "source": "192.0.2.4", "why": "requests", "others_unsaid": 2},
    ]
