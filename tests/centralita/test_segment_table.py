from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console

from centralita.segment_table import print_segments
from records.views.whole import WholeContact

if TYPE_CHECKING:
    from records.views.fields import Row


def _segment(party: str, agent: str | None, leg: str) -> Row:
    return {
        "party": party, "agent": agent, "leg": leg, "kind": "talking", "queue": None,
        "began_at": 0, "seconds": 1.0,
    }  # fmt: skip


def test_a_segment_says_whose_it_is_also_of_phones_that_were_called_by_their_number() -> None:
    sums = dict.fromkeys(("in_menu", "waited", "rang", "talked", "held", "wrapped"), 0.0)
    whole = WholeContact(
        {"started_at": 0, "length": 3.0, "checked": "ok", **sums},
        [{"id": "1", "account": None}, {"id": "2", "account": "1001"}, {"id": "3", "account": "1003"}],
        visits=(),
        reservations=(),
        segments=[
            _segment("customer", None, "1"),
            _segment("agent", "ana", "2"),
            _segment("party", None, "3"),
            _segment("party", None, "1"),
        ],
        steps=(),
        recordings=(),
    )
    out = io.StringIO()
    print_segments(Console(file=out, width=100), whole)
    parties = [
        line.split("1.000")[1].split("talking")[0].strip()
        for line in out.getvalue().splitlines()
        if "talking" in line
    ]
    assert parties == ["customer", "agent ana", "phone 1003", "party"]
