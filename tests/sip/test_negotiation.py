"""The turns of offer and answer, and the version of our description."""

from __future__ import annotations

import pytest

from base.errors import LocalProtocolError
from sip.errors import NoCommonCodec, OfferGlare, SdpError
from sip.negotiation import NEGOTIATION, Negotiation, NegotiationInput, NegotiationState
from sip.offer.sides import LocalMedia
from sip.sdp import SessionDescription, parse


def described(*lines: str) -> SessionDescription:
    head = "v=0\r\no=bob 9 9 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
    return parse((head + "".join(f"{line}\r\n" for line in lines)).encode())


ACTIVE = described("m=audio 6000 RTP/AVP 0 96", "a=rtpmap:96 telephone-event/8000")
HELD = described("m=audio 6000 RTP/AVP 0 96", "a=rtpmap:96 telephone-event/8000", "a=sendonly")
VIDEO_LINE = ("m=video 7000 RTP/AVP 31",)
VIDEO = described("m=video 6000 RTP/AVP 31")


@pytest.fixture
def negotiation() -> Negotiation:
    return Negotiation(LocalMedia("127.0.0.1", 40000, session_id=5, version=1))


def agreed(negotiation: Negotiation) -> Negotiation:
    negotiation.receive_offer(ACTIVE)
    negotiation.answer()
    return negotiation


def test_the_table_has_no_hole_for_anything_a_peer_can_do() -> None:
    peer = (NegotiationInput.PEER_OFFER, NegotiationInput.PEER_ANSWER)
    assert NEGOTIATION.holes(tuple(NegotiationState), peer) == []


def test_an_offer_answered_is_agreed(negotiation: Negotiation) -> None:
    agreed(negotiation)
    assert negotiation.state is NegotiationState.AGREED
    assert negotiation.agreed is not None
    assert negotiation.agreed.direction == "sendrecv"


def test_hold_and_resume_raise_the_version_by_one_each(negotiation: Negotiation) -> None:
    agreed(negotiation)
    negotiation.receive_offer(HELD)
    held = negotiation.answer()
    assert held.direction == "recvonly"
    assert b"o=- 5 2 IN" in held.body
    negotiation.receive_offer(ACTIVE)
    assert b"o=- 5 3 IN" in negotiation.answer().body


def test_hold_by_an_unspecified_address_stops_sending_and_keeps_the_place(negotiation: Negotiation) -> None:
    agreed(negotiation)
    negotiation.receive_offer(described("m=audio 6000 RTP/AVP 0", "c=IN IP4 0.0.0.0"))
    held = negotiation.answer()
    assert not held.sending
    assert held.remote == ("192.0.2.9", 6000)


def test_a_repeated_hold_is_answered_with_the_same_version(negotiation: Negotiation) -> None:
    agreed(negotiation)
    bodies = []
    for _ in range(3):
        negotiation.receive_offer(HELD)
        bodies.append(negotiation.answer().body)
    assert len(set(bodies)) == 1


def test_resume_without_a_description_is_a_late_offer_of_ours(negotiation: Negotiation) -> None:
    agreed(negotiation)
    negotiation.receive_offer(HELD)
    negotiation.answer()
    offer = negotiation.offer()
    assert b"a=sendrecv" in offer
    assert b"m=audio 40000 RTP/AVP 0 8 96\r\n" in offer, "the agreed payload type for events stays"
    found = negotiation.receive_answer(ACTIVE)
    assert found is not None
    assert found.direction == "sendrecv"


def test_a_reoffer_may_change_the_payload_type_of_events(negotiation: Negotiation) -> None:
    agreed(negotiation)
    negotiation.receive_offer(described("m=audio 6000 RTP/AVP 0 101", "a=rtpmap:101 telephone-event/8000"))
    assert negotiation.answer().events == (101, 8000)
    assert b"RTP/AVP 0 8 101\r\n" in negotiation.offer()


def test_a_reoffer_may_move_the_stream_and_change_the_codec(negotiation: Negotiation) -> None:
    agreed(negotiation)
    negotiation.receive_offer(described("m=audio 7000 RTP/AVP 8", "c=IN IP4 192.0.2.77"))
    moved = negotiation.answer()
    assert (moved.codec, moved.remote, moved.events) == ("PCMA", ("192.0.2.77", 7000), None)


def test_a_repeated_answer_changes_nothing(negotiation: Negotiation) -> None:
    negotiation.offer()
    assert negotiation.receive_answer(ACTIVE) is not None
    assert negotiation.receive_answer(ACTIVE) is None
    assert negotiation.state is NegotiationState.AGREED


def test_an_offer_that_crosses_ours_is_glare(negotiation: Negotiation) -> None:
    agreed(negotiation)
    negotiation.offer(direction="sendonly")
    with pytest.raises(OfferGlare) as found:
        negotiation.receive_offer(ACTIVE)
    assert found.value.status == 491
    assert negotiation.state is NegotiationState.REOFFERED


def test_a_second_offer_before_the_first_is_answered_is_glare(negotiation: Negotiation) -> None:
    negotiation.receive_offer(ACTIVE)
    with pytest.raises(OfferGlare):
        negotiation.receive_offer(ACTIVE)


def test_an_offer_that_cannot_be_taken_leaves_what_was_agreed(negotiation: Negotiation) -> None:
    before = agreed(negotiation).agreed
    negotiation.receive_offer(VIDEO)
    with pytest.raises(NoCommonCodec):
        negotiation.answer()
    assert negotiation.state is NegotiationState.AGREED
    assert negotiation.agreed is before


def test_a_broken_answer_withdraws_our_offer(negotiation: Negotiation) -> None:
    negotiation.offer()
    with pytest.raises(SdpError):
        negotiation.receive_answer(described())
    assert negotiation.state is NegotiationState.NEW


def test_a_refused_reoffer_leaves_what_was_agreed_and_the_next_has_a_new_version(
    negotiation: Negotiation,
) -> None:
    agreed(negotiation)
    first = negotiation.offer(direction="inactive")
    negotiation.withdraw()
    assert negotiation.state is NegotiationState.AGREED
    second = negotiation.offer()
    assert b"o=- 5 2 IN" in first
    assert b"o=- 5 3 IN" in second


def test_answering_without_an_offer_is_our_mistake(negotiation: Negotiation) -> None:
    with pytest.raises(LocalProtocolError):
        negotiation.answer()


def lines_of(body: bytes) -> list[str]:
    return [line.split("/")[0] for line in body.decode().splitlines() if line.startswith("m=")]


def test_our_offers_keep_every_media_line_of_the_session_in_its_place(negotiation: Negotiation) -> None:
    """RFC 3264 s.8: lines are refused, never taken out."""
    offer = described("m=video 7000 RTP/AVP 31", "m=audio 6000 RTP/AVP 0", "m=image 7002 udptl t38")
    negotiation.receive_offer(offer)
    expected = ["m=video 0 RTP", "m=audio 40000 RTP", "m=image 0 udptl t38"]
    assert lines_of(negotiation.answer().body) == expected
    assert lines_of(negotiation.offer(direction="sendonly")) == expected
    answer = described("m=video 0 RTP/AVP 31", "m=audio 6002 RTP/AVP 0", "m=image 0 udptl t38", "a=recvonly")
    found = negotiation.receive_answer(answer)
    assert found is not None
    assert found.remote == ("192.0.2.9", 6002)
    negotiation.receive_offer(described("m=video 0 RTP/AVP 31", "m=audio 6000 RTP/AVP 0", *2 * VIDEO_LINE))
    negotiation.answer()
    assert len(lines_of(negotiation.offer())) == 4


def test_an_answer_to_our_next_offer_with_fewer_lines_is_broken(negotiation: Negotiation) -> None:
    negotiation.receive_offer(described("m=audio 6000 RTP/AVP 0", *VIDEO_LINE))
    negotiation.answer()
    negotiation.offer()
    with pytest.raises(SdpError):
        negotiation.receive_answer(ACTIVE)


def test_a_preview_is_heard_while_our_offer_stays_open(negotiation: Negotiation) -> None:
    negotiation.offer()
    previewed = negotiation.preview(HELD)
    assert previewed is not None
    assert negotiation.agreed is previewed
    assert negotiation.state is NegotiationState.OFFERED
    found = negotiation.receive_answer(ACTIVE)
    assert found is not None
    assert found.direction == "sendrecv"
    assert negotiation.preview(HELD) is None


def test_a_preview_that_cannot_be_heard_changes_nothing(negotiation: Negotiation) -> None:
    negotiation.offer()
    with pytest.raises(NoCommonCodec):
        negotiation.preview(described("m=audio 6000 RTP/AVP 9"))
    assert (negotiation.agreed, negotiation.state) == (None, NegotiationState.OFFERED)


def test_another_fork_answers_the_first_offer_anew(negotiation: Negotiation) -> None:
    negotiation.offer()
    negotiation.receive_answer(ACTIVE)
    negotiation.fork()
    found = negotiation.receive_answer(described("m=audio 6004 RTP/AVP 8"))
    assert found is not None
    assert (found.codec, found.remote) == ("PCMA", ("192.0.2.9", 6004))
