"""Which subscriptions are served (RFC 6665 s.4.2.1): what is refused, how long and how many, and what a reload ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sip.subscriptions.event_package import EventRules, SubscriptionLimits
from tests.kit.phone import Peer
from tests.kit.subscriber import Lamps, Subscriber, may_watch, told

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
