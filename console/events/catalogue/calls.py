"""Contacts, legs, conversations, transfers, recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.events.catalogue.field import FLAG, LIST, NUMBER, PARTS, PERSONAL, PLACE, TEXT, WHOLE, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.events.catalogue.field import EventType

_MONITOR = {"mode": TEXT, "by": PLACE, "contact": TEXT}
_TRANSFER = {"to": PLACE, "status": WHOLE, "kind": TEXT}
_RECORDING = {"recording": TEXT}
_SOUND = {"seconds": NUMBER, "bytes": WHOLE, "masked": LIST, "dropped": WHOLE}
_CONSULT = {"to": PLACE, "result": TEXT, "status": WHOLE, "by": PLACE}

CALLS: Mapping[str, EventType] = {
    "contact.opened": told(
        "A customer's visit began",
        **{"ani": PERSONAL, "dnis": PERSONAL, "redirected_from": PERSONAL, "original_called": PERSONAL},
        **{
            "profile": TEXT,
            "trunk": TEXT,
            "account": TEXT,
            "private": FLAG,
            "verstat": TEXT,
            "attestation": TEXT,
        },
        **{
            "redirect_reason": TEXT,
            "client": TEXT,
            "language": TEXT,
            "callback": TEXT,
            "promised_in": TEXT,
            "initiation": TEXT,
        },
    ),
    "contact.routed": told(
        "The dialled number said whose call it is", client=TEXT, language=TEXT, destination=PLACE
    ),
    "contact.redirected": told("A phone sent the call on", by=PLACE, to=PLACE, followed=FLAG),
    "contact.disposition": told(
        "An agent gave the contact its result", agent=TEXT, by=PLACE, code=TEXT, name=TEXT, was=TEXT
    ),
    "contact.identified": told("The customer proved who it is"),
    "contact.passed": told("The contact is about another party of the call", number=PERSONAL),
    "contact.closed": told(
        "A customer's visit is over",
        outcome=TEXT,
        ended_by=TEXT,
        status=WHOLE,
        cause=WHOLE,
        last_seen=NUMBER,
        length=NUMBER,
    ),
    "language.set": told("The caller chose a language", language=TEXT),
    "tracking.given": told("The contact has a number that can be said", number=TEXT),
    "leg.invited": told(
        "A party calls, or is called",
        role=TEXT,
        direction=TEXT,
        peer=PERSONAL,
        sip_call_id=PERSONAL,
        agent=TEXT,
    ),
    "leg.ringing": told("The far end rings"),
    "leg.early_media": told("Sound runs before the answer"),
    "leg.answered": told("The far end answered", codec=TEXT, srtp=TEXT, to_tag=TEXT),
    "leg.answerer": told("Who seems to have answered", machine=FLAG, reason=TEXT),
    "leg.held": told("The far end put us on hold"),
    "leg.resumed": told("The far end took us back"),
    "leg.silent": told("Nothing was heard for so many seconds", silence=NUMBER),
    "leg.dead_air": told("Both sides were silent", silence=NUMBER),
    "leg.one_way_audio": told("Only our side was heard", silence=NUMBER),
    "leg.secured": told("The sound is encrypted from here", suite=TEXT),
    "leg.hook_flash": told("The hook of the phone was tapped"),
    "leg.ended": told(
        "A party is gone", ended_by=TEXT, status=WHOLE, cause=WHOLE, reason=TEXT, rtp=PARTS, talk=PARTS
    ),
    "bridge.began": told("Legs hear each other", legs=LIST),
    "bridge.ended": told("They no longer do", legs=LIST),
    "hold.began": told("An agent put the caller on hold", by=PLACE),
    "hold.ended": told("The caller was taken back"),
    "consult.requested": told("An agent asks somebody while the caller waits", by=PLACE, target=PLACE),
    "consult.answered": told("Who was asked answered"),
    "consult.failed": told("Who was asked did not answer", **_CONSULT),
    "consult.ended": told("The question is over", **_CONSULT),
    "transfer.requested": told("Somebody sends the caller on", by=PLACE, target=PLACE, kind=TEXT),
    "transfer.completed": told(
        "The caller is with somebody else", **_TRANSFER, into=TEXT, merged=TEXT, to_leg=TEXT
    ),
    "transfer.failed": told("The caller could not be sent on", **_TRANSFER),
    "conference.began": told("A third party came in"),
    "conference.joined": told("One more party came in"),
    "conference.left": told("A party of more than two left"),
    "conference.ended": told("Two parties are left"),
    "call.ended": told("An agent ended the call", by=PLACE),
    "act.refused": told("An agent asked for what could not be done", act=TEXT, reason=TEXT),
    "monitor.began": told("A supervisor listens, whispers or talks", **_MONITOR),
    "monitor.changed": told("The supervisor does so in another way", **_MONITOR),
    "monitor.took_over": told("The supervisor took the call over", **_MONITOR),
    "monitor.ended": told("The supervisor is gone", **_MONITOR, seconds=NUMBER),
    "capture.began": told("An agent lets the caller type a secret", by=PLACE, menu=TEXT),
    "capture.ended": told("The secret is in, or not", result=TEXT),
    "secure.began": told("Keys are secret from here; recordings are masked"),
    "secure.ended": told("Keys are no longer secret"),
    "recording.started": told("The call is recorded", **_RECORDING, sealed=FLAG),
    "recording.masked": told("What follows is masked", **_RECORDING, reason=TEXT),
    "recording.unmasked": told("It is no longer masked", **_RECORDING),
    "recording.paused": told("Recording pauses", **_RECORDING),
    "recording.resumed": told("Recording goes on", **_RECORDING),
    "recording.allowed": told("The caller agreed to be recorded"),
    "recording.refused": told("The caller refused to be recorded"),
    "recording.overrun": told("Some sound is missing: the disk was slow", **_RECORDING),
    "recording.failed": told("The recording failed", **_RECORDING, **_SOUND, reason=TEXT),
    "recording.finished": told("The recording is on disk", **_RECORDING, **_SOUND),
    "recording.hashed": told(
        "A recording's file, or a message's, is closed and has this hash",
        **_RECORDING,
        bytes=WHOLE,
        sha256=TEXT,
        late=FLAG,
    ),
    "message.began": told("The caller speaks a message", **_RECORDING, mailbox=TEXT),
    "message.recorded": told("The message is on disk", **_RECORDING, mailbox=TEXT, seconds=NUMBER),
    "message.failed": told(
        "The message could not be kept", **_RECORDING, mailbox=TEXT, reason=TEXT, seconds=NUMBER
    ),
}
