"""Whole calls as ledger events, for the tests of the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records import LedgerEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

BEGAN = 1_795_294_000.0
CALLER, AGENT = "127.0.0.1:5071", "127.0.0.1:5081"


def event(offset: float, contact: str, leg: str | None, kind: str, **data: object) -> LedgerEvent:
    return LedgerEvent(BEGAN + offset, contact, leg, kind, data)


def message(offset: float, contact: str, leg: str, way: str, summary: str) -> LedgerEvent:
    peer = CALLER if leg.startswith("caller") else AGENT
    return event(offset, contact, leg, "leg.message", sent=way == ">", peer=peer, summary=summary)


def rtp(packets: int) -> Mapping[str, object]:
    return {"packets_in": packets, "packets_out": packets, "lost": 0, "jitter_ms": 0.4}


def arrival(contact: str, *, offset: float = 0.0) -> list[LedgerEvent]:
    """A caller comes in over a trunk and is answered by the menu: eight events."""
    leg = f"caller-{contact}"
    opened: Mapping[str, object] = {"ani": "34600111222", "dnis": "900100", "profile": "external"}
    invited: Mapping[str, object] = {"role": "caller", "direction": "in", "peer": CALLER}
    return [
        event(offset, contact, None, "contact.opened", trunk="carrier", **opened),
        event(offset, contact, leg, "leg.invited", sip_call_id=f"{contact}@phone", **invited),
        message(offset, contact, leg, "<", "INVITE sdp"),
        message(offset + 0.001, contact, leg, ">", "100 Trying (INVITE)"),
        event(offset + 0.002, contact, None, "contact.routed", client="bank", language="es"),
        event(offset + 0.003, contact, leg, "leg.answered", codec="PCMA"),
        message(offset + 0.003, contact, leg, ">", "200 OK (INVITE) sdp"),
        message(offset + 0.011, contact, leg, "<", "ACK"),
    ]


def whole_call(contact: str = "01CALL") -> list[LedgerEvent]:
    """Menu, card, queue, one agent who does not answer, one who does, hold, hang-up."""
    return [*arrival(contact), *_menu(contact), *_queue(contact), *_talk(contact), *_goodbye(contact)]


def _menu(contact: str) -> list[LedgerEvent]:
    return [
        event(0.02, contact, None, "menu.entered", menu="bank", step="main"),
        event(0.021, contact, None, "menu.prompt", menu="bank", step="main", segments=2),
        event(4.2, contact, None, "menu.input", menu="bank", step="main", digits=1, result="goto activate"),
        event(4.21, contact, None, "secure.began"),
        event(11.5, contact, None, "field.captured", field="card", type="card_number", length=16, valid=True),
        event(11.51, contact, None, "secure.ended"),
        event(11.6, contact, None, "transaction.result", action="activate_card", result="activated"),
        event(15.0, contact, None, "menu.noinput", menu="bank", step="more", count=1),
        event(17.0, contact, None, "menu.nomatch", menu="bank", step="more", count=1),
        event(18.0, contact, None, "menu.left", menu="bank", step="more", destination="queue support"),
    ]


def _queue(contact: str) -> list[LedgerEvent]:
    first, second = f"first-{contact}", f"second-{contact}"
    return [
        event(18.0, contact, None, "queue.joined", queue="support", position=1),
        _reserved(18.001, contact, f"r1-{contact}", "pedro", "ana"),
        _called(18.002, contact, first, "pedro"),
        message(18.003, contact, first, ">", "INVITE sdp"),
        message(18.02, contact, first, "<", "180 Ringing (INVITE)"),
        event(18.02, contact, first, "leg.ringing"),
        event(18.02, contact, None, "reservation.ringing", reservation=f"r1-{contact}", agent="pedro"),
        message(33.02, contact, first, ">", "CANCEL"),
        message(33.03, contact, first, "<", "200 OK (CANCEL)"),
        message(33.03, contact, first, "<", "487 Request Terminated (INVITE)"),
        message(33.03, contact, first, ">", "ACK"),
        event(33.02, contact, first, "leg.ended", ended_by="local", status=487, cause=19, reason="no answer"),
        _reservation_over(33.03, contact, f"r1-{contact}", "pedro", "no_answer", 15.0),
        _reserved(33.04, contact, f"r2-{contact}", "ana"),
        _called(33.04, contact, second, "ana"),
        message(33.041, contact, second, ">", "INVITE sdp"),
        message(33.06, contact, second, "<", "180 Ringing (INVITE)"),
        event(33.06, contact, second, "leg.ringing"),
        message(36.2, contact, second, "<", "200 OK (INVITE) sdp"),
        message(36.2, contact, second, ">", "ACK"),
        event(36.2, contact, second, "leg.answered", codec="PCMA"),
        _reservation_over(36.2, contact, f"r2-{contact}", "ana", "answered", 3.14),
        event(36.2, contact, None, "queue.left", queue="support", reason="answered", waited=18.2),
    ]


def _reserved(offset: float, contact: str, reservation: str, agent: str, *later: str) -> LedgerEvent:
    explained = {
        "strategy": "longest-idle",
        "chosen": {"agent": agent, "by": "ranking", "idle": 34.0, "rank": [1, 0, 10.0, 10.0, 1]},
        "idle": [agent, *later],
        "others": {"talking": ["ola"]},
    }
    data = {"reservation": reservation, "agent": agent, "queue": "support", "explained": explained}
    return event(offset, contact, None, "reservation.created", **data)


def _called(offset: float, contact: str, leg: str, agent: str) -> LedgerEvent:
    peer = f"sip:{agent}@{AGENT}"
    return event(offset, contact, leg, "leg.invited", role="agent", direction="out", peer=peer, agent=agent)


def _reservation_over(
    offset: float, contact: str, reservation: str, agent: str, result: str, ring: float
) -> LedgerEvent:
    data = {"reservation": reservation, "agent": agent, "queue": "support", "result": result, "ring": ring}
    return event(offset, contact, None, "reservation.ended", **data)


def _talk(contact: str) -> list[LedgerEvent]:
    caller, agent = f"caller-{contact}", f"second-{contact}"
    return [
        event(36.21, contact, None, "bridge.began", legs=[caller, agent]),
        message(50.0, contact, agent, "<", "INVITE sdp"),
        event(50.0, contact, agent, "leg.held"),
        message(50.001, contact, agent, ">", "200 OK (INVITE) sdp"),
        event(60.0, contact, agent, "leg.resumed"),
    ]


def _goodbye(contact: str) -> list[LedgerEvent]:
    caller, agent = f"caller-{contact}", f"second-{contact}"
    over: Mapping[str, object] = {"status": 200, "cause": 16}
    return [
        message(96.21, contact, caller, "<", "BYE"),
        event(96.21, contact, None, "bridge.ended", legs=[caller, agent]),
        event(96.21, contact, caller, "leg.ended", ended_by="remote", rtp=rtp(4810), **over),
        event(96.212, contact, agent, "leg.ended", ended_by="local", rtp=rtp(3000), **over),
        event(96.213, contact, None, "contact.closed", outcome="answered", ended_by="remote", **over),
        message(96.214, contact, caller, ">", "200 OK (BYE)"),
        message(96.214, contact, agent, ">", "BYE"),
        message(96.22, contact, agent, "<", "200 OK (BYE)"),
    ]
