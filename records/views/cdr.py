"""Call detail records in the columns of Asterisk's cdr_csv, so that what reads those reads ours: a row for each leg.

As there, `channel` is who called and `dstchannel` whom the row is about; the caller's own row names whom he or
she spoke with first. `linkedid` is the contact, `uniqueid` the leg. Times are UTC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.moments import MICROSECONDS, utc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from records.views.fields import Column, Row
    from records.views.whole import WholeContact

COLUMNS = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer",
    "end", "duration", "billsec", "disposition", "amaflags", "userfield", "uniqueid", "linkedid", "peeraccount",
    "sequence",
)  # fmt: skip

_BUSY, _CONGESTED = frozenset({17}), frozenset({34, 38, 42})
"""Q.850 causes."""
_NOT_THERE = frozenset({408, 480, 487})
"""SIP statuses of whoever did not answer."""


def cdr(whole: WholeContact) -> Iterator[dict[str, str | int]]:
    """The rows of a contact, a leg each."""
    first = next((leg for leg in whole.legs if leg["direction"] == "in"), None)
    other = next((leg for leg in whole.legs if leg is not first and leg["answered_at"] is not None), None)
    for number, leg in enumerate(whole.legs, 1):
        yield _row(whole, leg, first, other, number)


def _row(
    whole: WholeContact, leg: Row, first: Row | None, other: Row | None, number: int
) -> dict[str, str | int]:
    contact, is_first = whole.contact, leg is first
    number_of_caller = _text(contact["ani"])
    ended = leg["ended_at"] if leg["ended_at"] is not None else contact["ended_at"]
    app, about = _application(whole, leg, is_first=is_first)
    return {
        "accountcode": _text(contact["client"]),
        "src": number_of_caller,
        "dst": _text(contact["dnis"] if is_first or leg["direction"] == "in" else leg["agent"] or _user(leg)),
        "dcontext": _text(contact["profile"]),
        "clid": f"<{number_of_caller}>" if number_of_caller else "",
        "channel": _channel(first if first is not None else leg),
        "dstchannel": _channel(other if is_first else leg) if other is not None or not is_first else "",
        "lastapp": app,
        "lastdata": about,
        "start": _clock(leg["invited_at"]),
        "answer": _clock(leg["answered_at"]),
        "end": _clock(ended),
        "duration": _seconds(leg["invited_at"], ended),
        "billsec": _seconds(leg["answered_at"], ended),
        "disposition": _disposition(leg),
        "amaflags": "DOCUMENTATION",
        "userfield": _text(contact["disposition"] or contact["outcome"]),
        "uniqueid": _text(leg["id"]),
        "linkedid": _text(contact["id"]),
        "peeraccount": _text(leg["agent"] or (other["agent"] if is_first and other is not None else None)),
        "sequence": number,
    }


def _application(whole: WholeContact, leg: Row, *, is_first: bool) -> tuple[str, str]:
    """What the party was last in."""
    if not is_first:
        return "Dial", _text(leg["peer"])
    if whole.visits:
        return "Queue", _text(whole.visits[-1]["queue"])
    if whole.steps:
        return "BackGround", _text(whole.steps[-1]["step"])
    called = next((each for each in whole.legs if each is not leg), None)
    return ("Dial", _text(called["peer"])) if called is not None else ("", "")


def _channel(leg: Row | None) -> str:
    if leg is None:
        return ""
    return f"PJSIP/{leg['trunk'] or leg['account'] or leg['agent'] or leg['role'] or 'party'}-{leg['id']}"


def _user(leg: Row) -> str:
    """The user of a SIP address."""
    address = _text(leg["peer"]).partition(":")[2] or _text(leg["peer"])
    return address.partition("@")[0] if "@" in address else address


def _disposition(leg: Row) -> str:
    if leg["answered_at"] is not None:
        return "ANSWERED"
    status, cause = leg["status"], leg["cause"]
    if cause in _BUSY or status in (486, 600):
        return "BUSY"
    if status in _NOT_THERE:
        return "NO ANSWER"
    if cause in _CONGESTED or status == 503:
        return "CONGESTION"
    return "FAILED" if status is not None else "NO ANSWER"


def _clock(at: Column) -> str:
    return utc(at // MICROSECONDS) if isinstance(at, int) else ""


def _seconds(began: Column, ended: Column) -> int:
    """Whole seconds, as Asterisk counts them: of the clock's seconds."""
    if not isinstance(began, int) or not isinstance(ended, int):
        return 0
    return max(0, ended // MICROSECONDS - began // MICROSECONDS)


def _text(value: Column) -> str:
    return "" if value is None else str(value)
