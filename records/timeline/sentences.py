"""One plain English sentence for each type of event. Types unknown here are shown as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.timeline.callback_sentences import CALLBACK_SENTENCES, callback_opened
from records.timeline.case_sentences import CASE_SENTENCES
from records.timeline.handling_sentences import HANDLING_SENTENCES
from records.timeline.menu_sentences import MENU_SENTENCES
from records.timeline.outbound_sentences import OUTBOUND_SENTENCES
from records.timeline.queue_sentences import QUEUE_SENTENCES
from records.timeline.wording import cause_words, duration, language_words, status_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from records.timeline.facts import Facts


def sentence(kind: str, facts: Facts) -> str:
    """What happened, in words."""
    tell = _SENTENCES.get(kind)
    return tell(facts) if tell is not None else _raw(kind, facts)


def _raw(kind: str, facts: Facts) -> str:
    return " ".join([kind, *(f"{name}={value}" for name, value in facts.data.items())])


def _ending(facts: Facts) -> str:
    """` (SIP 486 Busy Here, cause 17 user busy)`."""
    said = facts.phrase("status", "SIP {}", status_words), facts.phrase("cause", "cause {}", cause_words)
    return f" ({', '.join(filter(None, said))})" if any(said) else ""


# --- contacts and legs ---


def _contact_opened(facts: Facts) -> str:
    if facts.has("callback"):
        return f"{callback_opened(facts)}{_for_client(facts)}"
    way = facts.phrase("trunk", " over trunk {}") or facts.phrase("account", " from account {}")
    proof = facts.phrase("attestation", ", attested {}")
    hidden = ", number withheld" if facts.data.get("private") is True else ""
    sent = facts.phrase("redirected_from", ", sent on by {}")
    return f"Call from {facts['ani']} to {facts['dnis']}{way}{_for_client(facts)}{proof}{hidden}{sent}"


def _contact_redirected(facts: Facts) -> str:
    done = "" if facts.data.get("followed") is True else ", where it may not go"
    return f"The call is sent on by {facts['by']} to {facts['to']}{done}"


def _contact_routed(facts: Facts) -> str:
    return f"Number belongs to {facts['client']}{_in_language(facts)}{facts.phrase('destination', ': {}')}"


def _for_client(facts: Facts) -> str:
    return f"{facts.phrase('client', ' for {}')}{_in_language(facts)}"


def _in_language(facts: Facts) -> str:
    return facts.phrase("language", ", in {}", language_words)


_BY = {"local": "Centralita", "remote": "the far end", "timeout": "a timer", "error": "a fault"}
_PARTIES = {"agent": "the agent", "external": "the far end"}


def _contact_closed(facts: Facts) -> str:
    if facts.data.get("outcome") == "interrupted":
        return "Closed as interrupted: the server stopped during the call and noted it when it came back"
    by = _PARTIES.get(facts["ended_by"], _BY.get(facts["ended_by"], facts["ended_by"]))
    return f"Closed: {facts['outcome']}, ended by {by}{_ending(facts)}"


def _leg_invited(facts: Facts) -> str:
    return (
        f"Invites us, from {facts['peer']}" if facts["direction"] == "in" else f"Is called at {facts['peer']}"
    )


def _leg_answered(facts: Facts) -> str:
    how = f"{facts.phrase('codec', ', codec {}')}{facts.phrase('srtp', ', SRTP by {}')}"
    return f"{'Is answered' if facts.is_caller else 'Answers'}{how}"


def _leg_ended(facts: Facts) -> str:
    by = facts["ended_by"]
    if by == "interrupted":
        return "Is cut off: the server stopped during the call"
    if by == "transfer":
        return f"Goes on in another contact{_heard(facts)}"
    status = facts.data.get("status")
    failed = isinstance(status, int) and status >= 300
    if by == "remote":
        what = "Refuses or gives up" if failed else "Hangs up"
    else:
        what = f"{'Is given up' if failed else 'Is ended'} by {_BY.get(by, by)}"
    return f"{what}{facts.phrase('reason', ', {}')}{_ending(facts)}{_heard(facts)}{_talked(facts)}"


_RTP = {
    "packets_in": "{} packets in",
    "packets_out": "{} out",
    "lost": "{} lost",
    "jitter_ms": "jitter {} ms",
}


def _heard(facts: Facts) -> str:
    counters = facts.data.get("rtp")
    if not isinstance(counters, dict):
        return ""
    counts = [words.format(counters[name]) for name, words in _RTP.items() if counters.get(name) is not None]
    return f"; RTP {', '.join(counts)}" if counts else ""


def _talked(facts: Facts) -> str:
    shares = facts.data.get("talk")
    if not isinstance(shares, dict):
        return ""
    party, us, both, none = (duration(shares.get(who)) for who in ("party", "us", "both", "none"))
    return f"; talked alone {party}, we {us}, both {both}, nobody {none}"


def _message(facts: Facts) -> str:
    return f"{'Is sent' if facts.data.get('sent') else 'Sends'} {facts['summary']}"


# --- recordings ---


def _recording_finished(facts: Facts) -> str:
    spans = facts.data.get("masked") or []
    masked = f", masked from {_spans(spans)}" if spans else ""
    return f"Recording is whole: {facts['seconds']} s{masked}"


def _spans(spans: list[list[float]]) -> str:
    return " and from ".join(f"{start} to {end} s" for start, end in spans)


# --- bridges ---


def _bridge(words: str) -> Callable[[Facts], str]:
    def tell(facts: Facts) -> str:
        legs = facts.data.get("legs")
        names = [facts.names.get(str(leg), str(leg)) for leg in legs] if isinstance(legs, list) else []
        return f"{' and '.join(names) or 'The legs'} {words}"

    return tell


# --- transfers ---


def _transfer_requested(facts: Facts) -> str:
    how = " after asking there" if facts["kind"] == "attended" else ""
    return f"Transfers the other party to {facts['target']}{how}"


def _transfer_completed(facts: Facts) -> str:
    if facts.has("kind"):
        return f"Is replaced by {facts['to']}"
    joined = facts.phrase("merged", ", whom it spoke with in contact {}")
    return f"The transfer to {facts['to']} is done{joined}"


def _transfer_failed(facts: Facts) -> str:
    return f"The transfer{facts.phrase('to', ' to {}')} fails{_ending(facts)}"


# --- the whole node ---


def _named(facts: Facts) -> str:
    name = facts["name"]
    client = name.removeprefix("client:")
    return f"client {client}" if client != name else name


def _hours_closed(facts: Facts) -> str:
    until = facts.phrase("until", " until {}")
    return f"{facts['by']} closes {_named(facts)} in an emergency{until}: {facts['reason']}"


def _announcement_began(facts: Facts) -> str:
    whose, until = facts.phrase("client", " to callers of {}"), facts.phrase("until", " until {}")
    return f"{facts['by']} announces {facts['prompt']} as {facts['name']}{whose}{until}{facts.phrase('reason', ': {}')}"


def _announcement_ended(facts: Facts) -> str:
    return f"{facts['by']} ends the announcement {facts['name']}{facts.phrase('client', ' to callers of {}')}"


_SENTENCES: dict[str, Callable[[Facts], str]] = {
    "contact.opened": _contact_opened,
    "contact.routed": _contact_routed,
    "contact.redirected": _contact_redirected,
    "tracking.given": lambda facts: f"Its tracking number is {facts['number']}",
    "contact.closed": _contact_closed,
    "contact.passed": lambda facts: (
        f"Is the one whom the contact is about now{facts.phrase('number', ', {}')}"
    ),
    "contact.identified": lambda _: "Has proven who it is",
    "leg.invited": _leg_invited,
    "leg.ringing": lambda facts: "Is told that it rings" if facts.is_caller else "Rings",
    "leg.early_media": lambda facts: f"{'Hears' if facts.is_caller else 'Sends'} sound before the answer",
    "leg.answered": _leg_answered,
    "leg.held": lambda _: "Puts the call on hold",
    "leg.resumed": lambda _: "Takes the call back from hold",
    "leg.secured": lambda facts: f"Its sound is encrypted{facts.phrase('suite', ', {}')}",
    "leg.dead_air": lambda facts: f"Nobody said anything for {duration(facts.data.get('silence'))}",
    "leg.one_way_audio": lambda facts: f"Not heard for {duration(facts.data.get('silence'))} while we talked",
    "leg.silent": lambda facts: f"Sends no sound for {duration(facts.data.get('silence'))}",
    "leg.message": _message,
    "leg.ended": _leg_ended,
    "recording.started": lambda facts: f"Recording begins: {facts['recording']}",
    "recording.masked": lambda facts: f"Recording is masked: {facts['reason']}",
    "recording.unmasked": lambda _: "Recording is no longer masked",
    "recording.paused": lambda _: "Recording pauses",
    "recording.resumed": lambda _: "Recording goes on",
    "recording.overrun": lambda _: "The disk is too slow: sound is missing in the recording",
    "recording.finished": _recording_finished,
    "recording.hashed": lambda facts: (
        f"{'Only after a restart its' if facts.data.get('late') else 'Its'} file has the SHA-256 {facts['sha256']}"
    ),
    "recording.failed": lambda facts: f"Recording failed: {facts['reason']}",
    **MENU_SENTENCES,
    **OUTBOUND_SENTENCES,
    **CALLBACK_SENTENCES,
    **CASE_SENTENCES,
    "bridge.began": _bridge("hear each other"),
    "bridge.ended": _bridge("are parted"),
    **HANDLING_SENTENCES,
    **QUEUE_SENTENCES,
    "transfer.requested": _transfer_requested,
    "transfer.completed": _transfer_completed,
    "transfer.failed": _transfer_failed,
    "hours.closed": _hours_closed,
    "hours.reopened": lambda facts: f"{facts['by']} reopens {_named(facts)}",
    "announcement.began": _announcement_began,
    "announcement.ended": _announcement_ended,
}

KNOWN = frozenset(_SENTENCES)
"""The types that have a sentence."""
