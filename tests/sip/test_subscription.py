"""Subscriptions from the notifier's side (RFC 6665 s.4.2), against a hand-driven subscriber in virtual time."""

from __future__ import annotations

import pytest

from sip.flow import Flow
from sip.message import Request
from tests.kit.builders import FLOW, LOCAL, OFFER, request
from tests.kit.phone import Peer
from tests.kit.subscriber import Subscriber, told


def test_a_subscription_is_accepted_and_the_state_told_at_once() -> None:
    """s.4.2.1.1: 200 with Expires, Contact and a tag, then a NOTIFY in the same dialog."""
    phone = Subscriber()
    answer = phone.subscribe(event="dialog;id=7")
    assert answer.status == 200
    assert answer.header("Expires") == "600"
    assert answer.header("Contact") == "<sip:192.0.2.1:5060>"
    assert "dialog" in (answer.header("Allow-Events") or "")
    notify = phone.accept()
    assert notify.uri_text == "sip:1001@192.0.2.2:5070"
    assert (notify.from_.tag, notify.to.tag, notify.call_id) == (answer.to.tag, "f1", "call-1")
    assert notify.header("Event") == "dialog;id=7"
    assert notify.header("Subscription-State") == "active;expires=600"
    assert notify.header("Content-Type") == "application/dialog-info+xml"
    assert notify.header("Contact") == "<sip:192.0.2.1:5060>"
    assert notify.body == b"dark 0"
    assert phone.stack.counters()["subscriptions"] == 1


def test_notifies_follow_the_recorded_route() -> None:
    """RFC 3261 s.12.1.1: the dialog's route set is the SUBSCRIBE's Record-Route."""
    phone = Subscriber()
    answer = phone.subscribe(headers=(("Record-Route", "<sip:192.0.2.9;lr>"),))
    assert answer.header("Record-Route") == "<sip:192.0.2.9;lr>"
    assert phone.notified[0].header("Route") == "<sip:192.0.2.9;lr>"


def test_a_change_is_told_and_versions_count_up() -> None:
    phone = Subscriber()
    phone.subscribe()
    phone.accept()
    phone.pass_time(5)
    phone.change("lit")
    notify = phone.accept()
    assert notify.body == b"lit 1"
    assert notify.header("Subscription-State") == "active;expires=595"
    assert notify.cseq.number == 2


def test_only_who_watches_the_resource_is_told() -> None:
    phone = Subscriber()
    phone.subscribe()
    phone.accept()
    phone.pass_time(5)
    phone.change("lit", "1001")
    assert phone.notified == []


def test_changes_in_quick_succession_are_told_by_one_notify() -> None:
    """s.4.2.2 leaves the rate to the package; a lamp that flickers must not flood its watchers."""
    phone = Subscriber()
    phone.subscribe()
    phone.accept()
    for word in ("one", "two", "three"):
        phone.change(word)
        phone.pass_time(0.01)
    assert phone.notified == []
    phone.pass_time(1)
    assert told(phone.accept()) == ("three", "active")
    phone.pass_time(30)
    assert phone.notified == []


def test_while_one_notify_waits_no_other_is_sent() -> None:
    """s.4.2.2: the answer is waited for; what changed meanwhile comes in one NOTIFY after it."""
    phone = Subscriber()
    phone.subscribe()
    first = phone.notified.pop()
    phone.change("one")
    phone.change("two")
    assert phone.notified == []
    phone.notified = [first]
    phone.accept()
    phone.pass_time(1)
    assert told(phone.accept()) == ("two", "active")


def test_a_refresh_extends_the_subscription_and_is_told_at_once() -> None:
    """s.4.2.1.2 by way of s.4.1.2.2: each SUBSCRIBE is followed by a NOTIFY, also in the pause after one."""
    phone = Subscriber()
    answer = phone.subscribe()
    phone.accept()
    again = phone.refresh(answer, expires=900, contact="<sip:1001@192.0.2.2:5099>")
    assert (again.status, again.header("Expires")) == (200, "900")
    notify = phone.accept()
    assert notify.header("Subscription-State") == "active;expires=900"
    assert notify.uri_text == "sip:1001@192.0.2.2:5099"
    phone.pass_time(700)
    assert phone.stack.counters()["subscriptions"] == 1


def test_a_refresh_while_a_notify_waits_gets_its_own_after_it() -> None:
    phone = Subscriber()
    answer = phone.subscribe()
    assert phone.refresh(answer).status == 200
    assert len(phone.notified) == 1
    phone.accept()
    assert told(phone.accept()) == ("dark", "active")


def test_unsubscribing_ends_with_a_last_notify() -> None:
    """s.4.1.2.3: Expires 0 in the dialog; the last NOTIFY says terminated and holds the state."""
    phone = Subscriber()
    answer = phone.subscribe()
    phone.accept()
    ended = phone.refresh(answer, expires=0)
    assert (ended.status, ended.header("Expires")) == (200, "0")
    assert told(phone.accept()) == ("dark", "terminated;reason=timeout")
    assert phone.stack.counters()["subscriptions"] == 0
    assert phone.refresh(answer).status == 481
    phone.assert_over()


def test_a_fetch_is_answered_by_one_notify() -> None:
    """s.4.4.3: Expires 0 in the first SUBSCRIBE."""
    phone = Subscriber()
    assert phone.subscribe(expires=0).header("Expires") == "0"
    assert told(phone.accept()) == ("dark", "terminated;reason=timeout")
    phone.assert_over()


def test_unsubscribing_while_a_notify_waits_ends_after_its_answer() -> None:
    phone = Subscriber()
    answer = phone.subscribe()
    phone.refresh(answer, expires=0)
    assert phone.refresh(answer).status == 481
    assert told(phone.accept()) == ("dark", "active")
    assert told(phone.accept()) == ("dark", "terminated;reason=timeout")
    phone.assert_over()


def test_a_subscription_that_is_not_refreshed_expires() -> None:
    """s.4.2.3."""
    phone = Subscriber()
    phone.subscribe(expires=60)
    phone.accept()
    phone.pass_time(59.9)
    assert phone.notified == []
    phone.pass_time(0.2)
    assert told(phone.accept()) == ("dark", "terminated;reason=timeout")
    phone.assert_over()


@pytest.mark.parametrize("status", [481, 404, 500, 603])
def test_a_refused_notify_ends_the_subscription(status: int) -> None:
    """s.4.2.2: a failure without Retry-After removes it; 481 always does."""
    phone = Subscriber()
    answer = phone.subscribe()
    phone.accept(status)
    assert phone.stack.counters()["subscriptions"] == 0
    assert phone.refresh(answer).status == 481
    phone.assert_over()


def test_481_ends_it_whatever_else_it_says() -> None:
    phone = Subscriber()
    phone.subscribe()
    phone.accept(481, headers=(("Retry-After", "5"),))
    assert phone.stack.counters()["subscriptions"] == 0


def test_an_unanswered_notify_ends_the_subscription() -> None:
    """s.4.2.2: timer F."""
    phone = Subscriber()
    phone.subscribe()
    phone.pass_time(33)
    assert phone.stack.counters()["subscriptions"] == 0
    phone.assert_over()


def test_an_undeliverable_notify_ends_the_subscription() -> None:
    phone = Subscriber()
    phone.subscribe()
    phone.stack.transport_failed(FLOW.remote, now=phone.now)
    assert phone.stack.counters()["subscriptions"] == 0


def test_a_notify_may_be_asked_for_later_but_not_for_ever() -> None:
    """s.4.2.2: Retry-After is no failure."""
    phone = Subscriber()
    phone.subscribe()
    for _ in range(3):
        phone.accept(503, headers=(("Retry-After", "10 (busy)"),))
        phone.pass_time(9)
        assert phone.notified == []
        phone.pass_time(2)
    phone.accept(503, headers=(("Retry-After", "10"),))
    assert phone.stack.counters()["subscriptions"] == 0
    phone.assert_over()


def test_a_sequence_number_that_goes_back_is_refused() -> None:
    """RFC 3261 s.12.2.2."""
    phone = Subscriber()
    answer = phone.subscribe(cseq=10)
    assert phone.refresh(answer, cseq=9).status == 500
    assert phone.refresh(answer, cseq=11).status == 200


def test_a_subscribe_in_an_unknown_dialog_is_refused() -> None:
    phone = Subscriber()
    answer = phone.subscribe()
    assert phone.subscribe(to_tag="other").status == 481
    assert phone.refresh(answer, from_tag="other").status == 481


@pytest.mark.parametrize("method", ["BYE", "NOTIFY", "INFO"])
def test_what_belongs_to_no_usage_of_the_dialog_is_refused_and_changes_nothing(method: str) -> None:
    """RFC 5057 s.5.1: the subscription outlives a BYE."""
    phone = Subscriber()
    answer = phone.subscribe()
    phone.accept()
    refusal = phone.say_request(method, to_tag=answer.to.tag, cseq=2)
    assert refusal.status == 481
    assert phone.stack.counters()["subscriptions"] == 1


def test_options_in_the_dialog_is_answered() -> None:
    phone = Subscriber()
    answer = phone.subscribe()
    assert phone.say_request("OPTIONS", to_tag=answer.to.tag, cseq=2).status == 200


def test_a_retransmitted_subscribe_gets_the_same_answer_and_no_second_notify() -> None:
    phone = Subscriber()
    first = phone.subscribe()
    phone.cseq = 0
    second = phone.subscribe()
    assert first.to.tag == second.to.tag
    assert len(phone.notified) == 1


def test_whoever_is_subscribed_when_we_stop_is_told_to_come_again() -> None:
    """s.4.1.3: probation, with the time after which to try."""
    phone = Subscriber()
    phone.subscribe()
    phone.accept()
    phone.stack.end_subscriptions(now=phone.now)
    phone.take(phone.hear())
    assert told(phone.accept()) == ("", "terminated;reason=probation;retry-after=15")
    phone.assert_over()


def test_a_phone_behind_nat_is_told_where_it_was_heard_last() -> None:
    phone = Subscriber()
    answer = phone.subscribe(contact="<sip:1001@10.0.0.5>")
    phone.accept()
    moved = Flow("UDP", LOCAL, ("192.0.2.2", 61000))
    lines = (("From", "<sip:1001@192.0.2.1>;tag=f1"), ("Event", "dialog"))
    again = request(
        "SUBSCRIBE",
        to_tag=answer.to.tag,
        cseq=2,
        contact="<sip:1001@10.0.0.5>",
        without=("From",),
        headers=lines,
    )
    phone.stack.receive_datagram(again, moved, now=phone.now)
    assert [flow for _, flow in phone.stack.take_output()] == [moved, moved]


def test_a_notify_follows_the_contact_when_its_connection_is_gone_and_failing_that_the_subscription_ends() -> (
    None
):
    phone = Subscriber()
    flow = subscribed_by_tcp(phone)
    phone.stack.connection_lost(flow, now=phone.now)
    phone.wait(5)
    phone.lamps.states["1002"] = "lit"
    phone.stack.tell_change("dialog", "1002", now=phone.now)
    ((_, tried),) = phone.stack.take_output()
    assert tried == Flow("TCP", LOCAL, FLOW.remote)
    phone.stack.connection_lost(tried, now=phone.now)
    assert phone.stack.counters()["subscriptions"] == 0


def test_a_call_carries_no_subscription_but_its_own_transfers() -> None:
    """s.4.5.2: the packages are not shared with the dialog of a call."""
    peer = Peer()
    session = peer.answered_call(body=OFFER)
    (refusal,) = peer.say_inside(session, "SUBSCRIBE", cseq=2, headers=(("Event", "dialog"),))
    assert refusal.status == 489  # type: ignore[union-attr]


def test_a_connection_with_a_subscription_is_needed() -> None:
    """The stream on which NOTIFYs go is not closed for being idle."""
    phone = Subscriber()
    subscribed_by_tcp(phone)
    phone.wait(3000)
    assert phone.stack.counters()["connections"] == 1


def subscribed_by_tcp(phone: Subscriber) -> Flow:
    """Subscribe for an hour by a connection, and answer the first NOTIFY."""
    phone.stack.listen("TCP", LOCAL)
    flow = Flow("TCP", LOCAL, ("192.0.2.2", 40123))
    phone.stack.connection_made(flow, accepted=True, now=0.0)
    lines = (("From", "<sip:1001@192.0.2.1>;tag=f"), ("Event", "dialog"), ("Expires", "3600"))
    contact = "<sip:bob@192.0.2.2:5070;transport=tcp>"
    data = request("SUBSCRIBE", uri="sip:1002@192.0.2.1", without=("From",), headers=lines, contact=contact)
    phone.stack.receive_stream(data.replace(b"UDP", b"TCP"), flow, now=0.0)
    _, notify = phone.hear()
    assert isinstance(notify, Request)
    phone.stack.receive_stream(_accepted(notify), flow, now=0.0)
    return flow


def _accepted(notify: Request) -> bytes:
    lines = [f"{name}: {notify.required(name)}" for name in ("Via", "From", "To", "Call-ID", "CSeq")]
    return ("SIP/2.0 200 OK\r\n" + "\r\n".join(lines) + "\r\nContent-Length: 0\r\n\r\n").encode()
