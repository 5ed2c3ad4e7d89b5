"""Subscriptions from the notifier's side (RFC 6665 s.4.2), against a hand-driven subscriber in virtual time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sip.event_package import EventRules, SubscriptionLimits
from sip.flow import Flow
from sip.message import Request
from tests.kit.builders import FLOW, OFFER, request
from tests.kit.phone import Peer
from tests.kit.subscriber import Lamps, Subscriber, may_watch, told


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


REFUSED: list[tuple[dict[str, Any], int, str | None]] = [
    ({"event": "presence"}, 489, "Allow-Events"),
    ({"event": None}, 489, None),
    ({"event": "dialog;id=two words"}, 400, None),
    ({"event": f"dialog;id={'x' * 129}"}, 400, None),
    ({"event": "dialog, reg"}, 400, None),
    ({"headers": (("Event", "reg"),)}, 400, None),
    ({"event": "dialog.winfo"}, 489, "Allow-Events"),
    ({"expires": 59}, 423, "Min-Expires"),
    ({"expires": 2**32}, 400, None),
    ({"expires": "soon"}, 400, None),
    ({"headers": (("Accept", "application/pidf+xml"),)}, 406, "Accept"),
    ({"contact": None}, 400, None),
    ({"contact": "<sip:a@192.0.2.2>, <sip:b@192.0.2.2>"}, 400, None),
    ({"contact": "<tel:1001>"}, 400, None),
    ({"uri": "sip:1009@192.0.2.1"}, 404, None),
    ({"uri": "sip:192.0.2.1"}, 404, None),
    ({"account": "1003"}, 403, None),
    ({"account": "stranger"}, 403, None),
    ({"headers": (("Require", "eventlist"),)}, 420, "Unsupported"),
    ({"body": b"<filter-set/>", "content_type": "application/simple-filter+xml"}, 415, "Accept"),
]


@pytest.mark.parametrize(("parts", "status", "header"), REFUSED, ids=str)
def test_a_subscribe_that_cannot_be_served_is_refused(
    parts: dict[str, Any], status: int, header: str | None
) -> None:
    phone = Subscriber()
    answer = phone.subscribe(**parts)
    assert answer.status == status
    assert header is None or answer.header(header) is not None
    assert phone.notified == []
    phone.assert_over()


@pytest.mark.parametrize("accept", ["*/*", "application/*", "text/plain, application/dialog-info+xml;q=0.5"])
def test_whoever_reads_the_document_is_served(accept: str) -> None:
    assert Subscriber().subscribe(headers=(("Accept", accept),)).status == 200


@pytest.mark.parametrize(("asked", "granted"), [(None, "1800"), (60, "60"), (86400, "3600")])
def test_the_duration_is_bounded(asked: int | None, granted: str) -> None:
    """s.4.2.1.1: never longer than asked for; without a wish the package's default."""
    answer = Subscriber().subscribe(expires=asked)
    assert answer.header("Expires") == granted


def test_a_refresh_that_is_refused_leaves_the_subscription() -> None:
    """s.4.2.1.2 by way of s.4.1.2.2: 423 changes nothing."""
    phone = Subscriber()
    answer = phone.subscribe()
    phone.accept()
    assert phone.refresh(answer, expires=5).status == 423
    assert phone.refresh(answer, event="presence").status == 489
    assert phone.refresh(answer, event="dialog;id=2").status == 403
    phone.pass_time(5)
    phone.change("lit")
    assert told(phone.accept()) == ("lit", "active")


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


def test_an_account_has_a_bounded_number_of_subscriptions() -> None:
    phone = Subscriber(SubscriptionLimits(per_account=2, total=3))
    for count in range(2):
        assert phone.subscribe(call_id=f"c{count}").status == 200
    assert phone.subscribe(call_id="c3").status == 403
    assert phone.subscribe(call_id="c4", account="1002").status == 200
    full = phone.subscribe(call_id="c5", account="1002")
    assert (full.status, full.header("Retry-After")) == (503, "60")


def test_room_comes_back_when_subscriptions_end() -> None:
    phone = Subscriber(SubscriptionLimits(per_account=1))
    answer = phone.subscribe()
    phone.accept()
    phone.refresh(answer, expires=0)
    phone.accept()
    assert phone.subscribe(call_id="c2").status == 200


def test_a_reload_that_takes_the_right_away_ends_the_subscription() -> None:
    """s.4.1.3: rejected, and without the state that may no longer be seen."""
    phone = Subscriber()
    phone.subscribe()
    phone.accept()
    phone.configure(replace(phone.rules, may_watch=lambda *_: False))
    assert told(phone.accept()) == ("", "terminated;reason=rejected")
    phone.assert_over()


def test_a_reload_without_the_resource_ends_the_subscription() -> None:
    phone = Subscriber()
    phone.subscribe()
    phone.accept()
    phone.configure(EventRules({"dialog": Lamps({"1001": "dark"})}, may_watch))
    assert told(phone.accept()) == ("", "terminated;reason=noresource")
    phone.assert_over()


def test_a_reload_that_changes_nothing_leaves_it() -> None:
    phone = Subscriber()
    phone.subscribe()
    phone.accept()
    phone.configure(phone.rules)
    assert phone.notified == []
    assert phone.stack.counters()["subscriptions"] == 1


def test_a_stack_without_packages_knows_no_event() -> None:
    answer = Peer().say_request("SUBSCRIBE", headers=(("Event", "dialog"),))
    assert answer.status == 489


def test_a_call_carries_no_subscription_but_its_own_transfers() -> None:
    """s.4.5.2: the packages are not shared with the dialog of a call."""
    peer = Peer()
    session = peer.answered_call(body=OFFER)
    (refusal,) = peer.say_inside(session, "SUBSCRIBE", cseq=2, headers=(("Event", "dialog"),))
    assert refusal.status == 489  # type: ignore[union-attr]


def test_a_connection_with_a_subscription_is_needed() -> None:
    """The stream on which NOTIFYs go is not closed for being idle."""
    phone = Subscriber()
    phone.stack.listen("TCP", FLOW.local)
    flow = Flow("TCP", FLOW.local, FLOW.remote)
    phone.stack.connection_made(flow, accepted=True, now=0.0)
    lines = (("From", "<sip:1001@192.0.2.1>;tag=f"), ("Event", "dialog"), ("Expires", "3600"))
    data = request("SUBSCRIBE", uri="sip:1002@192.0.2.1", without=("From",), headers=lines)
    phone.stack.receive_stream(data.replace(b"UDP", b"TCP"), flow, now=0.0)
    _, notify = phone.hear()
    assert isinstance(notify, Request)
    notify.flow = flow
    phone.stack.receive_stream(_accepted(notify), flow, now=0.0)
    phone.wait(3000)
    assert phone.stack.counters()["connections"] == 1


def _accepted(notify: Request) -> bytes:
    lines = [f"{name}: {notify.required(name)}" for name in ("Via", "From", "To", "Call-ID", "CSeq")]
    return ("SIP/2.0 200 OK\r\n" + "\r\n".join(lines) + "\r\nContent-Length: 0\r\n\r\n").encode()
