"""centralita.failures: something nobody foresaw ends one call and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from structlog.testing import capture_logs

from centralita.failures import warn_of_recordings
from records.event import LedgerEvent
from sip.events import SessionAnswered, SessionRefused
from tests.kit.party import House, Party

if TYPE_CHECKING:
    import pytest

    from calls.contact import Contact

CARD = "4111111111111111"


async def test_a_failing_arrival_is_refused_and_leaves_nothing_behind(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fail(contact: Contact) -> NoReturn:
        raise KeyError(CARD)

    async with House() as house, Party() as party:
        house.on_arrival = fail
        party.call(house, party.body())
        refused = await party.hears(SessionRefused)
        assert refused.status == 503
        await house.over()
        house.contacts.clear()
        house.on_arrival = lambda contact: None
        party.call(house, party.body())
        _, leg = await house.arrival()
        leg.answer()
        await party.hears(SessionAnswered)
        leg.hang_up()
        await house.over()
    said = "".join(capfd.readouterr())
    assert "KeyError" in said
    assert CARD not in said


def test_a_recording_that_fails_is_told_in_the_log() -> None:
    with capture_logs() as lines:
        warn_of_recordings(LedgerEvent(0.0, "c1", "l1", "recording.failed", {"reason": "the disk is full"}))
        warn_of_recordings(LedgerEvent(0.0, "c1", "l1", "recording.finished", {}))
    assert [(each["event"], each["contact"], each["reason"]) for each in lines] == [
        ("recording_failed", "c1", "the disk is full")
    ]
