from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records import Ledger
from records.reader import Reader, StoredEvent
from records.timeline import ladder, timeline
from records.timeline.facts import Facts
from records.timeline.sentences import KNOWN, sentence
from records.timeline.wording import clock, counted, duration
from tests.records.calls import BEGAN, whole_call

if TYPE_CHECKING:
    from records.reader import ContactTimeline

EXPECTED = Path(__file__).resolve().parents[2] / "data" / "records"


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> ContactTimeline:
    path = tmp_path_factory.mktemp("timeline") / "ledger.db"
    ledger = Ledger(path, gather=0.0)
    ledger.start(now=BEGAN)
    for each in whole_call("01CALL"):
        ledger.append(each)
    ledger.close()
    return Reader(path).contact("01CALL")


def test_a_timeline_reads_as_sentences(call: ContactTimeline) -> None:
    told = [f"{clock(row.offset)}  {row.who:11}  {row.what}" for row in timeline.rows(call)]
    assert told == (EXPECTED / "whole_call_timeline.txt").read_text("utf-8").splitlines()


def test_the_ladder_has_a_column_for_each_party_and_an_arrow_for_each_message(call: ContactTimeline) -> None:
    drawn = ladder.draw(call)
    assert drawn == (EXPECTED / "whole_call_ladder.txt").read_text("utf-8").splitlines()
    assert max(map(len, drawn)) <= ladder.WIDTH
    assert sum("▶" in line or "◀" in line for line in drawn) == len(call.messages)


def test_sip_messages_are_in_the_timeline_when_asked_for(call: ContactTimeline) -> None:
    told = timeline.rows(call, messages=True)
    assert len(told) == len(call.events)
    assert ("caller", "Sends INVITE sdp") in [(row.who, row.what) for row in told]
    assert ("agent ana", "Is sent BYE") in [(row.who, row.what) for row in told]


def test_a_contact_without_sip_messages_has_no_ladder(call: ContactTimeline) -> None:
    assert ladder.draw(replace(call, events=())) == []


def test_who_is_called_by_the_number_of_a_phone_is_named_by_it(call: ContactTimeline) -> None:
    legs = tuple(replace(leg, agent=None, account="1003") if leg.agent else leg for leg in call.legs)
    moved = replace(call, legs=legs)
    told = [(row.who, row.what) for row in timeline.rows(moved)]
    assert ("phone 1003", "Rings") in told
    assert ("Centralita", "caller and phone 1003 hear each other") in told
    assert any("phone 1003" in line and "sip:" not in line for line in ladder.draw(moved))


def test_messages_of_unknown_legs_stand_under_their_peer(call: ContactTimeline) -> None:
    drawn = ladder.draw(replace(call, legs=()))
    assert any("Centralita" in line for line in drawn[:2])
    assert sum("▶" in line or "◀" in line for line in drawn) == len(call.messages)


def test_every_type_of_the_contract_has_a_sentence() -> None:
    assert sentence("later.type", Facts({"a": 1, "b": "x"})) == "later.type a=1 b=x"
    for kind in KNOWN:
        said = sentence(kind, Facts({}))
        assert said[0].isupper() or said.startswith("? "), kind  # or it begins with who did it


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        (
            "transfer.requested",
            {"by": "ana", "target": "1002", "kind": "blind"},
            "Transfers the other party to 1002",
        ),
        (
            "transfer.requested",
            {"by": "ana", "target": "1002", "kind": "attended"},
            "Transfers the other party to 1002 after asking there",
        ),
        ("transfer.completed", {"to": "queue shop"}, "The transfer to queue shop is done"),
        (
            "transfer.completed",
            {"to": "1002", "merged": "01X"},
            "The transfer to 1002 is done, whom it spoke with in contact 01X",
        ),
        ("transfer.completed", {"to": "1002", "kind": "replaced"}, "Is replaced by 1002"),
        (
            "transfer.failed",
            {"to": "extension 1002", "status": 486},
            "The transfer to extension 1002 fails (SIP 486 Busy Here)",
        ),
        ("transfer.failed", {"status": 403}, "The transfer fails (SIP 403 Forbidden)"),
        ("leg.ended", {"ended_by": "transfer", "status": 200}, "Goes on in another contact"),
    ],
)
def test_transfers_are_told_in_words(kind: str, data: dict[str, Any], said: str) -> None:
    assert sentence(kind, Facts(data)) == said


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        (
            "contact.opened",
            {"ani": "+34600", "dnis": "900", "private": True, "redirected_from": "300"},
            "Call from +34600 to 900, number withheld, sent on by 300",
        ),
        (
            "contact.redirected",
            {"by": "agent ana", "to": "extension 1002", "followed": True},
            "The call is sent on by agent ana to extension 1002",
        ),
        (
            "contact.redirected",
            {"by": "agent ana", "to": "sip:x@h", "followed": False},
            "The call is sent on by agent ana to sip:x@h, where it may not go",
        ),
    ],
)
def test_redirected_calls_are_told_in_words(kind: str, data: dict[str, Any], said: str) -> None:
    assert sentence(kind, Facts(data)) == said


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("monitor.began", {"mode": "listen", "by": "1004", "contact": "01X"}, "Supervisor 1004 listens"),
        ("monitor.changed", {"mode": "whisper", "by": "1004"}, "Supervisor 1004 whispers to the agent"),
        ("monitor.ended", {"mode": "barge", "by": "1004"}, "Supervisor 1004 is gone"),
        (
            "leg.ended",
            {"ended_by": "remote", "talk": {"party": 8.92, "us": 0.08, "both": 70.3, "none": 0.0}},
            "Hangs up; talked alone 8.9 s, we 0.1 s, both 1 min 10 s, nobody 0.0 s",
        ),
    ],
)
def test_what_supervisors_do_and_who_talked_is_told_in_words(
    kind: str, data: dict[str, Any], said: str
) -> None:
    assert sentence(kind, Facts(data)) == said


values: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9), st.just([1]), st.just({"a": 1})
)
NUMBERS = ["digits", "length", "waited", "ring", "status", "cause", "count"]
NAMES = ["valid", "legs", "rtp", "explained", "reason", "agent", "summary", "result"]
shapes = {"packets_in": "x", "jitter_ms": "y", "strategy": 1, "idle": "z", "chosen": {"rank": 3, "by": [1]}}


@pytest.mark.parametrize("kind", [*sorted(KNOWN), "later.type"])
@settings(max_examples=30)
@given(data=st.dictionaries(st.sampled_from(NUMBERS + NAMES), values | st.just(shapes)))
def test_no_data_however_strange_breaks_a_sentence(kind: str, data: dict[str, Any]) -> None:
    assert isinstance(sentence(kind, Facts(data)), str)


@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=30), st.booleans()), max_size=20))
def test_no_message_however_strange_breaks_the_ladder(
    call: ContactTimeline, rows: list[tuple[str, str, bool]]
) -> None:
    events = tuple(
        StoredEvent(n, BEGAN + n, None, "leg.message", {"summary": summary, "peer": peer, "sent": sent})
        for n, (summary, peer, sent) in enumerate(rows)
    )
    drawn = ladder.draw(replace(call, events=events))
    assert all(line.isprintable() for line in drawn)
    assert sum(bool(re.match(r"\d\d:\d\d", line)) for line in drawn) == len(rows)


def test_durations_and_counts_read_naturally() -> None:
    assert [duration(each) for each in (3.21, 65, 7380, None)] == [
        "3.2 s",
        "1 min 05 s",
        "2 h 03 min",
        "some time",
    ]
    assert [counted(each, "key") for each in (0, 1, 16)] == ["0 keys", "1 key", "16 keys"]
    assert [clock(each) for each in (0, 67.25, -0.5)] == ["00:00.000", "01:07.250", "-00:00.500"]
