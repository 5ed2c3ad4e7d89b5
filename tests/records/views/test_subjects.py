"""Menu paths, containment, satisfaction, recordings and places in queues, as events tell of them."""

from __future__ import annotations

import pytest

from records import LedgerEvent
from records.views import tables
from tests.records.calls import BEGAN
from tests.records.views.folding import Kept, folded


def said(offset: float, kind: str, /, **data: object) -> LedgerEvent:
    return LedgerEvent(BEGAN + offset, "c1", None, kind, data)


def call(*events: LedgerEvent) -> Kept:
    opened = said(0, "contact.opened", ani="1", dnis="2", trunk="carrier", client="bank")
    return folded([opened, *events, said(60, "contact.closed", outcome="menu", length=60.0)])


def entered(offset: float, step: str, **more: object) -> LedgerEvent:
    return said(offset, "menu.entered", menu="bank", step=step, **more)


def left(offset: float, destination: str) -> LedgerEvent:
    return said(offset, "menu.left", menu="bank", step="x", destination=destination)


def test_each_step_tells_where_it_led_and_what_went_wrong_in_it() -> None:
    kept = call(
        entered(1, "main", version="ab12"),
        said(6, "menu.noinput", menu="bank", step="main", count=1),
        said(9, "menu.nomatch", menu="bank", step="main", count=1),
        said(12, "menu.input", menu="bank", step="main", digits=1, result="goto cards"),
        entered(12, "cards"),
        left(20, "caller_hung_up"),
    )
    main, cards = kept.of(tables.menu_step)
    assert (main["version"], main["outcome"], main["noinputs"], main["nomatches"]) == (
        "ab12",
        "goto cards",
        1,
        1,
    )
    assert (cards["version"], cards["outcome"]) == ("ab12", "caller_hung_up")
    assert main["left_at"] == cards["entered_at"]
    (contact,) = kept.of(tables.contact)
    assert (contact["menu"], contact["menu_version"], contact["in_menu"]) == ("bank", "ab12", 19.0)


@pytest.mark.parametrize(
    ("events", "contained"),
    [
        ([entered(1, "main"), left(9, "hang-up")], True),
        ([entered(1, "main"), left(9, "caller_hung_up")], False),
        ([entered(1, "main"), said(5, "transaction.result", result="ok"), left(9, "caller_hung_up")], True),
        ([entered(1, "main"), said(5, "transaction.result", result="declined"), left(9, "hang-up")], False),
        ([entered(1, "main"), said(5, "transaction.result", result="ok"), left(9, "queue support")], False),
        ([], None),
    ],
)
def test_who_was_served_by_the_menu_alone_is_contained(
    *, events: list[LedgerEvent], contained: bool | None
) -> None:
    (row,) = call(*events).of(tables.contact)
    assert row["contained"] is contained


def test_satisfaction_is_on_a_scale_from_one_to_five() -> None:
    first = said(1, "survey.answered", question="help", answer=3, least=1, most=3)
    (row,) = call(first).of(tables.contact)
    assert row["csat"] == 5.0
    (row,) = call(first, said(2, "survey.answered", question="csat", answer=0, least=0, most=9)).of(
        tables.contact
    )
    assert row["csat"] == 1.0
    (row,) = call(said(1, "survey.answered", question="csat", answer=7, least=1, most=5)).of(tables.contact)
    assert row["csat"] is None


def test_a_recording_has_its_file_its_length_and_what_is_masked() -> None:
    kept = call(
        said(1, "recording.started", recording="a.wav", file="/r/a.wav", sealed=True),
        said(
            61,
            "recording.finished",
            recording="a.wav",
            seconds=59.5,
            bytes=952_000,
            masked=[[3.0, 9.25], "odd"],
        ),
        said(62, "message.began", recording="m.wav", file="/r/m.wav", mailbox="sales"),
        said(70, "message.failed", recording="m.wav", seconds=2.0),
    )
    call_, message = kept.of(tables.recording)
    assert (call_["kind"], call_["client"], call_["seconds"], call_["masked"], call_["result"]) == (
        "call", "bank", 59.5, "[[3.0,9.25]]", "finished",
    )  # fmt: skip
    assert call_["sealed"] is True
    assert (message["kind"], message["mailbox"], message["result"]) == ("message", "sales", "failed")


def test_a_wait_that_nobody_ended_ends_with_the_contact_and_a_place_that_was_kept_is_told() -> None:
    kept = call(
        said(1, "queue.joined", queue="support", priority=2, position=3, estimate=45.0),
        said(11, "queue.left", queue="support", reason="timeout", waited=10.0),
        said(20, "queue.place_regained", queue="sales", waited=100.0),
        said(20, "queue.joined", queue="sales"),
    )
    first, second = kept.of(tables.queue_visit)
    assert (first["result"], first["waited"], first["estimate"], first["place_kept"]) == (
        "timeout", 10.0, 45.0, False,
    )  # fmt: skip
    assert (second["result"], second["waited"], second["place_kept"]) == ("system", 40.0, True)
    (contact,) = kept.of(tables.contact)
    assert (contact["waited"], contact["queue"]) == (50.0, "sales")


@pytest.mark.parametrize(
    ("opened", "initiation", "direction"),
    [
        ({"trunk": "carrier"}, "inbound", "inbound"),
        ({"callback": "cb1", "promised_in": "c0"}, "callback", "outbound"),
        ({"account": "1001"}, "internal", "internal"),
        ({"account": "1001", "initiation": "api"}, "api", "internal"),
    ],
)
def test_how_a_contact_began_is_told(opened: dict[str, object], initiation: str, direction: str) -> None:
    (row,) = folded([said(0, "contact.opened", **opened)]).of(tables.contact)
    assert (row["initiation"], row["direction"]) == (initiation, direction)
    assert row["previous"] == opened.get("promised_in")


def test_what_is_noted_of_a_contact_stands_in_its_row() -> None:
    (row,) = call(
        said(1, "attributes.set", set="tier gold, reason lost card"),
        said(2, "tracking.given", number="20261121001"),
        said(3, "case.opened", reference="C-7"),
        said(4, "contact.identified"),
        said(70, "contact.disposition", agent="ana", code="solved"),
    ).of(tables.contact)
    assert (row["reason"], row["tracking"], row["case_id"], row["identity"], row["disposition"]) == (
        "lost card", "20261121001", "C-7", "proven", "solved",
    )  # fmt: skip
