"""The spans of a contact as the fold of its events."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from centralita.telemetry.identity import is_traced, span_of, trace_of, traceparent
from centralita.telemetry.spans import SpanFold
from records.event import Committed

if TYPE_CHECKING:
    from centralita.telemetry.spans import Span

CALL: tuple[tuple[float, str | None, str, dict[str, object]], ...] = (
    (0.0, None, "contact.opened", {"ani": "+34600111222", "trunk": "carrier"}),
    (0.0, None, "contact.routed", {"client": "acme", "language": "es", "destination": "number +34600111222"}),
    (0.0, "l1", "leg.invited", {"role": "caller", "direction": "in", "peer": "sip:+34600111222@x"}),
    (0.2, "l1", "leg.answered", {"codec": "PCMA"}),
    (0.3, "l1", "menu.entered", {"menu": "main", "step": "hello", "version": "v1"}),
    (0.5, "l1", "menu.entered", {"menu": "main", "step": "choose", "version": "v1"}),
    (2.0, "l1", "menu.left", {"menu": "main", "step": "choose", "destination": "queue help"}),
    (2.0, None, "queue.joined", {"queue": "help", "position": 1}),
    (3.0, None, "reservation.created", {"reservation": "r1", "agent": "ana", "queue": "help"}),
    (3.0, "l2", "leg.invited", {"role": "agent", "direction": "out", "agent": "ana"}),
    (5.0, "l2", "leg.answered", {"codec": "PCMA"}),
    (5.0, None, "reservation.ended", {"reservation": "r1", "result": "answered", "ring": 2.0}),
    (5.0, None, "queue.left", {"queue": "help", "reason": "answered", "waited": 3.0}),
    (5.0, None, "bridge.began", {"legs": ["l1", "l2"]}),
    (20.0, None, "bridge.ended", {"legs": ["l1", "l2"]}),
    (20.0, "l1", "leg.ended", {"status": 200, "cause": 16, "ended_by": "remote"}),
    (20.1, None, "contact.closed", {"outcome": "answered", "status": 200}),
    (20.2, "l2", "leg.ended", {"status": 503, "cause": 16}),
)


def committed(contact: str = "c1") -> list[Committed]:
    numbers = itertools.count(1)
    return [
        Committed(n, 100.0 + at, contact, n, leg, None, "acme", kind, data)
        for (at, leg, kind, data), n in zip(CALL, numbers, strict=False)
    ]


def spans(*, share: float = 1.0, most: int = 10, contacts: int = 1) -> list[Span]:
    found: list[Span] = []
    fold = SpanFold(found.append, share, most=most)
    for n in range(contacts):
        for each in committed(f"c{n + 1}"):
            fold.take(each)
    return found


def test_a_contact_is_one_trace_with_a_span_for_each_thing_that_lasted() -> None:
    found = spans()
    (root,) = [each for each in found if each.parent is None]
    assert (root.name, root.trace, root.id) == ("contact", trace_of("c1"), span_of("c1", "contact"))
    lengths = sorted((each.name, round((each.ended - each.began) / 1e9, 3)) for each in found)
    assert lengths == [
        ("contact", 20.1),
        ("leg", 17.2),
        ("leg", 20.0),
        ("menu", 1.7),
        ("queue", 3.0),
        ("reservation", 2.0),
        ("talk", 15.0),
    ]
    assert {each.trace for each in found} == {root.trace}
    assert {each.parent for each in found if each is not root} == {root.id}
    assert len({each.id for each in found}) == len(found)
    assert [each.is_failure for each in found if each.name == "leg"] == [False, True]


def test_attributes_are_words_of_the_house_and_nothing_personal() -> None:
    found = spans()
    assert "600111222" not in repr(found)
    by_name = {each.name: each.attributes for each in found}
    assert by_name["contact"] == {
        "centralita.contact": "c1",
        "centralita.client": "acme",
        "centralita.language": "es",
        "centralita.outcome": "answered",
        "centralita.status": 200,
    }
    assert by_name["reservation"]["centralita.agent"] == "ana"
    assert by_name["queue"]["centralita.waited"] == 3.0


def test_what_is_open_when_the_contact_ends_ends_with_it() -> None:
    found: list[Span] = []
    fold = SpanFold(found.append)
    for each in committed():
        if each.type not in ("bridge.ended", "leg.ended"):
            fold.take(each)
    assert sorted(each.name for each in found) == ["contact", "menu", "queue", "reservation", "talk"]


def test_only_a_share_of_contacts_is_traced_and_always_the_same() -> None:
    traced = {each.trace for each in spans(share=0.25, contacts=400)}
    assert 60 < len(traced) < 140
    assert traced == {each.trace for each in spans(share=0.25, contacts=400)}
    assert spans(share=0.0) == []
    assert all(is_traced(trace_of(f"c{n}"), 1.0) for n in range(100))


def test_contacts_that_never_end_do_not_fill_memory() -> None:
    found: list[Span] = []
    fold = SpanFold(found.append, most=5)
    for n in range(50):
        fold.take(Committed(n, 1.0, f"c{n}", 1, None, None, None, "contact.opened", {}))
    fold.take(Committed(51, 2.0, "c0", 2, None, None, None, "contact.closed", {}))
    fold.take(Committed(52, 2.0, "c49", 2, None, None, None, "contact.closed", {}))
    assert [each.trace for each in found] == [trace_of("c49")]


def test_the_header_of_a_request_is_that_of_the_trace() -> None:
    assert traceparent(0xABC, 0xDEF) == f"00-{'0' * 29}abc-{'0' * 13}def-01"
