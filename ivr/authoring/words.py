"""How rules are put into words for people who are no programmers: branches, times, prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ivr.content import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

IN_SECONDS = ("timeout", "inter_digit_timeout", "longest_wait_at_least", "longest", "shortest", "seconds")
"""Keys whose numbers are seconds."""

_WAYS = {
    "goto": "{}",
    "queue": "the queue {}",
    "menu": "the menu set {}",
    "extension": "the phone {}",
    "agent": "the agent {}",
    "dial": "the number {}",
    "uri": "the address {}",
    "escalate": "the ladder {}",
    "exit": "the end {} of the module",
}
_PLAIN = {"hangup": "the end of the call", "repeat": "the same again"}
_TAKEN = ("say", "priority", "requires", "retry", *_WAYS, *_PLAIN)


def is_branch(value: object) -> bool:
    """Whether a part of a content is a branch: where something leads, with what is said on the way."""
    return isinstance(value, dict) and isinstance(value.get("hangup"), bool) and "requires" in value


def way(branch: Mapping[str, Any]) -> str:
    """Where a branch leads, in a few words."""
    for name, words in _WAYS.items():
        if branch.get(name):
            return words.format(branch[name])
    if branch.get("retry"):
        whole = branch["retry"] is True
        return "asking again" if whole else f"asking again from {branch['retry']}"
    return next((words for name, words in _PLAIN.items() if branch.get(name)), "nowhere")


def led(branch: Mapping[str, Any]) -> str:
    """Everything about a branch."""
    said = [way(branch)]
    if branch.get("say"):
        said.append("saying " + plain("say", branch["say"]))
    if branch.get("priority"):
        said.append(f"priority {branch['priority']}")
    for skill, level in sorted(branch.get("requires", {}).items()):
        said.append(f"who knows {skill} ({level})")
    said += [f"{name} {plain(name, value)}" for name, value in branch.items() if name not in _TAKEN]
    return ", ".join(said)


def plain(key: str, value: object) -> str:
    """A value as people write it."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:g} s" if key in IN_SECONDS else f"{value:g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(key, each) for each in value) or "none"
    if isinstance(value, dict):
        if is_branch(value):
            return led(value)
        if value.keys() == {"say", "bargein"}:
            return f"{value['say']} (heard whole)"
        return ", ".join(f"{name} {plain(name, each)}" for name, each in sorted(value.items())) or "none"
    return str(value) or '""'


def spoken(content: Mapping[str, Any], language: str, prompt: str) -> str | None:
    """The words of a prompt in a content; None where it has none."""
    pieces = content["words"].get(language, {}).get(prompt)
    return None if pieces is None else text_of(pieces)
