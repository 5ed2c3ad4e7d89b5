"""Why an agent was chosen, and why others were passed over, in words: reads what routing wrote beside its events.

The data may be of any age or damaged: what is not understood is left out or shown as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from records.timeline.wording import counted, duration

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Agents who did not get the caller, for one and the same reason."""

    why: str
    agents: tuple[str, ...]
    more: int = 0
    """How many beyond those named."""


_STATES = {
    "logged_out": "logged out",
    "not_ready": "not ready",
    "reserved": "about to ring for another caller",
    "ringing": "rings for another caller",
    "talking": "talks with another caller",
    "hold": "has another caller on hold",
    "wrap_up": "in wrap-up",
    "busy_elsewhere": "on a call that no queue gave",
    "device_offline": "phone is away",
    "resting": "left alone for a while",
}
_RESTING = {
    "no_answer": "did not answer",
    "rejected": "declined",
    "busy": "was busy",
    "failed": "the call failed",
    "lost_race": "another node was quicker",
}
_NOT_READY = {"ring_no_answer": "did not answer the last call"}


def passed_over(explained: Mapping[str, Any], ringing: Collection[str] = ()) -> tuple[PassedOver, ...]:
    """Everybody but the chosen; `ringing`: whose phones ring for this caller already."""
    found = _Groups(explained.get("cut"))
    chosen = _table(explained.get("chosen"))
    found.leave_out(chosen.get("agent"))
    for agent in _names(explained.get("avoided")):
        found.add("sent the caller here, so others are asked first", agent)
    for place, agent in enumerate(_names(explained.get("idle"))):
        found.add(_outranked(explained, chosen, place), agent)
    found.and_more("ranked after these", "idle")
    kept = f"free, but the caller is kept for {explained.get('sticky', 'another agent')}"
    for agent in _names(explained.get("kept")):
        found.add(kept, agent)
    for skill, too_little in _table(explained.get("lacking")).items():
        least = _table(explained.get("requires")).get(skill)
        for agent, has in _table(too_little).items():
            found.add(f"lacks {skill}" if has is None else f"lacks {skill}: {has} < {least}", agent)
        found.and_more(f"lack {skill}", f"lacking {skill}")
    reasons = _table(explained.get("reasons"))
    for label, agents in _table(explained.get("others")).items():
        for agent in _names(agents):
            is_ours = agent in ringing and label in ("reserved", "ringing")
            found.add(
                "rings for this caller already" if is_ours else _state(label, reasons.get(agent)), agent
            )
        found.and_more(_state(label, None), label)
    return found.whole()


class _Groups:
    """Agents by reason, each named once, by the first reason that holds."""

    def __init__(self, cut: object) -> None:
        self._agents: dict[str, list[str]] = {}
        self._more: dict[str, int] = {}
        self._named: set[str] = set()
        self._cut = _table(cut)

    def leave_out(self, agent: object) -> None:
        if isinstance(agent, str):
            self._named.add(agent)

    def add(self, why: str, agent: str) -> None:
        if agent not in self._named:
            self._named.add(agent)
            self._agents.setdefault(why, []).append(agent)

    def and_more(self, why: str, kind: str) -> None:
        count = self._cut.get(kind)
        if isinstance(count, int):
            self._more[why] = count

    def whole(self) -> tuple[PassedOver, ...]:
        return tuple(
            PassedOver(why, tuple(self._agents.get(why, ())), self._more.get(why, 0))
            for why in {**self._agents, **self._more}
        )


def _state(label: str, reason: object) -> str:
    words = _STATES.get(label, label.replace("_", " "))
    if not isinstance(reason, str):
        return words
    if label == "resting":
        return f"{words}: {_RESTING.get(reason, reason.replace('_', ' '))}"
    return f"{words}: {_NOT_READY.get(reason, reason)}"


# --- the order among those who were free ---


def _outranked(explained: Mapping[str, Any], chosen: Mapping[str, Any], place: int) -> str:
    if chosen.get("by") == "pick":
        return "free, but a person chose"
    if explained.get("strategy") == "ring-all":
        return "free: rings as well"
    ranks, own = explained.get("ranks"), _numbers(chosen.get("rank"))
    rank = _numbers(ranks[place]) if isinstance(ranks, list) and place < len(ranks) else []
    if not rank or not own:
        return "free, but later in the ranking"
    if rank < own:
        return "free, but went to another caller at the same moment"
    for criterion, theirs, best in zip(_names(explained.get("ranked_by")), rank, own, strict=False):
        if theirs != best and criterion in _BEHIND:
            return _BEHIND[criterion](theirs, best)
    return "free, but later in the ranking"


_BEHIND: dict[str, Callable[[float, float], str]] = {
    "level": lambda theirs, best: f"level {theirs:g}, asked after level {best:g}",
    "preferred": lambda theirs, best: f"has less of what is preferred: {-theirs:g} < {-best:g}",
    "skill": lambda theirs, best: f"less skilled: {-theirs:g} < {-best:g}",
    "calls": lambda theirs, best: f"has answered more calls: {theirs:g} > {best:g}",
    "talked": lambda theirs, best: f"has talked {duration(theirs - best)} longer",
    "last_rung": lambda _theirs, _best: "was rung more recently",
    "lot": lambda _theirs, _best: "drew a later lot",
    "idle_since": lambda theirs, best: f"idle {duration(theirs - best)} less",
    "place": lambda _theirs, _best: "later in the list",
}


def choice(explained: Mapping[str, Any]) -> str:
    """What chose the agent: `first of 3 by longest-idle: idle 34.0 s`."""
    chosen, idle = _table(explained.get("chosen")), _names(explained.get("idle"))
    match chosen.get("by"):
        case "pick":
            return "picked by a person"
        case _ if explained.get("exclusive") == "sticky":
            return "knows the caller"
        case "assignment":
            how = f"one of {len(idle)} free" if len(idle) > 1 else "the only one free and able"
            return f"{how}, by the best assignment of all who waited"
        case _ if len(idle) == 1:
            return "the only one free and able"
        case _:
            return (
                f"first of {len(idle)} by {explained.get('strategy', 'rank')}: {_standing(explained, chosen)}"
            )


def _standing(explained: Mapping[str, Any], chosen: Mapping[str, Any]) -> str:
    """What the chosen agent's rank is made of, as far as it tells anything."""
    rank = dict(zip(_names(explained.get("ranked_by")), _numbers(chosen.get("rank")), strict=False))
    parts = [f"level {rank['level']:g}"] if rank.get("level", 1) != 1 else []
    if rank.get("preferred"):
        parts.append(f"preferred skills {-rank['preferred']:g}")
    if "skill" in rank:
        parts.append(f"skill {-rank['skill']:g}")
    if "calls" in rank:
        parts.append(f"{counted(int(rank['calls']), 'call')} answered")
    if "talked" in rank:
        parts.append(f"talked {duration(rank['talked'])}")
    return ", ".join([*parts, f"idle {duration(chosen.get('idle'))}"])


def asked(explained: Mapping[str, Any]) -> str:
    """What was required, and preferred: `cards 2, es 3; rather pl`."""
    required = ", ".join(f"{skill} {least}" for skill, least in _table(explained.get("requires")).items())
    prefers = ", ".join(_names(explained.get("prefers")))
    return (required or "no skill") + (f"; rather {prefers}" if prefers else "")


# --- what may be damaged ---


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _names(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _numbers(value: object) -> list[float]:
    return [each for each in value if isinstance(each, int | float)] if isinstance(value, list) else []
