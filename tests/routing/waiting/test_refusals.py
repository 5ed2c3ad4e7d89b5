"""What a final status to an agent's INVITE says of the agent."""

from __future__ import annotations

import pytest

from routing.reservations.reservation import ReservationResult
from routing.waiting.refusals import result_of


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (486, "busy"), (600, "busy"), (603, "rejected"), (480, "rejected"), (302, "rejected"), (380, "rejected"),
        (404, "unreachable"), (408, "unreachable"), (503, "unreachable"), (415, "failed"), (488, "failed"),
        (606, "failed"), (500, "failed"), (487, "failed"), (401, "failed"),
    ],
)  # fmt: skip
def test_each_status_has_its_meaning(status: int, result: str) -> None:
    assert result_of(status, rang=False) is ReservationResult(result)


@pytest.mark.parametrize("status", [408, 487])
def test_a_phone_that_gives_up_ringing_did_not_answer(status: int) -> None:
    assert result_of(status, rang=True) is ReservationResult.NO_ANSWER
