"""Why calls end, told both ways (RFC 3326; in refusals RFC 6432)."""

from __future__ import annotations

import pytest

from sip.events import SessionCancelled, SessionEnded, SessionRefused
from sip.message import Request
from sip.reason import ELSEWHERE, Reason, cause_in, reasons_of, text_in
from tests.kit.builders import ANSWER, request
from tests.kit.phone import Peer


@pytest.mark.parametrize(
    ("values", "cause"),
    [
        (["Q.850;cause=16"], 16),
        (['SIP;cause=200;text="a, b", q.850 ; cause=17'], 17),
        (["SIP;cause=486"], 17),
        (["SIP;cause=200"], 16),
        (["Q.850;cause=999"], None),
        (["SIP;cause=42"], None),
        (["broken;;;", "Q.850;cause=1"], 1),
        (["Q.850;cause=x"], None),
        ([], None),
    ],
)
def test_the_cause_that_reason_headers_mean(values: list[str], cause: int | None) -> None:
    assert cause_in(reasons_of(values)) == cause


def test_what_a_peer_writes_is_kept_in_bounds() -> None:
    found = reasons_of([f'SIP;cause=480;text="{"x" * 500}\x07"', *["Q.850;cause=1"] * 20])
    assert len(found) == 4
    assert text_in(found) == "x" * 128
    assert reasons_of(['"quoted";cause=1', f"{'t' * 40};cause=1"]) == ()


def test_a_value_is_written_as_it_was_read() -> None:
    assert ELSEWHERE.written == 'SIP;cause=200;text="Call completed elsewhere"'
    for value in (ELSEWHERE, Reason("Q.850", 34), Reason("X", None, 'say "no"\\')):
        assert reasons_of([value.written]) == (value,)


def test_a_byes_reasons_are_told() -> None:
    peer = Peer()
    session = peer.answered_call()
    line = ("Reason", 'SIP;cause=603;text="Not today"')
    peer.say_inside(session, "BYE", cseq=2, headers=(line,))
    ended = peer.event(SessionEnded)
    assert (ended.cause, ended.reason) == (21, "Not today")
    assert ended.reasons == (Reason("SIP", 603, "Not today"),)


def test_a_cancels_reasons_are_told() -> None:
    peer = Peer()
    peer.call()
    peer.say(request("CANCEL", headers=(("Reason", ELSEWHERE.written),)))
    assert peer.event(SessionCancelled).reasons == (ELSEWHERE,)


def test_a_refusals_reasons_are_told() -> None:
    peer = Peer()
    _, invite = peer.placed_call()
    peer.reply(invite, 480, headers=(("Reason", 'Q.850;cause=20;text="away"'),))
    refused = peer.event(SessionRefused)
    assert (refused.cause, refused.reasons) == (20, (Reason("Q.850", 20, "away"),))


def test_our_bye_says_what_was_passed_on_to_us_or_else_the_bare_cause() -> None:
    for reasons, said in (((), "Q.850;cause=31"), ((ELSEWHERE,), ELSEWHERE.written)):
        peer = Peer()
        session, invite = peer.placed_call()
        peer.reply(invite, 200, body=ANSWER)
        peer.stack.end(session, cause=31, reasons=reasons, now=0.0)
        (bye,) = peer.hear()
        assert isinstance(bye, Request)
        assert bye.headers("Reason") == [said]


def test_our_cancel_says_that_another_phone_was_quicker() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 180)
    peer.stack.end(session, reasons=(ELSEWHERE,), now=0.0)
    (cancel,) = peer.hear()
    assert cancel.headers("Reason") == [ELSEWHERE.written]


def test_a_fork_that_answers_second_is_told_that_the_call_is_taken() -> None:
    peer = Peer()
    _, invite = peer.placed_call()
    peer.reply(invite, 200, tag="first", body=ANSWER)
    _, bye = peer.reply(invite, 200, tag="second", body=ANSWER)
    assert bye.headers("Reason") == [ELSEWHERE.written]
