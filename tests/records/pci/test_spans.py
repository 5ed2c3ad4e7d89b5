"""Whether recordings were masked throughout each secure span."""

from __future__ import annotations

from typing import Any

import pytest

from records.pci.spans import Happened, Spans, spans

RECORDING = "c1-l1.wav"


def told(*events: tuple[float, str, dict[str, Any]], contact: str = "c1", leg: str = "l1") -> list[Happened]:
    return [Happened(1000.0 + at, contact, leg, kind, data) for at, kind, data in events]


def call(*masks: tuple[float, float], in_file: object = "same", more: tuple[Any, ...] = ()) -> Spans:
    """A call of 60 s, recorded from 2 s on, secure from 10 to 20 s."""
    named = {"recording": RECORDING}
    spans_in_file = [[start - 2, end - 2] for start, end in masks] if in_file == "same" else in_file
    finished = named if spans_in_file is None else named | {"masked": spans_in_file}
    events = [
        (2.0, "recording.started", named),
        (10.0, "secure.began", {}),
        (20.0, "secure.ended", {}),
        *((start, "recording.masked", named) for start, _ in masks),
        *((end, "recording.unmasked", named) for _, end in masks),
        *more,
        (60.0, "recording.finished", finished),
        (60.0, "contact.closed", {}),
    ]
    return spans(told(*sorted(events, key=lambda each: each[0])))


def test_a_mask_over_the_whole_span_proves_it() -> None:
    found = call((10.0, 22.0))
    assert (found.secure, found.recorded, found.covered, found.seconds) == (1, 1, 1, 10.0)
    assert found.mismatches == []


def test_a_mask_that_comes_late_or_ends_early_is_a_mismatch() -> None:
    for mask in ((12.0, 22.0), (10.0, 18.0)):
        found = call(mask)
        assert found.covered == 0
        (mismatch,) = found.mismatches
        assert (mismatch.contact, mismatch.recording, mismatch.why) == (
            "c1",
            RECORDING,
            "not masked for 2.0 s",
        )
        assert (mismatch.began_at, mismatch.ended_at) == (1010.0, 1020.0)


def test_no_mask_at_all_is_a_mismatch() -> None:
    assert call().mismatches[0].why == "not masked for 10.0 s"


def test_two_masks_with_a_hole_between_are_a_mismatch() -> None:
    assert call((10.0, 13.0), (16.0, 22.0)).mismatches[0].why == "not masked for 3.0 s"
    assert call((10.0, 15.0), (15.1, 22.0)).mismatches == []


def test_the_recorder_must_agree() -> None:
    assert call((10.0, 22.0), in_file=[]).mismatches[0].why == "the file is not masked for 10.0 s"
    assert call((10.0, 22.0), in_file=None).mismatches[0].why == "the recorder never told what is masked"
    assert call((10.0, 22.0), in_file=[[7.6, 20.0]]).mismatches == []


def test_what_was_left_out_is_as_good_as_masked() -> None:
    pause = (
        (5.0, "recording.paused", {"recording": RECORDING}),
        (30.0, "recording.resumed", {"recording": RECORDING}),
    )
    assert call(in_file=[], more=pause).covered == 1


def test_a_span_without_a_recording_needs_no_mask() -> None:
    found = spans(told((10.0, "secure.began", {}), (20.0, "secure.ended", {}), (30.0, "contact.closed", {})))
    assert (found.secure, found.recorded, found.mismatches) == (1, 0, [])


def test_a_recording_that_ran_before_or_after_does_not_count() -> None:
    named = {"recording": RECORDING}
    found = spans(
        told(
            (1.0, "recording.started", named),
            (9.0, "recording.finished", named | {"masked": []}),
            (10.0, "secure.began", {}),
            (20.0, "secure.ended", {}),
            (21.0, "recording.started", {"recording": "later.wav"}),
            (30.0, "contact.closed", {}),
        )
    )
    assert (found.recorded, found.mismatches) == (0, [])


def test_a_recording_of_another_leg_must_be_masked_as_well() -> None:
    events = [
        *told((2.0, "recording.started", {"recording": "other.wav"}), leg="l2"),
        *told((10.0, "secure.began", {}), (20.0, "secure.ended", {}), (30.0, "contact.closed", {})),
    ]
    assert [each.recording for each in spans(events).mismatches] == ["other.wav"]


def test_a_recording_that_goes_on_is_judged_by_its_masks() -> None:
    named = {"recording": RECORDING}
    began = [(2.0, "recording.started", named), (10.0, "secure.began", {}), (10.0, "recording.masked", named)]
    assert spans(told(*began, (20.0, "secure.ended", {}))).covered == 1


def test_spans_within_spans_are_one_and_an_end_without_a_beginning_is_none() -> None:
    found = spans(
        told(
            (5.0, "secure.ended", {}),
            (10.0, "secure.began", {}),
            (12.0, "secure.began", {}),
            (15.0, "secure.ended", {}),
            (20.0, "secure.ended", {}),
        )
    )
    assert (found.secure, found.seconds) == (1, 10.0)


def test_a_span_whose_end_was_never_told_lasts_to_the_end_of_the_contact() -> None:
    found = spans([*told((10.0, "secure.began", {}), (40.0, "contact.closed", {})), *told(contact="c2")])
    assert (found.secure, found.unfinished, found.seconds) == (1, 1, 30.0)


def test_captures_are_counted_by_their_results() -> None:
    found = spans(told((1.0, "capture.began", {}), (2.0, "capture.ended", {"result": "approved"})))
    assert (found.captures, found.capture_results) == (1, {"approved": 1})


@pytest.mark.parametrize(
    "kind", ["recording.masked", "recording.unmasked", "recording.resumed", "recording.finished"]
)
def test_what_is_told_of_an_unknown_recording_is_passed_over(kind: str) -> None:
    assert spans(told((1.0, kind, {}))).secure == 0
