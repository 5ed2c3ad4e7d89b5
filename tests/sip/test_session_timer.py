"""Session timers in virtual time (RFC 4028): both roles, 422 both ways, and ending what nobody refreshes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.secret import Secret
from sip.digest.login import Login
from sip.events import (
    InviteReceived,
    SessionEnded,
    SessionRefreshDue,
    SessionRefused,
)
from sip.message import Request, Response
from sip.session.expires import TimerPolicy
from sip.session.timer import TimerState
from sip.stack import CallerIdentity, Target
from tests.kit.builders import ANSWER, OFFER, request
from tests.kit.builders import stack as usual_stack
from tests.kit.phone import Peer

if TYPE_CHECKING:
    from sip.session.session import Session
    from sip.stack import Stack

KNOWS = ("Supported", "timer")


def stack(policy: TimerPolicy) -> Stack:
    return usual_stack(timing=lambda profile: policy)


class Refreshing(Peer):
    """A peer whose stack repeats its description when a refresh is due, as calls/ does."""

    def __init__(self, policy: TimerPolicy | None = None) -> None:
        super().__init__(stack(policy or TimerPolicy()))
        self.body = ANSWER

    def hear(self) -> list[Request | Response]:
        heard = super().hear()
        for event in [each for each in self.events if isinstance(each, SessionRefreshDue)]:
            self.events.remove(event)
            self.stack.reinvite(event.session, self.body, now=self.now)
            heard += super().hear()
        return heard


def invited(peer: Peer, *headers: tuple[str, str], body: bytes = OFFER) -> tuple[Session, Response]:
    """The peer's INVITE with these headers, our 2xx, its ACK."""
    peer.say(request(body=body, headers=headers))
    session = peer.event(InviteReceived).session
    peer.stack.answer(session, ANSWER, now=peer.now)
    (answer,) = peer.hear()
    assert isinstance(answer, Response)
    peer.say(request("ACK", branch="z9hG4bK-ack", to_tag=session.local_tag))
    return session, answer


def placed(peer: Peer, *headers: tuple[str, str]) -> tuple[Session, Request]:
    """Our INVITE, answered with these headers."""
    session, invite = peer.placed_call()
    peer.reply(invite, 200, body=ANSWER, headers=headers)
    return session, invite


def methods(heard: list[Request | Response]) -> list[str]:
    return [each.method for each in heard if isinstance(each, Request)]


# --- as the one who is asked: table 2 of s.9 ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "expires", "require"),
    [
        ((), "1800;refresher=uas", None),
        ((KNOWS,), "1800;refresher=uas", "timer"),
        ((KNOWS, ("Session-Expires", "600")), "600;refresher=uas", "timer"),
        ((KNOWS, ("Session-Expires", "600;refresher=uac")), "600;refresher=uac", "timer"),
        ((KNOWS, ("x", "600 ; Refresher=UAS")), "600;refresher=uas", "timer"),
        ((("Session-Expires", "600"),), "600;refresher=uas", None),
        ((("Session-Expires", "20"),), "1800;refresher=uas", None),
        ((KNOWS, ("Session-Expires", "7200")), "1800;refresher=uas", "timer"),
        ((KNOWS, ("Session-Expires", "7200"), ("Min-SE", "3600")), "3600;refresher=uas", "timer"),
        ((KNOWS, ("Min-SE", "3600")), "3600;refresher=uas", "timer"),
    ],
)
def test_our_2xx_says_interval_and_refresher(
    headers: tuple[tuple[str, str], ...], expires: str, require: str | None
) -> None:
    """S.9: never longer than asked, never below Min-SE, and Require only of who knows the option."""
    _, answer = invited(Peer(stack(TimerPolicy())), *headers)
    assert answer.headers("Session-Expires") == [expires]
    assert answer.header("Require") == require
    assert "timer" in answer.listed("Supported")


def test_a_profile_may_leave_the_refreshing_to_the_phone() -> None:
    policy = TimerPolicy(refresher="peer")
    _, answer = invited(Peer(stack(policy)), KNOWS)
    assert answer.header("Session-Expires") == "1800;refresher=uac"
    _, invite = placed(Peer(stack(policy)))
    assert invite.header("Session-Expires") == "1800;refresher=uas"


def test_too_short_an_interval_is_refused_with_ours() -> None:
    """S.9: 422 with Min-SE, and no call."""
    peer = Peer(stack(TimerPolicy(minimum=120)))
    answer = peer.say_request(body=OFFER, headers=(KNOWS, ("Session-Expires", "119")))
    assert (answer.status, answer.header("Min-SE")) == (422, "120")
    peer.say(request("ACK", to_tag=answer.to.tag))
    assert peer.kinds() == []
    peer.assert_over()


@pytest.mark.parametrize("value", ["", "x", "-1", "99999999999", "90;=", "90 90"])
def test_an_interval_that_is_no_number_makes_a_bad_request(value: str) -> None:
    for name in ("Session-Expires", "Min-SE"):
        assert Peer().say_request(body=OFFER, headers=((name, value),)).status == 400
    doubled = (("Session-Expires", "90"), ("x", "91"))
    assert Peer().say_request(body=OFFER, headers=doubled).status == 400


# --- as the one who asks -------------------------------------------------------------------------------------------


def test_our_invite_offers_a_timer() -> None:
    _, invite = Peer().placed_call()
    assert invite.header("Session-Expires") == "1800"
    assert "timer" in invite.listed("Supported")
    assert invite.header("Min-SE") is None
    _, invite = Peer(stack(TimerPolicy(600, 120, "us"))).placed_call()
    assert invite.header("Session-Expires") == "600;refresher=uac"
    assert invite.header("Min-SE") == "120"


def test_a_422_is_answered_with_the_longer_interval() -> None:
    """S.7.3: the same Call-ID, the next CSeq, Min-SE as demanded."""
    peer = Peer()
    _, invite = peer.placed_call()
    ack, again = peer.reply(invite, 422, headers=(("Min-SE", "2400"),))
    assert isinstance(again, Request)
    assert methods([ack, again]) == ["ACK", "INVITE"]
    assert (again.call_id, again.from_.tag, again.cseq.number) == (invite.call_id, invite.from_.tag, 2)
    assert again.via.branch != invite.via.branch
    assert (again.header("Session-Expires"), again.header("Min-SE")) == ("2400", "2400")
    assert again.body == invite.body
    peer.reply(again, 200, body=ANSWER, headers=(("Session-Expires", "2400;refresher=uas"),))
    assert peer.kinds() == ["SessionAnswered"]


@pytest.mark.parametrize(
    "headers", [(), (("Min-SE", "x"),), (("Min-SE", "60"),), (("Min-SE", "4000000000"),)]
)
def test_a_422_that_helps_nobody_is_final(headers: tuple[tuple[str, str], ...]) -> None:
    peer = Peer()
    _, invite = peer.placed_call()
    assert methods(peer.reply(invite, 422, headers=headers)) == ["ACK"]
    assert peer.event(SessionRefused).status == 422
    peer.assert_over()


def test_422_after_422_comes_to_an_end() -> None:
    peer = Peer()
    _, invite = peer.placed_call()
    for demanded in range(2000, 2100):
        heard = peer.reply(invite, 422, headers=(("Min-SE", str(demanded)),))
        if len(heard) < 2:
            break
        assert isinstance(heard[1], Request)
        invite = heard[1]
    assert invite.cseq.number == 4
    assert peer.event(SessionRefused).status == 422
    peer.assert_over()


@pytest.mark.parametrize("first", [401, 422])
def test_a_422_and_a_challenge_may_come_in_either_order(first: int) -> None:
    """Credentials are not sent again unasked, and each refusal is answered once."""
    peer = Peer()
    login = Login("us", Secret("tangerine-Boat-42"))
    target = Target("sip:bob@192.0.2.2:5070", login=login)
    peer.stack.invite(target, caller=CallerIdentity("us"), body=OFFER, now=0.0)
    (invite,) = peer.hear()
    asked = (first, 422 if first == 401 else 401, 401)
    for turn, status in enumerate(asked if first == 401 else asked[:2]):
        assert isinstance(invite, Request)
        challenge = ("WWW-Authenticate", f'Digest realm="x", nonce="n{turn}", algorithm=MD5')
        header = challenge if status == 401 else ("Min-SE", "2400")
        assert invite.cseq.number == turn + 1
        _, invite = peer.reply(invite, status, tag=f"t{turn}", headers=(header,))
        assert isinstance(invite, Request)
        assert (invite.header("Authorization") is not None) == (status == 401)
    assert isinstance(invite, Request)
    assert invite.header("Session-Expires") == "2400"
    peer.reply(invite, 200, body=ANSWER)
    assert peer.kinds() == ["SessionAnswered"]


# --- refreshing --------------------------------------------------------------------------------------------------


def test_we_refresh_at_half_the_interval_without_changing_anything() -> None:
    """S.10 and s.7.4: a re-INVITE that repeats our description, its o= line too."""
    peer = Refreshing()
    session, _ = invited(peer, KNOWS, ("Session-Expires", "200;refresher=uas"))
    assert peer.wait(99.9) == []
    for _ in range(3):
        (refresh,) = peer.wait(0.3)
        assert isinstance(refresh, Request)
        assert (refresh.method, refresh.body) == ("INVITE", ANSWER)
        assert refresh.header("Session-Expires") == "200;refresher=uac"
        assert methods(
            peer.reply(
                refresh, 200, tag=None, body=OFFER, headers=(("Session-Expires", "200;refresher=uac"),)
            )
        ) == ["ACK"]
        assert peer.wait(99.8) == []
    assert session.state.name == "CONFIRMED"


def test_a_peer_that_should_refresh_and_does_not_is_hung_up_on() -> None:
    """S.10: a third of the interval, but at most 32 s, before it expires; the BYE says why."""
    for seconds, at in ((90, 60.0), (600, 568.0)):
        peer = Peer(stack(TimerPolicy()))
        invited(peer, KNOWS, ("Session-Expires", f"{seconds};refresher=uac"))
        assert peer.wait(at - 0.1) == []
        (bye,) = peer.wait(0.2)
        assert isinstance(bye, Request)
        assert bye.method == "BYE"
        assert bye.header("Reason") == 'SIP;cause=408;text="Session timer expired"'
        ended = peer.event(SessionEnded)
        assert (ended.by, ended.status, ended.reason) == ("timeout", 408, "Session timer expired")
        peer.assert_over()


def test_a_refresh_by_the_peer_keeps_the_call() -> None:
    peer = Peer(stack(TimerPolicy()))
    session, _ = invited(peer, KNOWS, ("Session-Expires", "90;refresher=uac"))
    for turn in range(2, 8):
        peer.wait(45)
        headers = (KNOWS, ("Session-Expires", "90;refresher=uac"))
        peer.say_inside(session, "INVITE", cseq=turn, body=OFFER, headers=headers, branch=f"z9hG4bK-{turn}")
        peer.stack.accept_reoffer(session, ANSWER, now=peer.now)
        (answer,) = peer.hear()
        assert isinstance(answer, Response)
        assert answer.header("Session-Expires") == "90;refresher=uac"
        assert answer.header("Require") == "timer"
        peer.say_inside(session, "ACK", cseq=turn, branch=f"z9hG4bK-a{turn}")
    assert session.state.name == "CONFIRMED"


def test_a_reinvite_can_swap_the_refresher() -> None:
    peer = Peer(stack(TimerPolicy()))
    session, _ = invited(peer, KNOWS, ("Session-Expires", "90;refresher=uac"))
    headers = (KNOWS, ("Session-Expires", "90;refresher=uas"))
    peer.say_inside(session, "INVITE", cseq=2, body=OFFER, headers=headers)
    peer.stack.accept_reoffer(session, ANSWER, now=peer.now)
    (answer,) = peer.hear()
    assert answer.header("Session-Expires") == "90;refresher=uas"
    assert session.timer.machine.state is TimerState.OURS


def test_a_reinvite_that_says_nothing_leaves_the_refreshing_where_it_was() -> None:
    peer = Peer(stack(TimerPolicy()))
    session, _ = invited(peer, KNOWS, ("Session-Expires", "90;refresher=uac"))
    peer.say_inside(session, "INVITE", cseq=2, body=OFFER, headers=(KNOWS,))
    peer.stack.accept_reoffer(session, ANSWER, now=peer.now)
    peer.hear()
    assert session.timer.machine.state is TimerState.THEIRS


def test_too_short_an_interval_in_a_reinvite_is_refused_and_the_call_stays() -> None:
    peer = Peer(stack(TimerPolicy()))
    session, _ = invited(peer, KNOWS, ("Session-Expires", "90;refresher=uac"))
    headers = (KNOWS, ("Session-Expires", "60"))
    (answer,) = peer.say_inside(session, "INVITE", cseq=2, body=OFFER, headers=headers)
    assert isinstance(answer, Response)
    assert (answer.status, answer.header("Min-SE")) == (422, "90")
    assert session.state.name == "CONFIRMED"


def test_a_proxy_may_have_lowered_the_interval() -> None:
    """S.7.2: what the 2xx says counts, whatever we asked."""
    peer = Refreshing()
    placed(peer, ("Session-Expires", "120;refresher=uac"), ("Require", "timer"))
    assert peer.wait(59.9) == []
    assert methods(peer.wait(0.2)) == ["INVITE"]


def test_who_knows_no_timers_is_refreshed_by_us_alone_and_lives_by_any_answer() -> None:
    peer = Refreshing()
    session, _ = placed(peer)
    assert session.timer.machine.state is TimerState.ALONE
    for _ in range(3):
        assert peer.wait(899.8) == []
        (refresh,) = peer.wait(0.3)
        assert isinstance(refresh, Request)
        assert methods(peer.reply(refresh, 488)) == ["ACK"]
        assert session.state.name == "CONFIRMED"


@pytest.mark.parametrize("status", [408, 481])
def test_a_refresh_that_finds_nobody_ends_the_call(status: int) -> None:
    """S.10."""
    peer = Refreshing()
    placed(peer)
    (refresh,) = peer.wait(900.1)
    assert isinstance(refresh, Request)
    assert methods(peer.reply(refresh, status)) == ["ACK", "BYE"]
    assert peer.event(SessionEnded).by == "timeout"
    peer.assert_over()


def test_a_refresh_that_nobody_answers_ends_the_call() -> None:
    peer = Refreshing()
    placed(peer)
    heard = peer.wait(940)
    assert methods(heard)[-1] == "BYE"
    peer.assert_over()


def test_a_refresh_that_meets_the_peers_is_tried_again() -> None:
    """RFC 3261 s.14.1: whoever owns the Call-ID after 2.1 to 4 s, the other one within 2 s."""
    peer = Refreshing()
    placed(peer, ("Session-Expires", "200;refresher=uac"))
    (refresh,) = peer.wait(100.1)
    assert isinstance(refresh, Request)
    peer.reply(refresh, 491)
    assert peer.wait(2.09) == []
    again = peer.wait(2.0)[0]
    assert isinstance(again, Request)
    assert again.cseq.number == refresh.cseq.number + 1
    peer.reply(again, 200, body=ANSWER, headers=(("Session-Expires", "200;refresher=uac"),))
    assert peer.wait(90) == []


def test_a_refresh_refused_by_who_knows_timers_is_tried_again_until_the_end() -> None:
    peer = Refreshing()
    placed(peer, ("Session-Expires", "90;refresher=uac"))
    tried = 0
    for _ in range(50):
        for each in peer.wait(1):
            if isinstance(each, Request) and each.method == "INVITE":
                tried += 1
                peer.reply(each, 500)
            elif isinstance(each, Request) and each.method == "BYE":
                assert peer.now == pytest.approx(60, abs=1.1)
                assert tried == 2
                return
        peer.wait(0.5)
    pytest.fail("never ended")


def test_a_422_to_a_refresh_is_answered_at_once_with_the_longer_interval() -> None:
    peer = Refreshing()
    placed(peer, ("Session-Expires", "100;refresher=uac"))
    (refresh,) = peer.wait(50.1)
    assert isinstance(refresh, Request)
    _, again = peer.reply(refresh, 422, headers=(("Min-SE", "300"),))
    assert isinstance(again, Request)
    assert again.header("Session-Expires") == "300;refresher=uac"
    assert again.header("Min-SE") == "300"


def test_a_2xx_that_names_next_to_nothing_makes_no_storm() -> None:
    peer = Refreshing()
    placed(peer, ("Session-Expires", "0;refresher=uac"))
    assert len(methods(peer.wait(1.9))) == 0


def test_a_call_that_is_over_leaves_no_timer() -> None:
    for headers in (
        (),
        (("Session-Expires", "90;refresher=uac"),),
        (("Session-Expires", "90;refresher=uas"),),
    ):
        peer = Peer()
        session, _ = placed(peer, *headers)
        peer.stack.end(session, now=peer.now)
        (bye,) = peer.hear()
        assert isinstance(bye, Request)
        peer.reply(bye, 200)
        peer.assert_over()
