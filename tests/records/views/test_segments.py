from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from records.views import tables
from tests.records.calls import event, whole_call
from tests.records.views.folding import entry, folded

if TYPE_CHECKING:
    from records import LedgerEvent
    from records.views.fields import Row
    from tests.records.views.folding import Kept

CALLER, ANA, EVA = "l1", "l2", "l3"


def said(offset: float, leg: str | None, kind: str, **data: object) -> LedgerEvent:
    return event(offset, "c1", leg, kind, **data)


def called(offset: float, leg: str, agent: str, *, answer: float) -> list[LedgerEvent]:
    return [
        said(offset, leg, "leg.invited", role="agent", direction="out", agent=agent),
        said(offset + 0.5, leg, "leg.ringing"),
        said(answer, leg, "leg.answered", codec="PCMA"),
    ]


def talking() -> list[LedgerEvent]:
    """A caller whom Ana answers after six seconds."""
    return [
        said(0, None, "contact.opened", ani="1", dnis="2", trunk="carrier"),
        said(0.001, CALLER, "leg.invited", role="caller", direction="in"),
        said(1, CALLER, "leg.answered", codec="PCMA"),
        *called(1, ANA, "ana", answer=6),
        said(6, None, "bridge.began", legs=[CALLER, ANA]),
    ]


def over(offset: float, *legs: str, length: float | None = None) -> list[LedgerEvent]:
    return [
        *(said(offset, leg, "leg.ended", ended_by="remote", status=200, cause=16) for leg in legs),
        said(offset, None, "contact.closed", outcome="answered", length=offset if length is None else length),
    ]


def spans(kept: Kept, party: str) -> list[tuple[object, object]]:
    rows = [row for row in kept.of(tables.segment) if row["party"] == party]
    return [(row["kind"], row["seconds"]) for row in sorted(rows, key=_number)]


def _number(row: Row) -> int:
    assert isinstance(row["n"], int)
    return row["n"]


def contact(kept: Kept) -> Row:
    (row,) = kept.of(tables.contact)
    return row


def test_the_customers_segments_tell_the_whole_call() -> None:
    kept = folded(whole_call("c1"))
    assert [kind for kind, _ in spans(kept, "customer")] == [
        "other", "menu", "queue", "other", "talking", "hold", "talking", "other",
    ]  # fmt: skip
    row = contact(kept)
    assert (row["in_menu"], row["talked"], row["held"]) == (17.98, 50.0, 10.0)


def test_each_phone_has_its_ringing_and_its_talk() -> None:
    assert spans(folded(whole_call("c1")), "agent") == [
        ("ringing", 15.01), ("ringing", 3.14), ("other", 0.01), ("talking", 13.79), ("hold", 10.0), ("talking", 36.21),
        ("other", 0.002),
    ]  # fmt: skip


def test_a_phone_that_rings_for_the_customer_is_ringing_for_both() -> None:
    kept = folded([*talking(), said(16, None, "bridge.ended", legs=[CALLER, ANA]), *over(16, CALLER, ANA)])
    assert spans(kept, "customer")[:3] == [("other", 1.0), ("ringing", 5.0), ("talking", 10.0)]
    assert contact(kept)["rang"] == 5.0
    assert contact(kept)["checked"] == "ok"


def test_while_the_agent_consults_the_customer_is_held_and_nobody_talks_with_the_customer() -> None:
    kept = folded([
        *talking(),
        said(16, ANA, "consult.requested", by="ana", target="eva"),
        said(16, None, "bridge.ended", legs=[CALLER, ANA]),
        *called(16, EVA, "eva", answer=20),
        said(20, None, "bridge.began", legs=[ANA, EVA]),
        said(30, None, "bridge.ended", legs=[ANA, EVA]),
        said(30, ANA, "consult.ended", to="eva", result="completed"),
        said(30, ANA, "transfer.completed", to="agent eva", to_leg=EVA),
        said(30, ANA, "leg.ended", ended_by="local", status=200, cause=16),
        said(30, None, "bridge.began", legs=[CALLER, EVA]),
        *over(50, CALLER, EVA),
    ])  # fmt: skip
    row = contact(kept)
    assert (row["talked"], row["held"], row["transfers"], row["checked"]) == (30.0, 14.0, 1, "ok")
    ana, eva = (kept.of(tables.leg, id=leg)[0] for leg in (ANA, EVA))
    assert (ana["transferred_to"], eva["transferred_from"]) == (EVA, ANA)
    assert (ana["talked"], eva["talked"]) == (10.0, 20.0)


def test_in_a_conference_nobody_is_held_when_one_holds() -> None:
    kept = folded([
        *talking(),
        said(10, None, "bridge.ended", legs=[CALLER, ANA]),
        *called(10, EVA, "eva", answer=12),
        said(12, None, "bridge.began", legs=[CALLER, ANA, EVA]),
        said(14, EVA, "leg.held"),
        said(20, EVA, "leg.ended", ended_by="remote", status=200, cause=16),
        said(26, ANA, "leg.held"),
        *over(30, CALLER, ANA),
    ])  # fmt: skip
    assert [each for each in spans(kept, "customer") if each[0] in ("talking", "hold")] == [
        ("talking", 4.0), ("talking", 14.0), ("hold", 4.0),
    ]  # fmt: skip


def test_whoever_is_called_outside_by_one_of_our_phones_is_the_customer() -> None:
    kept = folded([
        said(0, None, "contact.opened", ani="1001", dnis="+34", account="1001"),
        said(0, CALLER, "leg.invited", role="caller", direction="in", account="1001"),
        said(1, CALLER, "leg.answered"),
        said(1, ANA, "leg.invited", role="external", direction="out", trunk="carrier"),
        said(2, ANA, "leg.ringing"),
        said(5, ANA, "leg.answered"),
        said(5, None, "bridge.began", legs=[CALLER, ANA]),
        *over(9, CALLER, ANA),
    ])  # fmt: skip
    (talked,) = kept.of(tables.segment, party="customer", kind="talking")
    assert talked["leg"] == ANA
    row = contact(kept)
    assert (row["direction"], row["initiation"], row["answered_at"]) == (
        "outbound", "outbound", row["started_at"] + 1_000_000,  # type: ignore[operator]
    )  # fmt: skip


def test_wrap_up_is_told_after_the_contact_and_belongs_to_it() -> None:
    kept = folded([
        *talking(),
        *over(16, CALLER, ANA),
        said(36, None, "wrap_up.ended", agent="ana", queue="support", seconds=20.0),
    ])  # fmt: skip
    (row,) = kept.of(tables.segment, kind="wrap_up")
    assert (row["agent"], row["queue"], row["seconds"]) == ("ana", "support", 20.0)
    assert contact(kept)["wrapped"] == 20.0


@pytest.mark.parametrize("by", [-3600.0, 3600.0])
def test_a_clock_that_is_set_changes_no_length(by: float) -> None:
    events = [*talking(), said(16, None, "bridge.ended", legs=[CALLER, ANA]), *over(16, CALLER, ANA)]
    plain = folded(entry(each, with_offset=True) for each in events)
    shifted = folded(
        entry(each, shift=by if at > 4 else 0.0, with_offset=True) for at, each in enumerate(events)
    )
    assert shifted.rows == plain.rows


def test_without_offsets_a_clock_set_forward_is_found_out() -> None:
    events = [*talking(), *over(16, CALLER, ANA)]
    kept = folded(entry(each, shift=60.0 if at > 4 else 0.0) for at, each in enumerate(events))
    row = contact(kept)
    assert (row["checked"], row["off_by"]) == ("off", 60.0)


@pytest.mark.parametrize(("late", "said_of_it"), [(0.09, "ok"), (0.11, "off")])
def test_a_node_that_is_held_up_between_two_readings_of_its_clock_raises_no_alarm(
    late: float, said_of_it: str
) -> None:
    parted = said(16, None, "bridge.ended", legs=[CALLER, ANA])
    kept = folded([*talking(), parted, *over(16, CALLER, ANA, length=16 + late)])
    assert (contact(kept)["checked"], contact(kept)["off_by"]) == (said_of_it, late)


def test_a_bridge_that_nobody_ends_after_one_has_gone_is_found_out() -> None:
    gone = said(10, ANA, "leg.ended", ended_by="remote", status=200, cause=16)
    row = contact(folded([*talking(), gone, *over(16, CALLER)]))
    assert (row["checked"], row["off_by"]) == ("off", 6.0)


def test_without_a_measured_length_nothing_is_said_of_it() -> None:
    events = [*talking(), said(16, None, "contact.closed", outcome="interrupted")]
    assert contact(folded(events))["checked"] is None


def test_an_interrupted_contact_is_whole_up_to_its_last_sign() -> None:
    seen = talking()[-1].ts + 4
    kept = folded([
        *talking(),
        said(10, CALLER, "leg.message", sent=True, summary="x"),
        said(99, CALLER, "leg.ended", ended_by="interrupted", last_seen=seen),
        said(99, ANA, "leg.ended", ended_by="interrupted", last_seen=seen),
        said(99, None, "contact.closed", outcome="interrupted", last_seen=seen),
    ])  # fmt: skip
    assert spans(kept, "customer") == [("other", 1.0), ("ringing", 5.0), ("talking", 4.0), ("other", 0.0)]


def test_what_was_promised_stays_at_hand_when_the_contact_is_over() -> None:
    kept = folded([
        *talking(),
        said(7, None, "callback.promised", reference="cb1", number="1", queue="support"),
        *over(8, CALLER, ANA),
        said(900, None, "callback.kept", reference="cb1", late=False, agent="ana"),
    ])  # fmt: skip
    (promise,) = kept.of(tables.promise)
    assert (promise["result"], promise["agent"]) == ("kept", "ana")
